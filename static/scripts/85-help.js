// Keys that are a single character can be switched off (WCAG 2.2, 2.1.4); a box has the keys to itself.
const SINGLE = "press-one-single-keys";
const singleKeys = () => localStorage.getItem(SINGLE) !== "off" && !document.querySelector("dialog[open]");
const offerSingleKeys = (within) => within.querySelectorAll(".single-keys").forEach((line) => {
  line.hidden = false;
  line.querySelector("input").checked = localStorage.getItem(SINGLE) !== "off";
});
document.addEventListener("change", (event) => {
  if (event.target.name === "single-keys") localStorage.setItem(SINGLE, event.target.checked ? "on" : "off");
});

// "?" shows what the keyboard does: the list of the page of keys, in a box over what is there.
const showKeys = async (address) => {
  const reply = await fetch(address);
  if (!reply.ok || signedOut({ responseURL: reply.url })) { location.href = address; return; }
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  const box = document.createElement("dialog"), close = document.createElement("form"), button = document.createElement("button");
  const title = page.querySelector("h1"), list = page.getElementById("shortcuts");
  title.id = "keys-title";
  title.tabIndex = -1;
  title.autofocus = true;
  box.className = "keys-box";
  box.setAttribute("aria-labelledby", title.id);
  close.method = "dialog";
  button.textContent = WORDS.close;
  close.append(button);
  list.className = "";
  box.append(title, list, close);
  offerSingleKeys(box);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
};
let asking = false;
document.addEventListener("keydown", async (event) => {
  const address = event.key === "?" && document.body.dataset.keys;
  if (!address || asking || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPED) || !singleKeys()) return;
  event.preventDefault();
  asking = true;
  try { await showKeys(address); } catch { location.href = address; } finally { asking = false; }
});
offerSingleKeys(document);
