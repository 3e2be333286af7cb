// The phone in the editor: time passes by itself, and what is being typed is played, too.
"use strict";

const phoneForm = () => document.querySelector("form[data-phone]");
const SPEED = "press-one-speed", SOUND = "press-one-sound";
let timer = 0;

const speed = () => Number(localStorage.getItem(SPEED) ?? "1");

// Without an answer in time the caller stayed silent. At "instant" nothing runs by itself.
const countDown = () => {
  cancelAnimationFrame(timer);
  const form = phoneForm(), line = form && form.querySelector(".countdown");
  if (!line || form.dataset.state !== "on" || !speed()) { if (line) line.hidden = true; return; }
  const total = (Number(form.dataset.wait) + Number(form.dataset.prompt)) / speed();
  const [bar, words, began] = [line.querySelector("progress"), line.querySelector("small"), performance.now()];
  line.hidden = false;
  const tick = (moment) => {
    const gone = moment - began;
    line.hidden = false;
    bar.value = Math.min(100, (gone / total) * 100);
    const left = Math.max(0, Math.ceil(((total - gone) * speed()) / 1000));
    words.textContent = WORDS.silenceIn.replace("{seconds}", left);
    if (gone < total) { timer = requestAnimationFrame(tick); return; }
    document.getElementById("phone-silence")?.click();
  };
  timer = requestAnimationFrame(tick);
};

let shown = "";
const refresh = () => {
  const form = phoneForm();
  const speeds = document.querySelector("#phone-pane .speeds");
  if (!form || !speeds) { cancelAnimationFrame(timer); shown = ""; return; }
  speeds.hidden = false;
  speeds.querySelectorAll("[name=speed]").forEach((choice) => { choice.checked = Number(choice.value) === speed(); });
  speeds.querySelector("[name=sound]").checked = localStorage.getItem(SOUND) === "on";
  const now = `${form.dataset.state} ${form.dataset.call}`;
  if (now !== shown) { shown = now; countDown(); }
};

// A menu's recording plays by itself when "read aloud" is on; each playing of a menu once.
let lastPlayed = "";
const playRecording = () => {
  const audio = document.querySelector("#phone-pane [data-plays]");
  const wanted = audio && localStorage.getItem(SOUND) === "on" ? audio.id : "";
  if (wanted && wanted !== lastPlayed) audio.play().catch(() => {});
  lastPlayed = wanted;
};
document.addEventListener("press-one:speak", playRecording);

document.addEventListener("change", (event) => {
  if (!event.target.closest("#phone-pane .speeds")) return;
  if (event.target.name === "speed") { localStorage.setItem(SPEED, event.target.value); countDown(); }
  if (event.target.name === "sound") { localStorage.setItem(SOUND, event.target.checked ? "on" : "off"); document.dispatchEvent(new Event("press-one:speak")); }
});

// What is typed and not saved yet goes along, each form as "address fields".
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("form[data-phone]")) return;
  for (const form of document.querySelectorAll("form[data-dirty]")) {
    const name = form.closest("#settings") ? "draft_settings" : form.id === "heard" ? "draft_menu" : "draft_step";
    event.detail.parameters[name] = `${form.getAttribute("action")} ${new URLSearchParams(new FormData(form))}`;
  }
});

// On a small screen the keys stay under the thumb, whatever is said above and noted below them.
let keysAt = null;
const keysTop = () => document.querySelector("#phone-pane .pad")?.getBoundingClientRect().top ?? null;
document.addEventListener("htmx:beforeSwap", (event) => {
  keysAt = innerWidth <= 720 && event.detail.requestConfig?.elt.matches("form[data-phone]") ? keysTop() : null;
});
document.addEventListener("htmx:afterSwap", () => {
  const now = keysAt === null ? null : keysTop();
  if (now !== null) scrollBy({ top: now - keysAt, behavior: "instant" });
  keysAt = null;
});

document.addEventListener("htmx:afterSettle", () => { refresh(); playRecording(); });
document.addEventListener("DOMContentLoaded", refresh);
if (document.readyState !== "loading") refresh();
