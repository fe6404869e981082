// Forms that outlive the network: kept while they are typed, queued when nobody answers. Needs gezhi.js, idb.js, outbox.js and unsent.js.
// A form takes part by data-outbox (the words that name it in the list); one with fields of its own keeps what is typed by data-typed.
"use strict";
(() => {
  const KEPT = ["draft", "trying", "refused"]; // what the form on this page may go on with
  const FRESH_MS = 2e4; // a page that came from the server so lately has a network
  const page = document.documentElement;
  const copied = page.dataset.copy; // when the service worker kept this copy; nothing on a page from the server
  const panel = document.getElementById("unsent");
  if (!panel || !globalThis.indexedDB || !globalThis.idb) return;
  const words = panel.dataset;
  const loaded = Date.now();
  const mine = panel.hasAttribute("data-who") ? outbox.whoIs(words.who || undefined) : "";
  const isStaff = (form) => new URL(form.action, location.href).pathname.startsWith("/my/");
  const say = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // -- What a form holds

  const tab = (sessionStorage["gezhi-tab"] ??= outbox.random());

  function entryOf(form, submitter, state) {
    const data = new FormData(form);
    if (submitter?.name) data.append(submitter.name, submitter.value);
    const pairs = [...data].filter(([name]) => name !== "csrfmiddlewaretoken");
    const said = pairs.find(([name, value]) => name === "text" && value)?.[1] ?? "";
    return {
      id: (form.entryId ??= outbox.freshId()),
      key: keyOf(form),
      who: isStaff(form) ? mine : "",
      action: new URL(form.action, location.href).pathname,
      address: location.pathname + location.search,
      form: form.id,
      title: [submitter?.dataset.outbox ?? form.dataset.outbox, said.slice(0, 40)].filter(Boolean).join(" · "),
      fields: pairs.filter(([, value]) => typeof value === "string"),
      state,
      tab,
      made_at: Date.now(),
      tried_at: Date.now(),
    };
  }

  // One-press forms come without a key: made here, it tells the page after it which entry is done.
  function keyOf(form) {
    if (!form.elements.key) form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "key", value: outbox.random() }));
    return form.elements.key.value;
  }

  const filesOf = (form) => [...new FormData(form)].filter(([, value]) => value instanceof File && value.size);
  const isTyped = (entry, files) =>
    files.length || entry.fields.some(([name, value]) => value.trim() && ["text", "note", "where", "contact", "reason"].includes(name));

  // A draft that is open in another tab is that tab's. A page that was killed cannot say so: then two minutes without a word do.
  const OPEN = "gezhi-open-", STILL_MS = 12e4;
  const isElsewhere = (one) => one.tab !== tab && Date.now() - Number(localStorage[OPEN + one.id] ?? 0) < STILL_MS;
  const hold = (id) => (localStorage[OPEN + id] = Date.now());
  addEventListener("pagehide", () => document.querySelectorAll("form[data-typed]").forEach((form) => localStorage.removeItem(OPEN + form.entryId)));

  const timers = new Map();
  function keepTyped(form) {
    clearTimeout(timers.get(form));
    timers.set(form, setTimeout(async () => {
      if (form.asking || form.sealed) return;
      const entry = entryOf(form, null, "draft");
      const files = filesOf(form);
      hold(entry.id);
      if (isTyped(entry, files)) await kept(entry, files);
      else if (await outbox.get(entry.id)) await outbox.drop(entry.id);
    }, 300));
  }

  async function kept(entry, files) {
    try {
      await outbox.put(entry, files);
      return true;
    } catch {
      notice("full");
      return false;
    }
  }

  // -- Sending: the browser's own way where there is a network, the queue where there is none

  document.addEventListener("submit", onSubmit, true);
  function onSubmit(event) {
    const { target: form, submitter } = event;
    if (form.getAttribute("action")?.endsWith("/account/logout/")) return outbox.whoIs("");
    if (!("outbox" in form.dataset) || form.passing) return;
    clearTimeout(timers.get(form));
    const isFresh = !copied && navigator.onLine && Date.now() - loaded < FRESH_MS && !form.entryQueued;
    if (isFresh) {
      if (!submitter?.formNoValidate) kept(entryOf(form, submitter, "trying"), filesOf(form));
      return;
    }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!form.asking) ask(form, submitter);
  }

  async function ask(form, submitter) {
    form.asking = true;
    form.setAttribute("aria-busy", "true");
    const isAside = Boolean(submitter?.formNoValidate); // a question on the way, like where a photo was taken: it can wait
    try {
      const saved = isAside || (await kept(entryOf(form, submitter, "trying"), filesOf(form)));
      const now = await outbox.reached();
      if (now) return pass(form, submitter, now);
      if (!isAside && saved) await queue(form);
    } finally {
      form.asking = false;
      form.removeAttribute("aria-busy");
    }
  }

  function pass(form, submitter, now) {
    const token = form.elements.csrfmiddlewaretoken;
    if (token) token.value = now.token; // a copy carries an old one
    form.passing = true;
    form.requestSubmit(submitter ?? undefined);
    form.passing = false;
  }

  async function queue(form) {
    const id = form.entryId;
    await outbox.mark(id, ["trying"], { state: "waiting", changed_at: Date.now() });
    empty(form);
    await unsent();
    const sight = form.dataset.typed === "again" ? await standIn(form, id) : panel;
    sight.scrollIntoView({ block: "center" });
    sight.focus({ preventScroll: true });
    outbox.flush();
  }

  // In place of the form: what was written is safe, with how much of it, so that nobody writes it twice.
  async function standIn(form, id) {
    const files = await outbox.files(id);
    const photos = files.filter(([name]) => name !== "voice").length;
    const parts = [photos && say(words.pictures, { n: photos }), photos < files.length && words.spoken].filter(Boolean);
    const box = Object.assign(document.createElement("div"), { className: "alert alert-success", tabIndex: -1 });
    box.dataset.keptFor = id;
    box.setAttribute("role", "status");
    const line = Object.assign(document.createElement("p"), { className: "alert-title" });
    line.textContent = words.kept + (parts.length ? say(words.with, { parts: parts.join(words.and) }) : "");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: words.another });
    const foot = document.createElement("p");
    foot.append(button);
    const inside = Object.assign(document.createElement("div"), { className: "stack stack-tight" });
    inside.append(line, foot);
    box.append(inside);
    form.before(box);
    conceal(form, true);
    button.addEventListener("click", () => again(form));
    addEventListener("outbox", async function follow() {
      if (!box.isConnected) return removeEventListener("outbox", follow);
      const entry = await outbox.get(id);
      if (entry?.state === "sent") line.textContent = words.gone;
      else if (!["waiting", "login"].includes(entry?.state)) again(form);
    });
    return box;
  }

  const conceal = (form, isAway) => {
    form.hidden = isAway;
    for (const one of document.querySelectorAll(".action-bar, main > section"))
      if (form.id && one.querySelector(`[form="${form.id}"]`)) one.hidden = isAway;
  };

  function again(form) {
    const box = form.parentElement.querySelector("[data-kept-for]");
    if (!box) return;
    const hadFocus = box.contains(document.activeElement);
    box.remove();
    conceal(form, false);
    if (hadFocus) form.scrollIntoView({ block: "start" });
  }

  // Ready for the next one: the server's form was used up by the one that waits.
  function empty(form) {
    form.entryId = undefined;
    form.entryQueued = true;
    form.reset();
    form.querySelectorAll("input[name=kept_photos]").forEach((old) => old.closest("li")?.remove() ?? old.remove());
    for (const picker of form.querySelectorAll("[data-photos]")) setFiles(picker, []);
    renew(form);
  }

  function renew(form) {
    if (form.elements.key) form.elements.key.value = outbox.random();
  }

  function setFiles(picker, files) {
    picker.gathered = files;
    showPhotos(picker, picker.querySelector("input[type=file]"), files);
  }

  // -- Coming back to a form

  function fill(form, entry, files) {
    form.entryId = entry.id;
    const values = new Map();
    for (const [name, value] of entry.fields) values.set(name, [...(values.get(name) ?? []), value]);
    for (const field of form.elements) {
      if (!field.name || field.type === "file" || ["csrfmiddlewaretoken", "version", "kept_photos"].includes(field.name)) continue;
      const said = values.get(field.name) ?? [];
      if (["checkbox", "radio"].includes(field.type)) field.checked = said.includes(field.value);
      else if (field.tagName !== "BUTTON" && values.has(field.name)) field.value = said[0];
    }
    for (const picker of form.querySelectorAll("[data-photos]")) {
      const name = picker.querySelector("input[type=file]").name;
      setFiles(picker, files.filter(([other]) => other === name).map(([, file]) => file));
    }
    for (const field of form.querySelectorAll("[data-voice] input[type=file]")) {
      const carrier = new DataTransfer();
      for (const [name, file] of files) if (name === field.name) carrier.items.add(file);
      field.files = carrier.files;
      field.closest("[data-voice]").isOurs = true;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    for (const token of values.get("kept_photos") ?? []) {
      if ([...form.querySelectorAll("input[name=kept_photos]")].some((one) => one.value === token)) continue;
      const carried = Object.assign(document.createElement("input"), { type: "hidden", name: "kept_photos", value: token });
      form.append(carried);
    }
  }

  async function begin(form) {
    const key = form.elements.key?.value;
    const all = (await outbox.all()).filter((one) => one.who === (isStaff(form) ? mine : ""));
    const own = all.find((one) => key && one.key === key && KEPT.includes(one.state));
    if (own) { // the server gave the form back, with everything in it
      form.entryId = own.id;
      return outbox.mark(own.id, KEPT, { state: "draft" });
    }
    if (copied && !form.querySelector("input[name=kept_photos]")) renew(form);
    const asked = all.find((one) => one.id === location.hash.slice(1) && one.state === "refused");
    const left = asked ?? ("typed" in form.dataset
      && all.findLast((one) => one.state === "draft" && one.form === form.id && one.address === location.pathname + location.search && !isElsewhere(one)));
    const waits = !asked && form.dataset.typed === "again" && !form.previousElementSibling?.matches("[data-kept-for]")
      && all.findLast((one) => one.state === "waiting" && one.form === form.id && one.address === location.pathname + location.search);
    if (waits && !left && !filesOf(form).length) return standIn(form, waits.id);
    if (!left || filesOf(form).length) return;
    const files = await outbox.files(left.id);
    if (left !== asked && !isTyped(left, files)) return outbox.drop(left.id); // sent empty, and given back: nothing to bring
    again(form);
    fill(form, left, files);
    if (asked && !form.querySelector("input[name=kept_photos]")) renew(form);
    notice("left", () => {
      outbox.drop(left.id);
      empty(form);
    });
  }

  // What this tab was sending is over when it shows another page: taken in (the server says so), given back, or lost on the way.
  const DONE = /(?:^|; )gezhi_done=([\w-]+)/;
  async function settle() {
    const done = document.cookie.match(DONE)?.[1];
    const keys = [...document.querySelectorAll("input[name=key]")].map((one) => one.value);
    for (const one of await outbox.all()) {
      if (one.state === "sent" && one.url === location.pathname) await outbox.drop(one.id); // seen
      else if (done && one.key === done && ["trying", "draft"].includes(one.state)) await outbox.drop(one.id);
      else if (one.state !== "trying" || one.tab !== tab) continue;
      else await outbox.mark(one.id, ["trying"], { state: keys.includes(one.key) ? "draft" : "waiting" });
    }
    if (done) document.cookie = "gezhi_done=; path=/; max-age=0; samesite=lax";
  }

  // -- What is said

  function notice(name, undo) {
    const old = panel.parentElement.querySelector(`[data-notice="${name}"]`);
    old?.remove();
    const box = document.createElement("div");
    box.className = `alert ${name === "left" ? "alert-info" : "alert-warn"}`;
    box.dataset.notice = name;
    box.setAttribute("role", "status");
    const line = document.createElement("p");
    line.textContent = words[name];
    box.append(line);
    if (undo) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: words.leave });
      button.addEventListener("click", () => (undo(), box.remove()));
      box.append(button);
    }
    panel.before(box);
  }

  function sayCopied() {
    if (!copied) return;
    const at = new Date(copied);
    const isToday = at.toDateString() === new Date().toDateString();
    const time = at.toLocaleString(page.lang, isToday ? { hour: "2-digit", minute: "2-digit", hour12: false }
      : { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hour12: false });
    words.copied = say(words.copied, { time });
    notice("copied");
  }

  // Without a certificate browsers keep no pages: what is filled in is kept all the same.
  async function begun() {
    sayCopied();
    if (page.dataset.nothing && location.pathname !== "/unsent/") document.querySelector("[data-no-copy]")?.removeAttribute("hidden");
    for (const door of page.dataset.nothing ? document.querySelectorAll("[data-if-kept]") : [])
      door.hidden = !(await globalThis.caches?.match(door.getAttribute("href"))); // it would lead to this very page again
    await settle();
    await outbox.tidy();
    await Promise.all([...document.querySelectorAll("form[data-outbox]")].map(begin));
    if ("all" in words) outbox.reached().then((now) => (now && outbox.whoIs(now.who), dispatchEvent(new Event("outbox"))));
    outbox.flush();
  }

  for (const kind of ["input", "change"]) {
    document.addEventListener(kind, ({ target }) => {
      const form = target.form;
      if (form && "typed" in form.dataset) keepTyped(form);
    });
  }
  addEventListener("hashchange", () => document.querySelectorAll("form[data-outbox]").forEach(begin)); // 改一改 on this very page
  addEventListener("online", outbox.hurry);
  addEventListener("pageshow", ({ persisted }) => persisted && outbox.hurry());
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && outbox.hurry());

  const lineOfWorker = document.querySelector("[data-offline-off]");
  if (!("serviceWorker" in navigator)) lineOfWorker?.removeAttribute("hidden");
  else addEventListener("load", async () => {
    const registered = await navigator.serviceWorker.register("/sw.js").catch(() => null);
    if (!registered) return lineOfWorker?.removeAttribute("hidden");
    document.querySelector("[data-offline-on]")?.removeAttribute("hidden");
    const near = [...document.querySelectorAll("[data-ahead] a")].map((one) => one.href);
    if (location.pathname === "/my/" && !copied && !navigator.connection?.saveData)
      (await navigator.serviceWorker.ready).active?.postMessage({ ahead: [...near, ...words.beside.split(" ")] });
  });
  begun();
})();
