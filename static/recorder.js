// Recording a voice in the browser. It becomes a plain WAV here (16 kHz, mono), so that the server
// takes it like any other file, with or without ffmpeg.
"use strict";

const RATE = 16000;

const wavOf = (samples) => {
  const view = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const text = (at, letters) => [...letters].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  text(0, "RIFF"); view.setUint32(4, 36 + samples.length * 2, true); text(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, RATE * 2, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  text(36, "data"); view.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, place) => view.setInt16(44 + place * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return new Blob([view], { type: "audio/wav" });
};

// Whatever the browser recorded in, as samples at our rate.
const heard = async (blob) => {
  const decoder = new OfflineAudioContext(1, 1, RATE);
  const sound = await decoder.decodeAudioData(await blob.arrayBuffer());
  const mixer = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * RATE)), RATE);
  const source = mixer.createBufferSource();
  source.buffer = sound;
  source.connect(mixer.destination);
  source.start();
  return mixer.startRendering();
};

const setUp = (form) => {
  const part = (name) => form.querySelector(`[data-do=${name}]`);
  const [state, time, meter] = ["[data-state]", "[data-time]", "meter"].map((found) => form.querySelector(found));
  const enable = (...names) => ["record", "stop", "listen", "keep"].forEach((name) => { part(name).disabled = !names.includes(name); });
  if (!navigator.mediaDevices || !window.MediaRecorder) { state.textContent = form.dataset.none; return; }
  let recorder = null, sound = null, playing = null, dirty = false;
  enable("record");

  const watch = (stream, began) => {
    const context = new AudioContext(), analyser = context.createAnalyser(), levels = new Float32Array(1024);
    context.createMediaStreamSource(stream).connect(analyser);
    const tick = () => {
      const seconds = (performance.now() - began) / 1000;
      if (!recorder || recorder.state !== "recording") { meter.value = 0; context.close(); return; }
      analyser.getFloatTimeDomainData(levels);
      meter.value = Math.min(1, Math.max(...levels.map(Math.abs)) * 1.4);
      time.textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
      if (seconds >= Number(form.dataset.most)) recorder.stop();
      requestAnimationFrame(tick);
    };
    tick();
  };

  const record = async () => {
    playing?.stop();
    let stream;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1, noiseSuppression: true, echoCancellation: false } }); }
    catch { state.textContent = form.dataset.none; return; }
    const pieces = [];
    recorder = new MediaRecorder(stream);
    recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
    recorder.addEventListener("stop", async () => {
      stream.getTracks().forEach((track) => track.stop());
      try { sound = await heard(new Blob(pieces, { type: recorder.mimeType })); }
      catch { state.textContent = form.dataset.none; enable("record"); return; }
      const files = new DataTransfer();
      files.items.add(new File([wavOf(sound.getChannelData(0))], "recording.wav", { type: "audio/wav" }));
      form.querySelector("input[type=file]").files = files.files;
      dirty = true;
      state.textContent = form.dataset.ready;
      enable("record", "listen", "keep");
      part("listen").focus();
    });
    recorder.start();
    state.textContent = form.dataset.recording;
    enable("stop");
    part("stop").focus();
    watch(stream, performance.now());
  };

  const listen = () => {
    playing?.stop();
    const context = new AudioContext();
    playing = context.createBufferSource();
    playing.buffer = sound;
    playing.connect(context.destination);
    playing.addEventListener("ended", () => context.close());
    playing.start();
  };

  part("record").addEventListener("click", record);
  part("stop").addEventListener("click", () => recorder.stop());
  part("listen").addEventListener("click", listen);
  form.addEventListener("submit", (event) => { if (dirty) dirty = false; else event.preventDefault(); });
  window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
};

// Files may be dropped anywhere on their form; the field itself takes them, too.
const takeDrops = (form) => {
  const field = form.querySelector("input[type=file]");
  const mark = (on) => form.classList.toggle("dropping", on);
  form.addEventListener("dragover", (event) => { if (event.dataTransfer.types.includes("Files")) { event.preventDefault(); mark(true); } });
  form.addEventListener("dragleave", (event) => { if (!form.contains(event.relatedTarget)) mark(false); });
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer.files.length) { field.files = event.dataTransfer.files; form.requestSubmit(); }
  });
};

const setUpAll = () => {
  document.querySelectorAll("[data-recorder]").forEach(setUp);
  document.querySelectorAll("[data-files]").forEach(takeDrops);
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", setUpAll); else setUpAll();
