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
  aloud(WORDS.lost);
};
document.addEventListener("htmx:sendError", warnUnsaved);
document.addEventListener("htmx:timeout", warnUnsaved);
