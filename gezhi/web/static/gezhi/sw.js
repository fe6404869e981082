// Pages without network. Above this line the server writes VERSION (of this file and all it keeps), SHELL (addresses), UNSENT and ALWAYS (pages).
// Kept: the files of the look; public forms; pages of whoever is logged in, until he logs out or somebody else comes. Nothing that is sent.
"use strict";
const SHELL_CACHE = `shell-${VERSION}`, PUBLIC = "public-1", MINE = "mine-1";
const PATIENCE_MS = 5000;
const MOST_PAGES = { [PUBLIC]: 30, [MINE]: 120 };
const MOST_AHEAD = 40, NEW_MS = 6e5;
const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const DEEDS = /href="(\/my\/cases\/[\w-]+\/(?:done|pass_check|fail_check|made_safe|not_found|solve_on_spot)\/)"/g;
const FORM_OF_A_PLACE = /href="(\/my\/found\/\?pick=[\w-]+)"/;
let era = 0; // what was asked for before somebody logged out is not kept after it

addEventListener("install", (event) => {
  const shell = caches.open(SHELL_CACHE).then((all) => all.addAll(SHELL.map((one) => new Request(one, { cache: "reload" }))));
  event.waitUntil(shell.then(() => Promise.all(ALWAYS.map(beforehand))).then(skipWaiting));
});

// The form for any place and the list of what waits: there although nobody has opened them yet.
async function beforehand(one) {
  const address = new URL(one, location.href);
  const answer = await fetch(address, { cache: "reload" }).catch(() => null);
  if (answer?.ok) await keep(address, answer, era);
}

// It takes over at once: it only answers from what it keeps, so no page needs to be loaded anew while somebody types.
addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (![SHELL_CACHE, PUBLIC, MINE].includes(name)) await caches.delete(name);
  await clients.claim();
})()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (address.origin !== location.origin) return;
  if (request.method === "POST" && address.pathname === "/account/logout/") event.waitUntil(forget());
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(page(event, address));
  else if (address.pathname.startsWith("/static/")) event.respondWith(asset(request));
});

addEventListener("message", (event) => {
  if (Array.isArray(event.data?.ahead)) event.waitUntil(ahead(event.data.ahead.slice(0, MOST_AHEAD)));
});

// Where a page is kept; nothing for all others. Status pages stand behind a secret address: their copies would outlive the reader's wish.
function shelf({ pathname, search }) {
  if (/^\/my\/(?:$|cases\/|found\/$)/.test(pathname)) return MINE;
  if (/^\/(?:unsent\/|r\/[\w-]*)?$/.test(pathname) && !search) return PUBLIC;
  return null;
}

async function forget() {
  era += 1;
  await caches.delete(MINE);
}

async function page(event, address) {
  const network = arrived(event.request, address);
  event.waitUntil(network.catch(() => {}));
  const copy = await copyOf(address);
  if (!copy) return network.catch(() => nothing());
  const late = new Promise((done) => setTimeout(done, PATIENCE_MS));
  const answer = await Promise.race([network.catch(() => null), late]);
  return answer ?? (await shown(copy));
}

async function arrived(request, address) {
  const since = era;
  const answer = await fetch(request);
  if (answer.ok && address.pathname === "/account/login/") await forget(); // nobody is logged in
  else if (answer.ok) await keep(address, answer, since);
  return answer;
}

async function keep(address, answer, since) {
  const where = shelf(address);
  const who = answer.headers.get("Gezhi-Who");
  if (!where || answer.redirected || !answer.headers.get("Content-Type")?.startsWith("text/html")) return;
  if (where === MINE && !(await isMine(who))) return;
  const heads = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Set-Cookie"]) heads.delete(name);
  heads.set("Gezhi-Kept", new Date().toISOString());
  const copy = new Response(await answer.clone().blob(), { headers: heads });
  if (since !== era) return;
  const kept = await caches.open(where);
  const name = address.pathname + address.search;
  await kept.delete(name); // so that the newest stands last
  await kept.put(name, copy);
  const names = (await kept.keys()).filter((one) => !ALWAYS.includes(new URL(one.url).pathname));
  for (const old of names.slice(0, Math.max(0, names.length - MOST_PAGES[where]))) await kept.delete(old);
}

// Copies belong to one person: when another one's page comes, those of the first go.
async function isMine(who) {
  if (!who) return false;
  const kept = await caches.open(MINE);
  const [first] = await kept.keys();
  const before = first && (await kept.match(first))?.headers.get("Gezhi-Who");
  if (before && before !== who) await caches.delete(MINE);
  return true;
}

async function copyOf(address) {
  const where = shelf(address);
  if (!where) return null;
  const kept = await caches.open(where);
  const exact = await kept.match(address.pathname + address.search);
  if (exact || where !== MINE) return exact ?? null;
  if (address.pathname === "/my/found/" && /[?&](?:pick|place)=/.test(address.search)) {
    const forms = (await kept.keys()).filter((one) => new URL(one.url).search.startsWith("?pick="));
    return forms.length ? kept.match(forms.at(-1)) : null; // the page puts the place of its address into it
  }
  return ["/my/", "/my/found/"].includes(address.pathname) ? ((await kept.match(address.pathname)) ?? null) : null;
}

// A copy says when it was made, and the page says it to its reader.
async function shown(copy) {
  const html = (await copy.text()).replace("<html ", `<html data-copy="${copy.headers.get("Gezhi-Kept") ?? ""}" `);
  return new Response(html, { headers: copy.headers });
}

async function nothing() {
  const kept = (await caches.open(PUBLIC).then((one) => one.match(UNSENT))) ?? (await caches.match(UNSENT));
  if (!kept) return Response.error();
  const html = (await kept.text()).replace("<html ", '<html data-nothing="yes" ');
  return new Response(html, { status: 503, headers: { "Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": kept.headers.get("Content-Security-Policy") ?? "" } });
}

async function asset(request) {
  const kept = await caches.match(request.url.split("#")[0]);
  if (kept && HASHED.test(new URL(request.url).pathname)) return kept;
  return fetch(request).catch(() => kept ?? Response.error());
}

// The day's work, fetched before the cellar: each page that the list names, and the forms of its deeds.
async function ahead(addresses) {
  const since = era;
  const queue = [...new Set(addresses)];
  for (const one of queue) {
    const address = new URL(one, location.href);
    if (since !== era || shelf(address) !== MINE) continue;
    const kept = await caches.open(MINE).then((all) => all.match(address.pathname + address.search));
    const isNew = kept && Date.now() - Date.parse(kept.headers.get("Gezhi-Kept")) < NEW_MS;
    const answer = isNew ? kept : await fetch(address).catch(() => null);
    if (!answer) return;
    if (!answer.ok || answer.redirected) continue;
    const html = await answer.clone().text();
    if (!isNew) await keep(address, answer, since);
    const forms = [...html.matchAll(DEEDS), ...(html.match(FORM_OF_A_PLACE) ? [html.match(FORM_OF_A_PLACE)] : [])];
    for (const [, form] of forms) if (queue.length < MOST_AHEAD && !queue.includes(form)) queue.push(form);
  }
}
