// Moments in the reader's own time zone, and in the page's language, in the country that the browser names.
const SPOKEN = document.documentElement.lang;
const LOCALE = navigator.languages.find((one) => one.split("-")[0] === SPOKEN) ?? SPOKEN;
const localise = (root) => root.querySelectorAll("time[datetime]").forEach((time) => {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.valueOf())) return;
  time.textContent = time.dataset.clock !== undefined
    ? at.toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false })
    : at.toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
});

// The ringing phone reads its script aloud, once for each time a menu plays.
let lastSpoken = "";
const speak = () => {
  if (!window.speechSynthesis) return;
  const line = document.querySelector("[data-speak]");
  const silent = line && line.closest("#phone-pane") && localStorage.getItem("press-one-sound") !== "on";
  const wanted = line && !silent ? line.dataset.speak : "";
  if (wanted === lastSpoken) return;
  lastSpoken = wanted;
  speechSynthesis.cancel();
  if (!wanted) return;
  const utterance = new SpeechSynthesisUtterance(line.textContent);
  utterance.lang = line.lang || document.documentElement.lang;
  speechSynthesis.speak(utterance);
};
document.addEventListener("press-one:speak", speak);
