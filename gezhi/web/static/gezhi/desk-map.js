// The desk's map: signs of the view, heat by grid cell, the months, and the list of the same, always in step.
(() => {
  "use strict";

  const page = document.querySelector("[data-desk-map]");
  const el = page?.querySelector("[data-map]");
  if (!el || !window.L) return;
  const desk = JSON.parse(page.dataset.deskMap);
  const words = desk.words;
  const { fill, plain, reduced } = GezhiMap;
  const here = GezhiMap.make(el, { zoomAnimation: !reduced, fadeAnimation: !reduced });
  const { map } = here;
  const rows = page.querySelector("[data-map-rows]");
  const sum = page.querySelector("[data-map-sum]");
  const least = page.querySelector("[data-map-least]");
  const spot = page.querySelector("[data-map-spot]");
  const whole = page.querySelector("[data-map-here]");
  const time = page.querySelector("[data-map-time]");
  const icons = document.querySelector("svg use")?.getAttribute("href")?.split("#")[0] ?? "";
  const board = GezhiMap.board(here);
  if (desk.pin) L.marker(here.toMap(...desk.pin), { icon: GezhiMap.pin(), keyboard: false, interactive: false }).addTo(map);
  let cells = new Map();
  let asked = 0;

  const query = () => {
    const found = new URLSearchParams(desk.query);
    found.set("month", time.month.value);
    found.set("mode", time.mode.value);
    return found;
  };

  async function look() {
    const turn = (asked += 1);
    const wanted = query();
    for (const [name, value] of Object.entries(here.view())) wanted.set(name, value);
    try {
      const answer = await fetch(`${desk.points}?${wanted}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const seen = await answer.json();
      if (turn !== asked) return;
      here.say("");
      show(seen);
    } catch {
      if (turn === asked) here.say(here.words.dataFail);
    }
  }

  const worst = (kinds, counts) => {
    for (const kind of ["overdue", "due_soon", "in_time", "paused"]) if (counts[kinds.indexOf(kind)]) return kind;
    return kinds[0];
  };

  function show(seen) {
    rows.replaceChildren();
    const markers = board.show(
      seen.signs.map(([lon, lat, counts]) => {
        const many = counts.reduce((one, other) => one + other, 0);
        const size = Math.min(28 + 6 * Math.log10(many) * 2, 56);
        const icon = L.divIcon({ className: "map-mark", iconSize: [size, size], html: `<span class="map-sign map-${worst(seen.kinds, counts)}">${many}</span>` });
        return { at: here.toMap(lon, lat), size, icon };
      }),
    );
    board.name(seen.names.map(([lon, lat, name, rank]) => ({ at: here.toMap(lon, lat), name, rank, hasDot: rank > 0 })));
    for (const [i, [lon, lat, counts, spots, key, name, box]] of seen.signs.entries()) {
      const marker = markers[i];
      const many = counts.reduce((one, other) => one + other, 0);
      const called = spots > 1 ? fill(words.several, { name, n: spots }) : name;
      const at = here.toMap(lon, lat);
      const open = () => (spots > 1 ? closer(at) : cases(key, marker));
      marker.on("click", open);
      marker.bindTooltip(plain(`${called} · ${told(seen.kinds, counts)}`), { direction: "top" });
      const li = row(called, seen.kinds, counts, spots > 1, open);
      if (box && seen.list) li.append(listed(seen.list, box, many));
      rows.append(li);
    }
    if (!seen.signs.length) rows.append(Object.assign(document.createElement("li"), { className: "muted", textContent: words.nothing }));
    const add = (counts) => counts.reduce((one, other) => one + other, 0);
    least.textContent = seen.least;
    least.hidden = !seen.least;
    sum.textContent = fill(words.inside, { n: add(seen.inside), all: add(seen.total) });
    whole.hidden = !seen.here;
    if (seen.here) {
      const link = whole.querySelector("a");
      link.href = seen.here;
      link.querySelector("span").textContent = fill(words.listed, { n: add(seen.inside) });
    }
    heat(seen.heat);
  }

  // the list of exactly the cases of one sign
  function listed(list, box, n) {
    const address = new URL(list, location.href);
    address.searchParams.set("box", box);
    const link = Object.assign(document.createElement("a"), { className: "link small", href: address.pathname + address.search });
    link.textContent = fill(words.listed, { n });
    return link;
  }

  const told = (kinds, counts) =>
    kinds.map((kind, at) => (counts[at] ? `${words[kind]} ${counts[at]}` : "")).filter(Boolean).join(" · ");

  function row(name, kinds, counts, isSeveral, open) {
    const li = document.createElement("li");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "map-row" });
    const title = document.createElement("b");
    title.textContent = name;
    const list = Object.assign(document.createElement("span"), { className: "map-counts" });
    kinds.forEach((kind, at) => {
      if (!counts[at]) return;
      const chip = Object.assign(document.createElement("span"), { className: `clock clock-${kind}` });
      chip.innerHTML = `<svg class="icon" width="16" height="16" aria-hidden="true"><use href="${icons}#${desk.icons[kind]}"></use></svg>`;
      chip.append(`${words[kind]} ${counts[at]}`);
      list.append(chip);
    });
    button.append(title, list);
    if (isSeveral) button.append(Object.assign(document.createElement("span"), { className: "small muted", textContent: words.closer }));
    button.addEventListener("click", open);
    li.append(button);
    return li;
  }

  function closer(at) {
    map.setView(at, Math.min(map.getZoom() + 2, map.getMaxZoom()));
    page.querySelector("#map-list").focus({ preventScroll: true });
  }

  async function cases(key, marker) {
    try {
      const answer = await fetch(`${desk.spot.replace("CODE", encodeURIComponent(key))}?${query()}&part=1`);
      if (!answer.ok) throw new Error(answer.status);
      spot.innerHTML = await answer.text();
      spot.hidden = false;
      window.htmx?.process(spot);
      spot.querySelector("[data-map-spot-title]").focus();
      document.querySelector(".map-chosen")?.classList.remove("map-chosen");
      marker.getElement()?.classList.add("map-chosen");
    } catch {
      here.say(here.words.dataFail);
    }
  }

  function heat(counts) {
    const most = Math.max(1, ...Object.values(counts));
    for (const [code, cell] of cells) {
      const n = counts[code] ?? 0;
      cell.layer.setStyle({ fillOpacity: n ? 0.06 + 0.26 * Math.sqrt(n / most) : 0 });
      cell.layer.setTooltipContent(plain(fill(words.heat, { name: cell.name, n })));
    }
  }

  // ---- months ----

  const months = [...time.month.options].map((one) => one.value).filter(Boolean).reverse();
  const slide = page.querySelector("[data-map-slide]");
  const nameOf = (at) => months[at] ?? "";
  const follow = () => {
    slide.value = time.month.value ? months.indexOf(time.month.value) : months.length;
    slide.setAttribute("aria-valuetext", time.month.value || words.now);
    time.mode.closest("label").hidden = !time.month.value;
  };
  slide.addEventListener("input", () => {
    time.month.value = nameOf(Number(slide.value));
    follow();
    soon();
  });
  time.addEventListener("change", () => {
    follow();
    spot.hidden = true;
    look();
  });
  time.addEventListener("submit", (event) => {
    event.preventDefault();
    look();
  });
  time.querySelector("[data-map-go]").hidden = true;
  follow();

  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 120);
  };
  map.on("moveend", soon);
  document.addEventListener("visibilitychange", () => document.hidden || soon());
  setInterval(() => document.hidden || look(), 30000);

  (async () => {
    try {
      if (desk.box) {
        const [west, south, east, north] = desk.box;
        map.fitBounds(L.latLngBounds(here.toMap(west, south), here.toMap(east, north)), { maxZoom: 17, animate: false, padding: [48, 48] });
      }
      cells = here.borders(await (await fetch(desk.cells)).json());
      for (const cell of cells.values()) cell.layer.bindTooltip(plain(cell.name), { sticky: true });
    } catch {
      here.say(here.words.dataFail);
    }
    look();
  })();
})();
