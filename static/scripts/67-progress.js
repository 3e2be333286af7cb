// What takes longer than a moment shows that it goes on: a bar over the page, which moves nothing.
const SOON_MS = 400;
const bar = document.getElementById("busy");
let soon = 0;
const stopBar = () => {
  clearTimeout(soon);
  bar.hidden = true;
  bar.removeAttribute("value");
  document.querySelectorAll("button.busy").forEach((button) => button.classList.remove("busy"));
};
const startBar = (form, pressed) => {
  stopBar();
  const button = pressed ?? form.querySelector?.("button[data-busy]");
  soon = setTimeout(() => {
    bar.hidden = false;
    button?.classList.add("busy");
    aloud(button?.dataset.busy ?? WORDS.working);
  }, SOON_MS);
};
document.addEventListener("submit", (event) => {
  if (!event.defaultPrevented && event.target.method !== "dialog") startBar(event.target, event.submitter);
});
document.addEventListener("htmx:beforeRequest", (event) => { if (!polls(event.detail.elt) && !event.defaultPrevented) startBar(event.detail.elt); });
document.addEventListener("htmx:afterRequest", (event) => { if (!polls(event.detail.elt)) stopBar(); });
addEventListener("pageshow", stopBar);

// How much of a file has gone; once all of it has, the server works on it.
document.addEventListener("htmx:xhr:progress", (event) => {
  const { lengthComputable, loaded, total } = event.detail;
  if (!event.target.querySelector?.("input[type=file]") || !lengthComputable) return;
  if (loaded < total) [bar.max, bar.value] = [total, loaded]; else bar.removeAttribute("value");
});
