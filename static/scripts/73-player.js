// A recording's own button plays it, and stops it; the line beside it is how much was heard.
const showPlayer = (box) => {
  const audio = box.querySelector("audio");
  box.classList.toggle("playing", !audio.paused);
  box.classList.toggle("broken", Boolean(audio.error));
  box.querySelector("progress").value = audio.duration ? (audio.currentTime / audio.duration) * 100 : 0;
};

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-player] > button");
  if (!button) return;
  const audio = button.parentNode.querySelector("audio");
  if (!audio.paused) { audio.pause(); audio.currentTime = 0; return; }
  document.querySelectorAll("[data-player] audio").forEach((other) => other.pause());
  audio.play().catch(() => showPlayer(button.parentNode));
});

for (const what of ["play", "pause", "ended", "timeupdate", "error"]) {
  document.addEventListener(what, (event) => {
    const box = event.target.closest?.("[data-player]");
    if (box) showPlayer(box);
  }, true);
}
document.addEventListener("htmx:afterSettle", () => document.querySelectorAll("[data-player]").forEach(showPlayer));
