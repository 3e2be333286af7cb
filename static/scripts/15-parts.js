// Parts that an edit leaves as they are stay in the page: the server is told which are here, and
// sends those empty (blueprints/editor_parts.py).
document.addEventListener("htmx:configRequest", (event) => {
  const here = [...document.querySelectorAll("#editor [data-part]")].map((part) => part.dataset.part);
  if (here.length) event.detail.headers["X-Parts"] = here.join(" ");
});

// A function, so that what morphs the page may call it: nothing in the part is looked at. Its forms
// are from now on about the revision that the rest of the page shows.
function stays(old, fresh) {
  if (old.dataset.part !== fresh.dataset.part) location.reload();
  for (const field of old.querySelectorAll("input[name=revision]")) field.value = fresh.dataset.held;
  return false;
}

// A part that came empty and found none to stay in its place is asked for once more, with all else.
document.addEventListener("htmx:afterSwap", () => { if (document.querySelector("#editor [data-held]")) location.reload(); });
