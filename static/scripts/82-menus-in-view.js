// On a narrow screen the list of menus is short and scrolls by itself: to the chosen one, at first.
const menuInView = () => {
  const list = document.querySelector(".menus"), chosen = list?.querySelector(".current");
  if (!chosen || list.scrollHeight <= list.clientHeight) return;
  const hidden = chosen.offsetTop < list.scrollTop || chosen.offsetTop + chosen.offsetHeight > list.scrollTop + list.clientHeight;
  if (hidden) list.scrollTop = chosen.offsetTop - (list.clientHeight - chosen.offsetHeight) / 2;
};
document.addEventListener("htmx:afterSettle", menuInView);
document.addEventListener("DOMContentLoaded", menuInView);
if (document.readyState !== "loading") menuInView();
