// Say it instead of typing: a minute at most, put into the file input beside it. Needs a microphone and a safe connection; behind gezhi.js.
// Pressing submit while somebody speaks ends the recording and sends it with the rest.
"use strict";
(() => {
  const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const part = (box, name) => box.querySelector(`[data-voice-${name}]`);
  const input = (box) => box.querySelector("input[type=file]");
  const lasts = (box) => box.querySelector("input[name=voice_seconds]");

  for (const button of document.querySelectorAll("[data-voice-record]"))
    button.hidden = !(globalThis.MediaRecorder && navigator.mediaDevices?.getUserMedia && isSecureContext);

  // What there is: nothing yet, somebody speaking, or a recording that can be listened to.
  function show(box) {
    const isOn = box.recorder?.state === "recording";
    const file = input(box).files[0];
    part(box, "live").hidden = !isOn;
    part(box, "done").hidden = isOn || !file;
    part(box, "record").classList.toggle("sr-only", isOn);
    part(box, "record").querySelector("span").textContent = file ? box.dataset.wordsAgain : box.dataset.wordsFirst;
    if (!file) return;
    const seconds = lasts(box).value;
    part(box, "length").textContent = seconds ? box.dataset.wordsDone.replace("%s", seconds) : box.dataset.wordsChosen;
  }

  function put(box, file, seconds) {
    const carrier = new DataTransfer();
    if (file) carrier.items.add(file);
    input(box).files = carrier.files;
    lasts(box).value = file ? seconds : "";
    box.isOurs = true;
    input(box).dispatchEvent(new Event("change", { bubbles: true })); // what keeps drafts hears of it
  }

  async function record(box) {
    if (box.recorder?.state === "recording") return;
    hush(box);
    const said = part(box, "trouble");
    said.textContent = "";
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      said.textContent = box.dataset.wordsNo;
      return;
    }
    const type = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg"].find((one) => MediaRecorder.isTypeSupported(one));
    const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: 32000 });
    const most = Number(box.dataset.most), pieces = [], begun = Date.now();
    const seconds = () => Math.min(most, Math.round((Date.now() - begun) / 1000));
    const tell = () => {
      part(box, "time").textContent = `${clock(seconds())} / ${clock(most)}`;
      if (seconds() >= most && recorder.state === "recording") recorder.stop();
    };
    const ticking = setInterval(tell, 500);
    recorder.ondataavailable = (event) => pieces.push(event.data);
    box.ended = new Promise((done) => {
      recorder.onstop = () => {
        clearInterval(ticking);
        for (const track of stream.getTracks()) track.stop();
        const kind = (recorder.mimeType || type || "audio/webm").split(";")[0];
        put(box, new File(pieces, `voice.${kind.split("/")[1]}`, { type: kind }), Math.max(1, seconds()));
        done();
      };
    });
    box.recorder = recorder;
    recorder.start();
    tell();
    show(box);
    part(box, "stop").focus();
  }

  function stop(box) {
    if (box.recorder?.state === "recording") box.recorder.stop();
    return box.ended;
  }

  // Played by the page itself: its policy lets no audio element play what is not from the server.
  async function play(box) {
    if (box.player) return hush(box);
    const sound = new AudioContext();
    box.player = sound;
    try {
      const source = sound.createBufferSource();
      source.buffer = await sound.decodeAudioData(await input(box).files[0].arrayBuffer());
      source.connect(sound.destination);
      source.onended = () => box.player === sound && hush(box);
      if (box.player !== sound) return;
      source.start();
      part(box, "play").querySelector("span").textContent = box.dataset.wordsHush;
    } catch {
      hush(box);
      part(box, "trouble").textContent = box.dataset.wordsUnheard;
    }
  }

  function hush(box) {
    box.player?.close();
    box.player = null;
    part(box, "play").querySelector("span").textContent = box.dataset.wordsPlay;
  }

  const deeds = { record, stop, play, off: (box) => (hush(box), put(box, null)) };
  for (const [name, deed] of Object.entries(deeds)) on("click", `[data-voice-${name}]`, (button) => deed(button.closest("[data-voice]")));

  on("change", "[data-voice] input[type=file]", (field) => {
    const box = field.closest("[data-voice]");
    if (!box.isOurs) lasts(box).value = "";
    box.isOurs = false;
    show(box);
  });
  document.addEventListener("reset", ({ target }) => setTimeout(() => target.querySelectorAll("[data-voice]").forEach((box) => (hush(box), (lasts(box).value = ""), show(box)))));

  // Before every other script hears of it: what is being said goes along.
  addEventListener("submit", (event) => {
    const { target: form, submitter } = event;
    const box = [...form.querySelectorAll("[data-voice]")].find((one) => one.recorder?.state === "recording");
    if (!box) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    stop(box).then(() => form.requestSubmit(submitter));
  }, true);

  document.querySelectorAll("[data-voice]").forEach(show);
})();
