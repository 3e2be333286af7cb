// Copy buttons: the text comes from the server, exactly as it would be sent.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copy]");
  if (!link || !navigator.clipboard) return;
  event.preventDefault();
  const label = link.textContent;
  try {
    const reply = await fetch(link.dataset.copy);
    if (!reply.ok) throw new Error(String(reply.status));
    await navigator.clipboard.writeText(await reply.text());
    link.textContent = WORDS.copied;
    setTimeout(() => { link.textContent = label; closeMenus(null); }, 1500);
  } catch {
    location.href = link.href;
  }
});

document.addEventListener("click", (event) => { if (event.target.closest("[data-print]")) print(); });

// What may be typed into a field is put there by pressing it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-fill]");
  if (!button) return;
  const field = document.getElementById(button.dataset.fill);
  field.value = button.textContent;
  field.focus();
});

// Menus that open close again on Escape and on a click elsewhere.
const closeMenus = (except) => document.querySelectorAll("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
document.addEventListener("click", (event) => closeMenus(event.target.closest(".menu-items a:not([data-copy])") ? null : event.target.closest("details.menu")));
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!open) return;
  const within = open.contains(document.activeElement);
  closeMenus(null);
  if (within) open.querySelector("summary").focus();
});

// A phone on the screen takes keys from the keyboard, unless somebody is typing in a field.
const TYPED = "input:not([type=radio], [type=checkbox]), textarea, select";
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED) || !singleKeys()) return;
  const pad = document.querySelector("[data-keypad]");
  const button = pad && [...pad.querySelectorAll("button")].find((key) => key.value === event.key);
  if (button) { event.preventDefault(); button.focus(); button.click(); }
});
