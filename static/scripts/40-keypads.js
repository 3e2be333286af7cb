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
