// The public map: signs of the view. The list below has all of them, so that the signs are no stops for the keyboard.
(() => {
  "use strict";

  const page = document.querySelector("[data-public-map]");
  const el = page?.querySelector("[data-map]");
  if (!el || !window.L) return;
  const said = JSON.parse(page.dataset.publicMap);
  const { words } = said;
  const { fill, plain, reduced } = GezhiMap;
  const here = GezhiMap.make(el, { zoomAnimation: !reduced, fadeAnimation: !reduced });
  const { map } = here;
  const board = GezhiMap.board(here);
  let asked = 0;

  async function look() {
    const turn = (asked += 1);
    const wanted = new URLSearchParams(said.query);
    for (const [name, value] of Object.entries(here.view())) wanted.set(name, value);
    try {
      const answer = await fetch(`${said.points}?${wanted}`, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const seen = await answer.json();
      if (turn !== asked) return;
      here.say("");
      show(seen.signs);
    } catch {
      if (turn === asked) here.say(here.words.dataFail);
    }
  }

  function show(found) {
    const size = map.getSize();
    const isHere = ({ x, y }) => x >= 0 && y >= 0 && x <= size.x && y <= size.y;
    const shown = found.filter(([lon, lat]) => isHere(map.latLngToContainerPoint(here.toMap(lon, lat))));
    const sum = ([, , [solved, open]]) => solved + open;
    const markers = board.show(
      shown.map((one) => {
        const [lon, lat, [, open]] = one;
        const size = Math.min(34 + 12 * Math.log10(sum(one)), 60);
        const icon = L.divIcon({ className: "map-mark", iconSize: [size, size], html: `<span class="map-sign map-${open ? "due_soon" : "in_time"}">${sum(one)}</span>` });
        return { at: here.toMap(lon, lat), size, icon };
      }),
      { isWhole: true },
    );
    for (const [i, [lon, lat, [solved, open], places, code, name]] of shown.entries()) {
      const called = places > 1 ? fill(words.several, { name, n: places }) : name;
      const counts = [solved && fill(words.solved, { n: solved }), open && fill(words.open, { n: open })].filter(Boolean);
      markers[i].bindTooltip(plain([called, ...counts].join(" · ")), { direction: "top" });
      markers[i].on("click", () => (places > 1 || !code ? closer(here.toMap(lon, lat)) : list(code)));
    }
    const count = document.querySelector("[data-map-sum]"); // not while a piece is listed
    if (count) count.textContent = fill(words.inside, { n: shown.map(sum).reduce((one, other) => one + other, 0), all: said.total });
  }

  // the list of what the map shows now: the same page, of which only the list is taken
  function offer() {
    const link = document.querySelector("[data-map-narrow]");
    const wanted = new URLSearchParams(said.query);
    wanted.set("box", here.view(0).bbox);
    link.href = `${said.page}?${wanted}#list`;
    link.hidden = false;
  }

  async function narrow(event) {
    const link = event.target.closest("[data-map-narrow]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.status);
      const other = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#list");
      document.querySelector("#list").replaceWith(other);
      history.replaceState(null, "", link.href);
      offer();
      other.focus();
    } catch {
      location.assign(link.href); // it says what is wrong
    }
  }
  document.addEventListener("click", narrow);
  map.on("moveend", offer);

  const closer = (at) => map.setView(at, Math.min(map.getZoom() + 2, map.getMaxZoom()));

  function list(code) {
    const wanted = new URLSearchParams(said.query);
    wanted.set("place", code);
    location.assign(`${said.page}?${wanted}#list`);
  }

  let waiting = 0;
  map.on("moveend", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 120);
  });

  (async () => {
    if (said.box) {
      const [west, south, east, north] = said.box;
      map.fitBounds(L.latLngBounds(here.toMap(west, south), here.toMap(east, north)), said.isPiece ? { animate: false } : { maxZoom: 17, animate: false, padding: [48, 48] });
    }
    offer();
    look();
    GezhiMap.around(here, said.spots, { from: 13, houses: 17, on: board });
    try {
      here.borders(await (await fetch(said.cells)).json());
    } catch {
      here.say(here.words.dataFail);
    }
  })();
})();
