// The desk's list: keys that work on the row in focus, and rows that say themselves anew without losing the reader's place or his ticks.
// walkRows comes from gezhi.js. What a key does is what the same button does.
"use strict";
(() => {
  const sheet = document.getElementById("sheet");
  const said = document.getElementById("list-said");
  const keys = document.getElementById("keys");
  const DEEDS = { t: ["take", "accept"], d: ["dispatch"] };
  let wanted = null; // the key whose deed waits for its sheet

  const rowOf = (element) => element?.closest?.("#rows > tr") ?? null;
  const here = () => rowOf(document.activeElement) ?? document.querySelector("#rows > tr.is-open");
  const linkOf = (row) => row.querySelector(".row-link");
  const isTyping = (target) => Boolean(target.closest?.("textarea, select, [contenteditable], input:not([type=checkbox]):not([type=radio])"));
  const fields = "input:not([type=hidden]):not([disabled]), select, textarea";

  // The button of a deed in the sheet: in focus, so that Enter does it; of a deed with a form, the form's first field.
  function showDeed(key) {
    for (const deed of DEEDS[key]) {
      const form = sheet.querySelector(`form[action$="/move/${deed}/"]`);
      const door = form?.querySelector(fields) ?? form?.querySelector("button");
      if (door) return door.focus(), true;
      const link = sheet.querySelector(`a[href$="/move/${deed}/"]`);
      if (link) return (wanted = `${key}+`), link.click(), true;
    }
    return false;
  }

  function doDeed(key) {
    const row = here();
    if (!row) return false;
    said.textContent = "";
    if (row.classList.contains("is-open") && sheet.childElementCount) showDeed(key) || (said.textContent = said.dataset[DEEDS[key][0]]);
    else (wanted = key), linkOf(row).click();
    return true;
  }

  document.addEventListener("htmx:afterSettle", ({ target }) => {
    if (target.id !== "sheet" || !wanted) return;
    const key = wanted;
    wanted = null;
    if (key.endsWith("+")) return sheet.querySelector(`form ${fields.split(", ").join(", form ")}`)?.focus();
    if (!showDeed(key)) said.textContent = said.dataset[DEEDS[key][0]];
  });
  for (const type of ["htmx:responseError", "htmx:sendError"]) document.addEventListener(type, () => (wanted = null));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open || isTyping(event.target)) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && rowOf(document.activeElement) && walkRows(step)) return event.preventDefault();
    if (event.key === "o" && here()) return event.preventDefault(), linkOf(here()).click();
    if (event.key === "?") return event.preventDefault(), keys.showModal();
    if (DEEDS[event.key] && doDeed(event.key)) event.preventDefault();
  });
  // Esc closes this alone, not the sheet behind it.
  keys.addEventListener("keydown", (event) => event.stopPropagation());
  document.querySelector("[data-keys-shown]")?.addEventListener("click", () => keys.showModal());

  // ---- anew ----

  // The row the reader looks at: the one in focus, else the first that he sees.
  function anchor() {
    const rows = [...document.querySelectorAll("#rows > tr")];
    const row = rowOf(document.activeElement) ?? rows.find((one) => one.getBoundingClientRect().bottom > 0);
    return row && { id: row.id, top: row.getBoundingClientRect().top };
  }

  function keepAsItWas(old, fresh) {
    fresh.classList.toggle("is-open", old.classList.contains("is-open"));
    for (const box of old.querySelectorAll("input[type=checkbox]:checked"))
      fresh.querySelector(`input[type=checkbox][value="${CSS.escape(box.value)}"]`)?.setAttribute("checked", "");
  }

  const hasTicks = (row) => Boolean(row.querySelector("input[type=checkbox]:checked"));
  const plain = (row) => row.outerHTML.replace(/ class="[^"]*is-open[^"]*"| checked=""| data-chosen=""| class=""/g, "");

  // A row that says the same stays; one that is gone while it is ticked or in focus stays, too, until the page is opened again.
  function renewRows(body, fresh) {
    const place = anchor();
    const focus = rowOf(document.activeElement)?.id;
    const known = new Map([...body.children].map((row) => [row.id, row]));
    const next = [...fresh.children].map((row) => {
      const old = known.get(row.id);
      if (!old) return row;
      known.delete(row.id);
      if (plain(old) === plain(row)) return old;
      keepAsItWas(old, row);
      return row;
    });
    const stay = [...known.values()].filter((row) => hasTicks(row) || row.id === focus);
    const inFocus = document.activeElement;
    if (next.length !== body.children.length || next.some((row, at) => row !== body.children[at])) body.replaceChildren(...stay, ...next);
    if (focus && document.activeElement !== inFocus) {
      const row = document.getElementById(focus);
      (row && (inFocus.isConnected ? inFocus : linkOf(row)))?.focus({ preventScroll: true });
    }
    const moved = place && document.getElementById(place.id);
    if (moved) scrollBy(0, moved.getBoundingClientRect().top - place.top);
  }

  function renewCounts(id, fresh) {
    const old = document.getElementById(id);
    const now = fresh.querySelector(`#${id}`);
    if (!old || !now || old.contains(document.activeElement)) return;
    if (old.innerHTML !== now.innerHTML) old.innerHTML = now.innerHTML;
  }

  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (!("live" in detail.elt.dataset) || detail.xhr.status !== 200) return;
    const fresh = new DOMParser().parseFromString(`<body>${detail.xhr.responseText}</body>`, "text/html").body;
    const body = document.getElementById("rows");
    const rows = fresh.querySelector("#rows");
    const stamp = fresh.querySelector("[data-stamp]");
    if (!stamp) return;
    document.getElementById("seen").value = stamp.dataset.stamp;
    ["views", "saved-views"].forEach((id) => renewCounts(id, fresh));
    if (body && rows) {
      renewRows(body, rows);
      htmx.process(body);
      const pager = document.getElementById("pager");
      if (!pager.contains(document.activeElement)) pager.replaceChildren(...fresh.querySelector("#pager").childNodes);
    } else if (rows && !body) {
      document.getElementById("list").replaceChildren(...fresh.querySelector("#list").childNodes);
      htmx.process(document.getElementById("list"));
    }
  });
})();
