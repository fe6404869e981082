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
  const signs = L.layerGroup().addTo(map);
  const count = document.querySelector("[data-map-sum]");
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
    signs.clearLayers();
    let n = 0;
    for (const [lon, lat, [solved, open], places, code, name] of found) {
      const whole = solved + open;
      const size = Math.min(34 + 12 * Math.log10(whole), 60);
      const kind = open ? "due_soon" : "in_time";
      const icon = L.divIcon({ className: "map-mark", iconSize: [size, size], html: `<span class="map-sign map-${kind}">${whole}</span>` });
      const at = inside(here.toMap(lon, lat), size / 2 + 2);
      if (!at) continue; // beyond the edge
      n += whole;
      const called = places > 1 ? fill(words.several, { name, n: places }) : name;
      const counts = [solved && fill(words.solved, { n: solved }), open && fill(words.open, { n: open })].filter(Boolean);
      const marker = L.marker(at, { icon, keyboard: false }).addTo(signs);
      marker.bindTooltip(plain([called, ...counts].join(" · ")), { direction: "top" });
      marker.on("click", () => (places > 1 || !code ? closer(here.toMap(lon, lat)) : list(code)));
    }
    count.textContent = fill(words.inside, { n, all: said.total });
  }

  // where a sign of this radius is seen whole; null where its place is not on the map
  function inside(at, radius) {
    const { x, y } = map.latLngToContainerPoint(at);
    const size = map.getSize();
    if (x < 0 || y < 0 || x > size.x || y > size.y) return null;
    const clamp = (value, most) => Math.max(radius, Math.min(most - radius, value));
    return map.containerPointToLatLng([clamp(x, size.x), clamp(y, size.y)]);
  }

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
      map.fitBounds(L.latLngBounds(here.toMap(west, south), here.toMap(east, north)), { maxZoom: 17, animate: false, padding: [48, 48] });
    }
    look();
    GezhiMap.around(here, said.spots, { from: 16, off: 18 });
    try {
      here.borders(await (await fetch(said.cells)).json());
    } catch {
      here.say(here.words.dataFail);
    }
  })();
})();
