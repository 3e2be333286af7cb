// Where the focused control is gone after a swap, the nearest thing around it takes the focus.
const CONTROLS = "a[href], button:not(:disabled, .sr, .again *), input:not([type=hidden]):not(:disabled), select, textarea";
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
    const inside = found?.matches(".step") ? `.tools ${"a[href]"}` : "h2[tabindex], .pad button:not(:disabled), .phone .who[tabindex]";
    const control = found && (found.matches(CONTROLS) ? found : found.querySelector(inside) ?? found.querySelector(CONTROLS));
    if (control) { control.focus({ preventScroll: true }); return; }
  }
};

// What a form says comes after it: the next check once one is mended, a new menu's first field.
const cards = () => [...document.querySelectorAll(".rail-checks :is(.changed, .checks > li)")];
const NEXT = {
  check: (pressed) => {
    const place = cards().findIndex((card) => card.contains(pressed));
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
  const pressed = event.detail.requestConfig.triggeringEvent?.submitter ?? event.detail.elt;
  if (next && !event.defaultPrevented) afterSwap = next(pressed);
});

// A box that opens with a field in it is there to be filled in.
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches?.("details.menu")) event.target.querySelector("input:not([type=hidden])")?.focus();
}, true);
