// Keys that spare a way: "/" finds, "p" plays from the chosen menu, "n" adds one, Alt with ↑ or ↓ moves it.
const pressOf = (id) => { const button = document.getElementById(id); if (button && !button.disabled) button.click(); return Boolean(button); };
const ALONE = {
  "/": () => {
    const field = document.querySelector("input[type=search]");
    if (field) { field.focus(); field.select(); } else location.href = "/#search";
    return true;
  },
  p: () => { const play = document.querySelector(".play-here"); play?.click(); return Boolean(play); },
  n: () => pressOf("add-menu"),
};
const MOVES = { ArrowUp: "menu-up", ArrowDown: "menu-down" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.target.closest(TYPED) || document.querySelector("dialog[open]")) return;
  const does = event.altKey ? event.key in MOVES && (() => pressOf(MOVES[event.key])) : singleKeys() && !event.repeat && ALONE[event.key];
  if (does && does()) event.preventDefault();
});

// Ctrl+S saves what is being typed, in the place of the browser's own question where to save the page.
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "s") return;
  if (!document.getElementById("editor")) return;
  event.preventDefault();
  const form = document.activeElement?.form, open = guarded(form) && form.hasAttribute("data-dirty") ? form : document.querySelector("form[data-dirty]");
  if (open) open.requestSubmit(open.querySelector("button:not([name], [formaction], .sr)") ?? undefined);
});
