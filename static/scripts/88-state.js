// The page's title and little picture say how a call stands; both come from the page itself.
const icon = document.querySelector("link[rel=icon]");
const showState = () => {
  const title = document.querySelector("[data-title]")?.dataset.title;
  if (title && document.title !== title) document.title = title;
  const wanted = document.querySelector("[data-icon]")?.dataset.icon ?? icon.dataset.plain;
  if (icon.getAttribute("href") !== wanted) icon.setAttribute("href", wanted);
};
document.addEventListener("htmx:afterSettle", showState);
showState();
