// What was filled in on this phone and has no answer yet: kept in the browser's own store, sent one by one, told with its age.
// An entry: {id, key, who, action, form, address, title, fields: [[name, value]], state, made_at, tried_at, said, number, url}.
// state: draft (still being typed) | trying (the browser sends its form) | waiting | refused | login | sent | deleted.
"use strict";
const outbox = (() => {
  const ANSWERED_MS = 864e5; // how long the number of what was sent stays in sight
  const UNDO_MS = 6e4;
  const DRAFT_MS = 14 * 864e5;
  const TRYING_MS = 18e4; // a page that has been sending for longer was closed on the way
  const LEASE_MS = 15e4;
  const FIRST_WAIT_MS = 5e3, LONGEST_WAIT_MS = 3e5;
  const OTHER_PAGE_MS = 1e3; // another page of this phone is sending: look again soon
  const NUMBER = /\d{6}-\d{4}-\d{7}/;
  let base;
  let wait = FIRST_WAIT_MS;
  let next = 0;
  let running = null, isAskedAgain = false;

  const store = () => (base ??= idb.openDB("gezhi", 1, {
    upgrade(fresh) {
      for (const name of ["entries", "files", "leases"]) fresh.createObjectStore(name);
    },
  }));

  const random = () => btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18)))).replaceAll("+", "-").replaceAll("/", "_");
  const freshId = () => `${Date.now().toString(36).padStart(9, "0")}-${random()}`; // in the order they were made
  // Pages of this phone show the same list. By the store's own event: a page with an open channel is fetched anew when one goes back to it.
  const TOLD = "gezhi-outbox-told";
  addEventListener("storage", ({ key }) => key === TOLD && dispatchEvent(new Event("outbox")));
  const told = () => (dispatchEvent(new Event("outbox")), (localStorage[TOLD] = random()));

  // files: [[name, File]], left as they are when not given. Rejects with QuotaExceededError when the phone is full.
  async function put(entry, files) {
    const change = (await store()).transaction(["entries", "files"], "readwrite");
    change.objectStore("entries").put(entry, entry.id);
    if (files) change.objectStore("files").put(files, entry.id);
    await change.done;
    told();
    return entry;
  }

  async function drop(id) {
    const change = (await store()).transaction(["entries", "files"], "readwrite");
    change.objectStore("entries").delete(id);
    change.objectStore("files").delete(id);
    await change.done;
    told();
  }

  const get = async (id) => (await store()).get("entries", id);
  const files = async (id) => (await (await store()).get("files", id)) ?? [];
  const all = async () => (await store()).getAll("entries"); // by id, so the oldest first

  // Set what changed, unless the entry is gone or was changed by another page in the meantime.
  async function mark(id, from, change) {
    const write = (await store()).transaction("entries", "readwrite");
    const entry = await write.store.get(id);
    const holds = entry && from.includes(entry.state);
    if (holds) await write.store.put({ ...entry, ...change }, id);
    await write.done;
    if (holds) told();
    return holds;
  }

  // One page at a time sends. Where a browser has no locks (plain http), a lease that outlives no page for long.
  async function alone(deed) {
    if (navigator.locks) return navigator.locks.request("gezhi-outbox", { ifAvailable: true }, (lock) => lock && deed());
    const mine = random();
    const renew = async (taking) => {
      const write = (await store()).transaction("leases", "readwrite");
      const lease = await write.store.get("outbox");
      const free = lease?.by === mine || (taking && !(lease && lease.until > Date.now()));
      if (free) await write.store.put({ by: mine, until: Date.now() + LEASE_MS }, "outbox");
      await write.done;
      return free;
    };
    if (!(await renew(true))) return;
    const beat = setInterval(renew, LEASE_MS / 5, false);
    try {
      return await deed();
    } finally {
      clearInterval(beat);
      await (await store()).delete("leases", "outbox");
    }
  }

  async function fetched(address, options, ms) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), ms);
    try {
      return await fetch(address, { ...options, cache: "no-store", credentials: "same-origin", signal: stop.signal });
    } finally {
      clearTimeout(timer);
    }
  }

  // The form's token of now and who is logged in; null without network, or behind a page that only looks like one.
  async function reached(ms = 4000) {
    try {
      const answer = await fetched("/unsent/token", { headers: { Accept: "application/json" } }, ms);
      const found = answer.ok && (await answer.json());
      return found && typeof found.token === "string" ? found : null;
    } catch {
      return null;
    }
  }

  // Deleted for good, or told long enough ago; a page that was closed while it sent gives its entry back.
  async function tidy() {
    const now = Date.now();
    for (const one of await all()) {
      const age = now - (one.changed_at ?? one.made_at);
      if (one.state === "deleted" && age > UNDO_MS) await drop(one.id);
      if (one.state === "sent" && age > ANSWERED_MS) await drop(one.id);
      if (one.state === "draft" && age > DRAFT_MS) await drop(one.id);
      if (one.state === "trying" && now - one.tried_at > TRYING_MS) await mark(one.id, ["trying"], { state: "waiting" });
    }
  }

  async function post(entry, token) {
    const body = new FormData();
    body.append("csrfmiddlewaretoken", token);
    for (const [name, value] of entry.fields) body.append(name, value);
    body.append("waited", String(Math.max(0, Math.round((Date.now() - entry.made_at) / 1000))));
    for (const [name, file] of await files(entry.id)) body.append(name, file, file.name);
    return fetched(entry.action, { method: "POST", body }, 6e5);
  }

  // Why it was refused: beside a field, else in the notice above the form, else on the page of an error.
  const REASONS = ["main .field-error p", "main .alert p", "main .error-page h1, main .error-page .lead"];
  function sentences(page) {
    const found = REASONS.map((where) => [...page.querySelectorAll(where)].map((one) => one.textContent.trim()).filter(Boolean));
    return [...new Set(found.find((some) => some.length) ?? [])].slice(0, 4).join(" ");
  }

  // What the answer makes of the entry; null: not now, try again later.
  async function judged(answer) {
    const path = new URL(answer.url).pathname;
    if (answer.redirected && path.startsWith("/account/")) return { state: "login" };
    if (answer.status === 429 || answer.status >= 500) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const main = page.querySelector("main");
    if (!main) return null; // not a page of ours: a hotel's log-in, a proxy's
    if (answer.redirected && answer.ok) {
      const number = main.textContent.match(NUMBER)?.[0] ?? "";
      return { state: "sent", number, url: path === "/my/found/" && number ? `/my/cases/${number}/` : path, fields: [] };
    }
    return { state: "refused", said: sentences(page) || (main.querySelector("h1")?.textContent ?? "").trim() };
  }

  // Sent in the order they were made; what somebody else on this phone wrote stays until he is back.
  async function round(now) {
    let later = 0; // one that the server cannot answer holds up no other
    for (const entry of await all()) {
      if (!["waiting", "login"].includes(entry.state)) continue;
      if (entry.who && entry.who !== now.who) {
        await mark(entry.id, ["waiting"], { state: "login" });
        continue;
      }
      await mark(entry.id, ["waiting", "login"], { state: "waiting", tried_at: Date.now() });
      const answer = await post(entry, now.token);
      const verdict = await judged(answer);
      if (!verdict) {
        later = Math.max(later, Number(answer.headers.get("Retry-After")) * 1000 || wait);
        if ([429, 503].includes(answer.status)) return later;
        continue;
      }
      const done = await mark(entry.id, ["waiting"], { ...verdict, changed_at: Date.now() });
      if (done && verdict.state === "sent") await (await store()).delete("files", entry.id);
    }
    return later;
  }

  // Asked while it is under way, it goes once more: the network may have come back after it looked.
  function flush() {
    if (running) isAskedAgain = true;
    else running = untilNobodyAsks().finally(() => (running = null));
    return running;
  }

  async function untilNobodyAsks() {
    do {
      isAskedAgain = false;
      await once();
    } while (isAskedAgain);
  }

  // Somebody is here, or the network is: do not sit out a wait that grew while there was none.
  function hurry() {
    wait = FIRST_WAIT_MS;
    return flush();
  }

  async function once() {
    clearTimeout(next);
    let again = wait;
    try {
      await tidy();
      const some = (await all()).some((one) => ["waiting", "login"].includes(one.state));
      if (!some) return;
      let isMine = false;
      await alone(async () => {
        isMine = true;
        const now = await reached();
        if (!now) return;
        whoIs(now.who);
        again = await round(now);
      });
      if (!isMine) again = OTHER_PAGE_MS;
    } catch {
      // the network went away in between: what was not answered is still there
    } finally {
      await plan(again);
    }
  }

  // The next try: later each time, until something gets through.
  async function plan(again) {
    const left = (await all()).some((one) => one.state === "waiting");
    if (again !== OTHER_PAGE_MS) wait = again && left ? Math.min(wait * 2, LONGEST_WAIT_MS) : FIRST_WAIT_MS;
    clearTimeout(next);
    if (left) next = setTimeout(flush, again || FIRST_WAIT_MS);
    told();
  }

  // Who is in front of this page: as its server said, else as the last page of this tab knew.
  const WHO = "gezhi-who";
  function whoIs(said) {
    if (said) sessionStorage.setItem(WHO, said);
    else if (said === "") sessionStorage.removeItem(WHO);
    return sessionStorage.getItem(WHO) ?? "";
  }

  return { all, drop, files, flush, freshId, get, hurry, mark, put, random, reached, tidy, whoIs };
})();
