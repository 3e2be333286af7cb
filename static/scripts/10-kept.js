// What the pages gain with JavaScript: nothing typed is lost in a swap, copying, local times, speech.
"use strict";

document.documentElement.classList.add("scripted");

// A form that somebody is filling in is left alone when the page around it is renewed; only its
// revision follows, so that saving it is not mistaken for somebody else's change. The same goes
// for a single field that is being typed in.
const FIELDS = "input, textarea, select";
const beingTyped = (old, fresh) => old === document.activeElement && old.matches(FIELDS) && old.id === fresh.id && old.value !== fresh.value;
const keptAs = new WeakMap();
const place = (form) => new URL(form.getAttribute("action"), location.href).pathname;
const beingFilled = (old, fresh) => old instanceof HTMLFormElement && old.hasAttribute("data-dirty") && fresh instanceof HTMLFormElement
  && place(old) === place(fresh);

// A moment that already stands in the reader's own time stays so, instead of changing to and fro.
const sameMoment = (old, fresh) => old instanceof HTMLTimeElement && fresh instanceof HTMLTimeElement
  && old.dateTime !== "" && old.dateTime === fresh.dateTime && old.dataset.clock === fresh.dataset.clock;

// What is chosen in a menu closes it; a text that saved itself meanwhile does not.
let savedItself = false;
document.addEventListener("htmx:beforeSwap", (event) => { savedItself = event.detail.requestConfig.elt.matches("[data-autosave]"); });

if (window.Idiomorph) {
  Idiomorph.defaults.callbacks.beforeNodeMorphed = (old, fresh) => {
    if (!(old instanceof Element && fresh instanceof Element)) return true;
    if ("held" in fresh.dataset) return stays(old, fresh);
    if (sameMoment(old, fresh)) return false;
    if (old instanceof HTMLDetailsElement && old.open && fresh instanceof HTMLDetailsElement) fresh.open = savedItself || !old.matches(".menu");
    if (beingFilled(old, fresh)) {
      const [mine, theirs] = [old, fresh].map((form) => form.querySelector("input[name=revision]"));
      if (mine && theirs) mine.value = theirs.value;
      old.setAttribute("action", fresh.getAttribute("action"));
      return false;
    }
    if (!beingTyped(old, fresh)) return true;
    if (guarded(old.form)) keptAs.set(old, fresh.value);
    return false;
  };
}

// A field of a form that saves itself, left without another word, shows what is kept: perhaps another's edit.
document.addEventListener("input", (event) => { keptAs.delete(event.target); });
document.addEventListener("focusout", ({ target }) => {
  if (keptAs.has(target)) target.value = keptAs.get(target);
  keptAs.delete(target);
});

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

// Leaving a field whose text has saved itself already saves nothing once more.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (requestConfig.triggeringEvent?.type === "change" && elt.matches("[data-autosave]:not([data-dirty])")) event.preventDefault();
});

// A half-filled step must not vanish because something else was pressed.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.defaultPrevented) return;
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
