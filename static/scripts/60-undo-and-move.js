// Undo and redo by keyboard, unless somebody is typing in a field (which has its own undo).
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.target.closest(TYPED)) return;
  const key = event.key.toLowerCase();
  const name = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
  const button = name && document.getElementById(name);
  if (button && !button.disabled) { event.preventDefault(); button.click(); }
});

// Menus and steps can be dragged to another place; the arrow buttons do the same without a mouse.
let dragged = null;
document.addEventListener("dragstart", (event) => {
  dragged = event.target.closest?.("[data-sortable] > [data-move]") ?? null;
  if (dragged) { event.dataTransfer.effectAllowed = "move"; event.dataTransfer.setData("text/plain", dragged.id); dragged.classList.add("dragged"); }
});
document.addEventListener("dragover", (event) => {
  const over = event.target.closest?.("[data-sortable] > [data-move]");
  if (dragged && over && over.parentElement === dragged.parentElement) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const over = event.target.closest?.("[data-sortable] > [data-move]");
  if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
  event.preventDefault();
  const place = [...over.parentElement.children].indexOf(over) + 1;
  const form = document.querySelector("#editor form input[name=revision]").form;
  const values = Object.fromEntries(["csrf_token", "revision"].map((name) => [name, form.querySelector(`[name=${name}]`).value]));
  const way = dragged.closest("div[data-move]")?.dataset.move.replace("MENU", dragged.dataset.move) ?? dragged.dataset.move;
  htmx.ajax("POST", way.replace("DIRECTION", place), { source: "#editor", values });
});
document.addEventListener("dragend", () => { dragged?.classList.remove("dragged"); dragged = null; });
