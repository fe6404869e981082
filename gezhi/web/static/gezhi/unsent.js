// The list of what is not sent yet, with its age; drawn again whenever something changed, and as time goes by.
"use strict";
const unsent = (() => {
  const panel = document.getElementById("unsent");
  if (!panel || !globalThis.indexedDB || !globalThis.idb) return async () => {};
  const words = panel.dataset;
  const list = panel.querySelector("ul");
  const more = panel.querySelector("[data-more]");
  const MOST = "all" in words ? Infinity : 3;
  const SHOWN = ["waiting", "refused", "login", "sent", "deleted"];
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  function age(at) {
    const minutes = Math.floor((Date.now() - at) / 6e4);
    if (minutes < 1) return words.now;
    if (minutes < 60) return say(words.minutes, { n: minutes });
    if (minutes < 1440) return say(words.hours, { n: Math.floor(minutes / 60) });
    return say(words.days, { n: Math.floor(minutes / 1440) });
  }

  function make(tag, className, text = "") {
    const made = document.createElement(tag);
    made.className = className;
    made.textContent = text;
    return made;
  }

  function act(text, deed) {
    const button = make("button", "link", text);
    button.type = "button";
    button.addEventListener("click", deed);
    return button;
  }

  function door(text, address) {
    const link = make("a", "link", text);
    link.href = address;
    return link;
  }

  const lines = {
    waiting: (one) => `${words.waiting} · ${age(one.made_at)}`,
    login: (one) => `${words.waiting} · ${age(one.made_at)}${words.login}`,
    refused: (one) => `${words.refused}${one.said}`,
    sent: (one) => (one.number ? say(words.sent, { number: one.number }) : words.taken),
    deleted: () => words.deleted,
  };

  function acts(one) {
    const remove = act(words.remove, () => outbox.mark(one.id, ["waiting", "login", "refused"], { state: "deleted", was: one.state, changed_at: Date.now() }));
    if (one.state === "waiting") return [act(words.again, outbox.hurry), remove];
    if (one.state === "login") return [door(words.enter, `/account/login/?next=${encodeURIComponent(location.pathname)}`), remove];
    if (one.state === "refused") return [door(words.mend, `${one.address}#${one.id}`), remove];
    if (one.state === "deleted") return [act(words.undo, () => outbox.mark(one.id, ["deleted"], { state: one.was }).then(outbox.flush))];
    return [door(words.look, one.url), act(words.seen, () => outbox.drop(one.id))];
  }

  function row(one) {
    const cell = make("li", `card stack stack-tight unsent-${one.state}`);
    const told = make("p", one.state === "refused" ? "" : "muted", lines[one.state](one));
    const foot = make("p", "row");
    foot.append(...acts(one));
    cell.append(make("p", "cell-place", one.title || words.untitled), told, foot);
    return cell;
  }

  let drawing = Promise.resolve();
  async function draw() {
    const me = panel.hasAttribute("data-who") || "all" in words ? outbox.whoIs(words.who || undefined) : "";
    const all = (await outbox.all()).filter((one) => SHOWN.includes(one.state) && (!one.who || one.who === me));
    const shown = all.slice(-MOST).reverse();
    if (list.contains(document.activeElement) && list.dataset.drawn === JSON.stringify(shown)) return;
    list.dataset.drawn = JSON.stringify(shown);
    list.replaceChildren(...shown.map(row));
    const left = all.filter((one) => ["waiting", "login", "refused"].includes(one.state)).length;
    panel.hidden = !all.length && !("all" in words);
    panel.querySelector("h2").textContent = say(left ? words.count : words.none, { n: left });
    if (more) more.hidden = all.length <= MOST;
  }
  const again = () => (drawing = drawing.then(draw).catch(() => {}));
  addEventListener("outbox", again);
  setInterval(again, 3e4);
  again();
  return again;
})();
