// On a narrow screen the list of menus is folded away, and short: opened, it shows the chosen one.
const menuInView = () => {
  const list = document.querySelector(".menus"), chosen = list?.querySelector(".current");
  if (!chosen || list.scrollHeight <= list.clientHeight) return;
  const hidden = chosen.offsetTop < list.scrollTop || chosen.offsetTop + chosen.offsetHeight > list.scrollTop + list.clientHeight;
  if (hidden) list.scrollTop = chosen.offsetTop - (list.clientHeight - chosen.offsetHeight) / 2;
};
document.addEventListener("htmx:afterSettle", menuInView);
document.addEventListener("DOMContentLoaded", menuInView);
if (document.readyState !== "loading") menuInView();
document.addEventListener("toggle", (event) => { if (event.target.id === "chosen-menu") menuInView(); }, true);

// Another menu is looked at from its beginning, wherever in the last one one was.
let menuBefore = "";
const menuShown = () => document.getElementById("heard")?.getAttribute("action").split("?")[0];
document.addEventListener("htmx:beforeSwap", () => { menuBefore = menuShown(); });
document.addEventListener("htmx:afterSwap", () => {
  const hear = document.querySelector(".hear");
  if (hear && menuShown() !== menuBefore && hear.getBoundingClientRect().top < 0) scrollTo(scrollX, 0);
});

// A narrow screen shows the menu or what stands beside it: another view begins at its top.
let viewBefore = "";
const viewShown = () => `${document.getElementById("main")?.dataset.view} ${document.querySelector(".views [aria-current]")?.id}`;
document.addEventListener("htmx:beforeSwap", () => { viewBefore = viewShown(); });
document.addEventListener("htmx:afterSwap", () => {
  const main = document.querySelector(".studio"), views = document.querySelector(".views");
  if (viewShown() === viewBefore || !main || !views?.checkVisibility() || main.getBoundingClientRect().top >= 0) return;
  main.scrollIntoView({ block: "start" });
});
