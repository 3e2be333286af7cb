// Where the focus goes once something is done: what was pressed, and the first of these that is there.
const OTHER = { up: "down", down: "up", undo: "redo", redo: "undo" };
const pair = (id) => id.replace(/up|down|undo|redo/, (word) => OTHER[word]);
// The list of menus is folded away on a narrow screen: there its one row stands for it.
const CHOSEN = [".menus [aria-current]", "#chosen-menu summary"];
const THEN = [
  [".hear .tools .danger, #delete .end", () => ["#links_to", ...CHOSEN]],
  [".menus a", () => CHOSEN],
  ["#delete a", () => [".hear .tools .danger"]],
  ["#settings .row-actions *", () => [".bar .wide-only[href*='ask=settings']", "#more-menu summary"]],
  [".hear .tools [formaction*='/duplicate']", () => ["#name"]],
  ["#menu-up, #menu-down, #undo, #redo, [id^=up-], [id^=down-]", ({ id }) => [`#${CSS.escape(id)}`, `#${CSS.escape(pair(id))}`]],
  [".step .tools .danger", (pressed) => {
    const place = [...document.querySelectorAll(".step")].indexOf(pressed.closest(".step")) + 1;
    return [place, place - 1].map((number) => `.step:nth-child(${number})`).concat("#steps h2");
  }],
  [".addstep button", () => [".step:last-child"]],
  ["#new-step .row-actions a", (pressed) => [`.addstep [href*='new=${pressed.closest("form").elements.kind.value}']`]],
];
const focusFirst = (selectors) => {
  const found = selectors.flatMap((one) => [...document.querySelectorAll(one)]);
  const next = found.find((one) => !one.disabled && one.checkVisibility());
  if (next?.matches(".step")) {
    next.tabIndex = -1;
    next.addEventListener("blur", () => next.removeAttribute("tabindex"), { once: true });
  }
  next?.focus();
};
document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail, pressed = requestConfig.triggeringEvent?.submitter ?? elt;
  const known = !event.defaultPrevented && THEN.find(([selector]) => pressed.matches(selector));
  if (!known) return;
  const selectors = known[1](pressed);
  afterSwap = () => focusFirst(selectors);
});
