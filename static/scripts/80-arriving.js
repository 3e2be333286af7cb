// A control that the page asks for by its address gets the focus.
const focusAsked = () => {
  const asked = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!asked) return;
  if (asked.closest("details")) asked.closest("details").open = true;
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
document.addEventListener("htmx:pushedIntoHistory", () => { if (location.hash && !afterSwap) afterSwap = focusAsked; });
document.addEventListener("DOMContentLoaded", () => { settle(); focusAsked(); document.querySelector("[aria-invalid=true]")?.focus(); });
if (document.readyState !== "loading") settle();
