// A wall screen looks again by itself and never leaves the page it stands on: whatever the network does, the last figures stay, with the
// moment they are of. One timer, one request at a time, one piece of the page put in the place of the one before: a month costs no memory.
(() => {
  "use strict";
  const wall = document.getElementById("wall");
  const line = document.getElementById("line");
  const root = document.documentElement;
  const every = Number(wall.dataset.every) * 1000;
  const patience = 15000, longest = 60000, shortest = 5000;
  let missed = 0;

  function dressed() {
    const now = document.getElementById("now");
    if (now && !("fixed" in root.dataset)) root.dataset.theme = now.dataset.look;
  }

  function say(text) {
    if (line.textContent !== text) line.textContent = text;
    line.hidden = !text;
    root.toggleAttribute("data-lost", Boolean(text));
  }

  // What is not ours (a log-in page of a hotel, half an answer) is no answer.
  function taken(text) {
    const read = new DOMParser().parseFromString(text, "text/html").getElementById("now");
    if (!read || !read.dataset.stamp) throw new Error("not a wall");
    wall.replaceChildren(document.adoptNode(read));
    dressed();
  }

  async function look() {
    const call = new AbortController();
    const bell = setTimeout(() => call.abort(), patience);
    try {
      const answer = await fetch(wall.dataset.now, { signal: call.signal, cache: "no-store", redirect: "error" });
      if (answer.status === 404 && answer.headers.get("X-Frame-Options")) return ended();
      if (!answer.ok || !answer.headers.get("X-Gezhi-Wall")) throw new Error(String(answer.status));
      taken(await answer.text());
      missed = 0;
      say("");
    } catch {
      missed += 1;
      const now = document.getElementById("now");
      if (now) say(line.dataset.lost.replace("{moment}", now.dataset.stamp));
    } finally {
      clearTimeout(bell);
    }
  }

  // An address that was ended shows nothing any more; it is asked again, for a server that is being set up says the same.
  function ended() {
    missed += 1;
    if (missed < 3) return;
    wall.replaceChildren();
    say(line.dataset.ended);
  }

  async function round() {
    await look();
    const wait = missed ? Math.min(longest, shortest * 2 ** Math.min(missed - 1, 4)) : every;
    setTimeout(round, wait * (0.9 + Math.random() * 0.2));
  }

  dressed();
  setTimeout(round, every * (0.5 + Math.random() * 0.5));
  addEventListener("online", () => { if (missed) look(); });
})();
