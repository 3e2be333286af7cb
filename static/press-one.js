// What the pages gain with JavaScript: nothing typed is lost in a swap, copying, local times, speech.
"use strict";

document.documentElement.classList.add("scripted");

// A form that somebody is filling in is left alone when the page around it is renewed; only its
// revision follows, so that saving it is not mistaken for somebody else's change. The same goes
// for a single field that is being typed in.
const FIELDS = "input, textarea, select";
const beingTyped = (old, fresh) => old === document.activeElement && old.matches(FIELDS) && old.id === fresh.id && old.value !== fresh.value;
const place = (form) => new URL(form.getAttribute("action"), location.href).pathname;
const beingFilled = (old, fresh) => old instanceof HTMLFormElement && old.hasAttribute("data-dirty") && fresh instanceof HTMLFormElement
  && place(old) === place(fresh);

if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
    if (!(old instanceof Element && fresh instanceof Element)) return true;
    if (old instanceof HTMLDetailsElement && old.open && fresh instanceof HTMLDetailsElement) fresh.open = !old.matches(".menu");
    if (beingFilled(old, fresh)) {
      const [mine, theirs] = [old, fresh].map((form) => form.querySelector("input[name=revision]"));
      if (mine && theirs) mine.value = theirs.value;
      old.setAttribute("action", fresh.getAttribute("action"));
      return false;
    }
    return !beingTyped(old, fresh);
  };
}

const guarded = (form) => form instanceof HTMLFormElement && form.matches("[data-guarded], [data-autosave]");
const signedOut = (xhr) => new URL(xhr.responseURL || location.href, location.href).pathname === "/login";
const polls = (elt) => elt.matches("[hx-trigger^=every]");
const WORDS = JSON.parse(document.body.dataset.words);
const say = (text) => { const saved = document.querySelector(".saved"); if (saved) saved.textContent = text; };

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (!guarded(form)) return;
  form.setAttribute("data-dirty", "");
  say(WORDS.unsaved);
});
window.addEventListener("beforeunload", (event) => { if (document.querySelector("form[data-dirty]")) event.preventDefault(); });

// A half-filled step must not vanish because something else was pressed.
document.addEventListener("htmx:beforeRequest", (event) => {
  const sender = event.detail.elt, open = document.querySelector("form[data-guarded][data-dirty]");
  const stays = !open || sender === open || sender.matches("[data-autosave], [data-phone]");
  if (!stays && !confirm(WORDS.leave)) { event.preventDefault(); return; }
  if (!stays) open.removeAttribute("data-dirty");
  if (guarded(sender)) { sender.removeAttribute("data-dirty"); say(WORDS.saving); }
});

// A poll that failed changes nothing; when the session has ended, the page says so itself.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (!polls(requestConfig.elt)) return;
  if (signedOut(xhr)) location.reload();
  if (signedOut(xhr) || xhr.status >= 400) event.detail.shouldSwap = false;
});

// What saves itself comes back to where the page is by then, not to where it was when typing began.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.matches("[data-autosave]")) event.detail.path = place(event.detail.elt) + location.search;
});

const dropQueue = () => {
  const waiting = document.body["htmx-internal-data"]?.queuedRequests;
  if (waiting) waiting.length = 0;
};

// A refused value stays in view: what was pressed after it waits, and the field gets the focus.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (![409, 422].includes(event.detail.xhr.status)) return;
  dropQueue();
  afterSwap = () => document.querySelector("[aria-invalid=true]")?.focus();
});

// When a page cannot be swapped in: what happened is said above, and what was typed stays where it is.
const HTML = "text/html";
const parsed = (text) => new DOMParser().parseFromString(text, HTML);

const troubleBox = () => {
  const known = document.getElementById("trouble");
  if (known) return known;
  const box = document.createElement("section");
  box.id = "trouble";
  box.className = "notice warn conflict";
  box.setAttribute("role", "alert");
  const root = document.getElementById("editor") ?? document.getElementById("main");
  const bar = root.querySelector(":scope > .bar");
  if (bar) bar.after(box); else root.prepend(box);
  return box;
};

const tell = (title, advice, ...more) => {
  const [box, words, strong] = [troubleBox(), document.createElement("p"), document.createElement("b")];
  strong.textContent = title;
  words.append(strong, document.createElement("br"), advice);
  box.replaceChildren(words, ...more);
  box.scrollIntoView({ block: "nearest" });
};

const linkTo = (href, text, aside) => {
  const link = document.createElement("a");
  [link.href, link.textContent, link.className] = [href, text, "button"];
  if (aside) { link.target = "_blank"; link.rel = "noopener"; }
  return link;
};

const again = (form) => {
  if (!guarded(form)) return [];
  const button = document.createElement("button");
  button.textContent = WORDS.again;
  button.addEventListener("click", async () => {
    await renewTokens().catch(() => null);
    form.requestSubmit();
  });
  return [button];
};

// After signing in again elsewhere the forms of this page need that session's token.
const renewTokens = async () => {
  const reply = await fetch(location.href, { headers: { Accept: HTML } });
  if (!reply.ok || signedOut({ responseURL: reply.url })) return false;
  const fresh = parsed(await reply.text()).querySelector("input[name=csrf_token]");
  if (fresh) document.querySelectorAll("input[name=csrf_token]").forEach((field) => { field.value = fresh.value; });
  return Boolean(fresh);
};

const askToSignIn = (elt) => tell(WORDS.signedOut, WORDS.signInAgain,
  linkTo("/login", WORDS.signIn, true), ...again(elt));

const explain = async (xhr, elt) => {
  if (signedOut(xhr)) { askToSignIn(elt); return; }
  if (xhr.status === 400) {
    const renewed = await renewTokens().catch(() => null);
    if (renewed) tell(WORDS.notYet, WORDS.tooLong, ...again(elt));
    else askToSignIn(elt);
    return;
  }
  const page = parsed(xhr.responseText);
  const title = page.querySelector("h1")?.textContent ?? WORDS.failed;
  const advice = page.getElementById("advice")?.textContent ?? WORDS.later;
  const way = xhr.status === 404 ? [linkTo("/", WORDS.toFlows, false)] : again(elt);
  tell(`${title}.`, `${advice} ${WORDS.kept}`, ...way);
};

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail, elt = requestConfig.elt;
  if (polls(elt) || [409, 422].includes(xhr.status) || !(xhr.status >= 400 || signedOut(xhr))) return;
  event.detail.shouldSwap = false;
  dropQueue();
  if (guarded(elt)) elt.setAttribute("data-dirty", "");
  say(WORDS.notSaved);
  explain(xhr, elt);
});

// Without an answer from the server nothing is saved: say so, and keep what was typed.
const warnUnsaved = (event) => {
  dropQueue();
  if (guarded(event.detail.elt)) event.detail.elt.setAttribute("data-dirty", "");
  say(WORDS.lost);
};
document.addEventListener("htmx:sendError", warnUnsaved);
document.addEventListener("htmx:timeout", warnUnsaved);

// Where the focused control is gone after a swap, the nearest thing around it takes the focus.
const CONTROLS = "a[href], button:not(:disabled, .sr), input:not([type=hidden]):not(:disabled), select, textarea";
let around = [], afterSwap = null;
document.addEventListener("htmx:beforeSwap", () => {
  around = [];
  for (let at = document.activeElement; at && at !== document.body; at = at.parentElement) if (at.id) around.push(at.id);
});
const keepFocus = () => {
  if (afterSwap) { afterSwap(); afterSwap = null; return; }
  if (document.activeElement && document.activeElement !== document.body) return;
  for (const id of around) {
    const found = id === "new-step" ? [...document.querySelectorAll(".step")].pop() : document.getElementById(id);
    const inside = found?.matches(".step") ? `.tools ${"a[href]"}` : "h2[tabindex], .pad button:not(:disabled)";
    const control = found && (found.matches(CONTROLS) ? found : found.querySelector(inside) ?? found.querySelector(CONTROLS));
    if (control) { control.focus({ preventScroll: true }); return; }
  }
};

// What a form says comes after it: the next check once one is mended, a new menu's first field.
const cards = () => [...document.querySelectorAll(".rail-checks :is(.changed, .checks > li)")];
const NEXT = {
  check: (form) => {
    const place = cards().findIndex((card) => card.contains(form));
    return () => (cards()[place]?.querySelector(CONTROLS) ?? document.getElementById("checks"))?.focus();
  },
  menu: () => () => {
    const name = document.getElementById("name");
    name?.focus({ preventScroll: true });
    name?.select();
    name?.closest("article").scrollIntoView({ block: "nearest" });
  },
};
document.addEventListener("htmx:beforeRequest", (event) => {
  const next = NEXT[event.detail.elt.dataset.next];
  if (next && !event.defaultPrevented) afterSwap = next(event.detail.elt);
});

// A box that opens with a field in it is there to be filled in.
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches?.("details.menu")) event.target.querySelector("input:not([type=hidden])")?.focus();
}, true);

// A keypad is one stop for the Tab key; arrows go from key to key.
const COLUMNS = 3, STEPS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -COLUMNS, ArrowDown: COLUMNS };
const keysOf = (pad) => [...pad.querySelectorAll(":is(a, button)")];
const oneStop = (pad, chosen) => keysOf(pad).forEach((key) => (key === chosen ? key.removeAttribute("tabindex") : key.setAttribute("tabindex", "-1")));
const stops = () => document.querySelectorAll(".keypad, .pad").forEach((pad) => {
  const keys = keysOf(pad);
  oneStop(pad, keys.find((key) => key === document.activeElement) ?? pad.querySelector("[aria-current]") ?? keys[0]);
});
document.addEventListener("keydown", (event) => {
  const pad = event.target.closest?.(".keypad, .pad");
  if (!pad || !(event.key in STEPS) || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  const keys = keysOf(pad), place = keys.indexOf(event.target) + STEPS[event.key];
  keys[Math.min(Math.max(place, 0), keys.length - 1)].focus();
});
document.addEventListener("focusin", (event) => {
  const pad = event.target.closest(".keypad, .pad");
  if (pad) oneStop(pad, event.target);
});

// A phone that begins to ring wants to be answered.
let rang = null;
const answerFirst = () => {
  const answer = document.getElementById("do-answer");
  if (answer && answer !== rang && !document.activeElement?.matches(FIELDS)) answer.focus();
  rang = answer;
};

// Copy buttons: the text comes from the server, exactly as it would be sent.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy]");
  if (!link || !navigator.clipboard) return;
  event.preventDefault();
  const label = link.textContent;
  try {
    const reply = await fetch(link.dataset.copy);
    if (!reply.ok) throw new Error(String(reply.status));
    await navigator.clipboard.writeText(await reply.text());
    link.textContent = WORDS.copied;
    setTimeout(() => { link.textContent = label; closeMenus(null); }, 1500);
  } catch {
    location.href = link.href;
  }
});

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });

// Menus that open close again on Escape and on a click elsewhere.
const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu-items a:not([data-copy])") ? null : event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenus(null); });

// A phone on the screen takes keys from the keyboard, unless somebody is typing in a field.
const TYPED = "input:not([type=radio], [type=checkbox]), textarea, select";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED)) return;
  const pad = document.querySelector("[data-keypad]");
  const button = pad && [...pad.querySelectorAll("button")].find((key) => key.value === event.key);
  if (button) { event.preventDefault(); button.focus(); button.click(); }
});

// Undo and redo by keyboard, unless somebody is typing in a field (which has its own undo).
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest(TYPED)) return;
  const key = event.key.toLowerCase();
  const name = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
  const button = name && document.getElementById(name);
  if (button && !button.disabled) { event.preventDefault(); button.click(); }
});

// Menus and steps can be dragged to another place; the arrow buttons do the same without a mouse.
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-sortable] > [data-move]") ?? null;
  if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", dragged.id); dragged.classList.add("dragged"); }
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-sortable] > [data-move]");
  if (dragged && over && over.parentElement === dragged.parentElement) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const over = event.target.closest?.("[data-sortable] > [data-move]");
  if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const place = [...over.parentElement.children].indexOf(over) + 1;
  const form = document.querySelector("#editor form input[name=revision]").form;
  const values = Object.fromEntries(["csrf_token", "revision"].map((name) => [name, form.querySelector(`[name=${name}]`).value]));
  htmx.ajax("POST", dragged.dataset.move.replace("DIRECTION", place), { source: "#editor", values });
});
document.addEventListener("dragend", () => { dragged?.classList.remove("dragged"); dragged = null; });

// Moments in the reader's own time zone, and in the page's language; English in the browser's own way.
const LOCALE = document.documentElement.lang === "en" ? [] : document.documentElement.lang;
const localise = (root) => root.querySelectorAll("time[datetime]").forEach((time) => {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  time.textContent = time.dataset.clock !== undefined
    ? at.toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })
    : at.toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
});

// The ringing phone reads its script aloud, once for each time a menu plays.
let lastSpoken = "";
const speak = () => {
  if (!window.speechSynthesis) return;
  const line = document.querySelector("[data-speak]");
  const silent = line && line.closest("#phone-pane") && localStorage.getItem("press-one-sound") !== "on";
  const wanted = line && !silent ? line.dataset.speak : "";
  if (wanted === lastSpoken) return;
  lastSpoken = wanted;
  speechSynthesis.cancel();
  if (!wanted) return;
  const utterance = new SpeechSynthesisUtterance(line.textContent);
  utterance.lang = line.lang || document.documentElement.lang;
  speechSynthesis.speak(utterance);
};
document.addEventListener("press-one:speak", speak);

// A control that the page asks for by its address gets the focus.
const focusAsked = () => {
  const asked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!asked) return;
  const control = asked.matches("a, button, input, select, textarea, [tabindex]") ? asked : asked.querySelector(".tools a[href]") ?? asked.querySelector("input:not([type=hidden]), select, textarea, a, button:not(.sr)");
  if (control) control.focus({ preventScroll: true });
  asked.scrollIntoView({ block: asked.offsetHeight > innerHeight - 90 ? "start" : "nearest" });
  if (asked.offsetHeight > innerHeight / 2) return;
  asked.classList.add("shown");
  setTimeout(() => asked.classList.remove("shown"), 2500);
};

// On a narrow screen a chosen key's steps are below the fold: bring them into view.
document.addEventListener("click", (event) => {
  if (event.target.closest(".key") && innerWidth <= 720) afterSwap = () => document.getElementById("steps")?.scrollIntoView({ block: "start" });
});

const settle = () => { localise(document); speak(); stops(); answerFirst(); };
document.addEventListener("htmx:afterSettle", () => { settle(); keepFocus(); });
document.addEventListener("htmx:pushedIntoHistory", () => { if (location.hash) afterSwap = focusAsked; });
document.addEventListener("DOMContentLoaded", () => { settle(); focusAsked(); document.querySelector("[aria-invalid=true]")?.focus(); });
if (document.readyState !== "loading") settle();
