// What changes is read aloud by one polite region that no swap replaces: a region that comes with
// its words is not read. [data-aloud] is a line worth hearing, with what is said before it;
// [data-moment] tells apart two times of the same words.
const lines = () => [...document.querySelectorAll("[data-aloud]")].map((line) => ({
  key: `${line.dataset.aloud} ${line.textContent.trim()} ${line.dataset.moment ?? ""}`,
  words: `${line.dataset.aloud} ${line.textContent.trim().replace(/\s+/g, " ")}`.trim(),
  atOnce: line.dataset.atOnce !== undefined,
})).filter((line) => line.words);

let known = new Set(), waiting = [];
const aloud = (...words) => {
  const region = document.getElementById("aloud");
  if (!region || !words.length) return;
  if (!waiting.length) setTimeout(() => { region.textContent = waiting.splice(0).join(". "); }, 100);
  region.textContent = "";
  waiting.push(...words);
};
const tellChanges = (fresh = (line) => !known.has(line.key)) => {
  const now = lines();
  aloud(...now.filter(fresh).map((line) => line.words));
  known = new Set(now.map((line) => line.key));
};
document.addEventListener("htmx:afterSettle", () => tellChanges());
document.addEventListener("DOMContentLoaded", () => tellChanges((line) => line.atOnce));
