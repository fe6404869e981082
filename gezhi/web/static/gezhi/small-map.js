// A small map inside a page or a sheet: nothing of it is loaded until somebody opens it.
"use strict";
(() => {
  const loaded = new Map(); // by address, once a page
  const load = (make, address, name) => {
    if (!loaded.has(address))
      loaded.set(
        address,
        new Promise((done, failed) => {
          const one = Object.assign(document.createElement(make), { onload: done, onerror: failed });
          one[name] = address;
          if (make === "link") one.rel = "stylesheet";
          document.head.append(one);
        }).catch((why) => {
          loaded.delete(address);
          throw why;
        }),
      );
    return loaded.get(address);
  };

  async function open(box) {
    const el = box.querySelector("[data-map]");
    const said = box.querySelector("[data-small-map-said]");
    box.dataset.isOpening = "yes";
    el.style.height = "16rem"; // its room, before its styles have come: nothing moves later
    try {
      const answer = await fetch(box.dataset.smallMap, { headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(answer.status);
      const told = await answer.json();
      await Promise.all(box.dataset.styles.split(" ").map((one) => load("link", one, "href")));
      for (const one of box.dataset.scripts.split(" ")) await load("script", one, "src");
      draw(el, told);
      said.textContent = told.said;
    } catch {
      delete box.dataset.isOpening; // tried again at the next opening
      said.textContent = box.dataset.lost;
    }
  }

  function draw(el, told) {
    el.dataset.map = JSON.stringify(told.frame);
    const here = GezhiMap.make(el, { scrollWheelZoom: false, zoomAnimation: !GezhiMap.reduced, fadeAnimation: !GezhiMap.reduced });
    for (const cell of here.borders(told.cell, { className: "map-cell", fillOpacity: 0.08 }).values()) cell.layer.bindTooltip(GezhiMap.plain(cell.name), { sticky: true });
    const board = GezhiMap.board(here);
    const icon = L.divIcon({ className: "map-mark", iconSize: [20, 20], html: '<span class="map-here"></span>' });
    const lay = () => {
      board.show(told.place ? [{ at: here.toMap(...told.place), size: 20, icon }] : []);
      board.name(told.names.map(([lon, lat, name, rank]) => ({ at: here.toMap(lon, lat), name, rank, hasDot: rank > 0 })));
    };
    for (const point of told.pins) L.marker(here.toMap(...point), { icon: GezhiMap.pin(), keyboard: false, interactive: false }).addTo(here.map);
    here.map.on("moveend", lay);
    lay();
  }

  // opening is no event that rises: it is caught on its way down, in sheets that came later, too
  document.addEventListener(
    "toggle",
    ({ target }) => {
      if (target.open && target.matches?.("[data-small-map]") && !target.dataset.isOpening) open(target);
    },
    true,
  );
})();
