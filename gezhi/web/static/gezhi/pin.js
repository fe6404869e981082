// A point on the map without dragging: tap it, step it by buttons, or let the device say where one is. Fills the fields lon and lat.
(() => {
  "use strict";
  const { fill } = window.GezhiMap ?? {};
  const STEP = 24; // pixels

  async function background(here, address) {
    if (!address) return;
    try {
      const answer = await fetch(address);
      if (answer.ok) for (const cell of here.borders(await answer.json()).values()) here.name(cell.layer, cell.name);
    } catch {
      here.say(here.words.dataFail);
    }
  }

  function start(root) {
    const el = root.querySelector("[data-map]");
    const form = root.closest("form");
    const { lon, lat } = form.elements;
    const here = GezhiMap.make(el, { doubleClickZoom: false });
    const said = root.querySelector("[data-pin-said]");
    const words = root.dataset;
    let pin = null;

    const tell = (text) => {
      said.textContent = text;
    };
    const show = (at) => {
      if (pin) pin.setLatLng(at);
      else pin = L.marker(at, { icon: GezhiMap.pin(), keyboard: false, interactive: false }).addTo(here.map);
    };
    const put = (at, isQuiet) => {
      const [x, y] = here.fromMap(at);
      lon.value = x.toFixed(6);
      lat.value = y.toFixed(6);
      show(at);
      if (!isQuiet) tell(fill(words.put, { lon: lon.value, lat: lat.value }));
      root.dispatchEvent(new CustomEvent("pinned", { bubbles: true }));
    };
    const typed = () => {
      const at = [lon.value, lat.value].map(Number.parseFloat);
      return lon.value && lat.value && at.every(Number.isFinite) ? here.toMap(...at) : null;
    };
    const read = () => {
      const at = typed();
      if (at) {
        show(at);
        here.map.setView(at, Math.max(here.map.getZoom(), 17), { animate: false });
      } else {
        pin?.remove();
        pin = null;
      }
      tell(at ? fill(words.put, { lon: lon.value, lat: lat.value }) : words.none);
    };
    read();
    for (const field of [lon, lat]) field.addEventListener("change", read);
    here.map.on("click", (event) => put(event.latlng));
    root.addEventListener("click", (event) => {
      const step = event.target.closest("[data-step]");
      if (step) {
        const [x, y] = step.dataset.step.split(",").map(Number);
        const from = here.map.latLngToContainerPoint(pin ? pin.getLatLng() : here.map.getCenter());
        const at = here.map.containerPointToLatLng(from.add([x * STEP, -y * STEP]));
        put(at);
        here.map.panInside(at, { padding: [48, 48] });
      } else if (event.target.closest("[data-unpin]")) {
        lon.value = lat.value = "";
        read();
        tell(words.cleared);
      } else if (event.target.closest("[data-here]")) locate();
    });

    function locate() {
      tell(words.locating);
      gezhiWhereAmI(
        ({ coords }) => {
          const at = here.toMap(coords.longitude, coords.latitude);
          here.map.setView(at, 18, { animate: false });
          put(at);
        },
        () => tell(words.lost),
      );
    }

    // an address that was chosen from suggestions moves map and pin there
    root.addEventListener("goto", ({ detail }) => {
      const at = here.toMap(detail.lon, detail.lat);
      here.map.setView(at, 18, { animate: false });
      put(at);
    });

    background(here, words.cells);
    if (words.spots) GezhiMap.around(here, words.spots);
    // hidden when it was made: sizes are known only now
    new ResizeObserver(() => here.map.invalidateSize({ animate: false })).observe(el);
    delete words.idle;
  }

  // two or three points on a plan and on the map
  function lay(form) {
    const plan = form.querySelector("[data-plan]");
    const here = GezhiMap.make(form.querySelector("[data-map]"), { doubleClickZoom: false });
    const said = form.querySelector("[data-lay-said]");
    const field = (name, n) => form.elements[`${name}${n}`];
    const has = (name, n) => field(name, n).value !== "";
    const open = () => [1, 2, 3].find((n) => !has("x", n) || !has("lon", n));
    const shown = L.layerGroup().addTo(here.map);
    const draw = () => {
      for (const dot of plan.querySelectorAll(".plan-dot")) dot.remove();
      shown.clearLayers();
      for (const n of [1, 2, 3]) {
        if (has("x", n)) {
          const dot = Object.assign(document.createElement("span"), { className: "plan-dot", textContent: n });
          dot.style.left = `${field("x", n).value}px`;
          dot.style.top = `${field("y", n).value}px`;
          plan.append(dot);
        }
        if (has("lon", n)) {
          const at = here.toMap(Number(field("lon", n).value), Number(field("lat", n).value));
          L.marker(at, { icon: GezhiMap.pin(), keyboard: false, interactive: false }).bindTooltip(String(n), { permanent: true }).addTo(shown);
        }
      }
      const n = open();
      said.textContent = n ? fill(has("x", n) ? said.dataset.onMap : said.dataset.onPlan, { n }) : said.dataset.enough;
    };
    plan.querySelector("img").addEventListener("click", (event) => {
      const n = open();
      if (!n) return;
      field("x", n).value = Math.round(event.offsetX);
      field("y", n).value = Math.round(event.offsetY);
      draw();
    });
    here.map.on("click", (event) => {
      const n = open();
      if (!n) return;
      const [x, y] = here.fromMap(event.latlng);
      field("lon", n).value = x.toFixed(6);
      field("lat", n).value = y.toFixed(6);
      draw();
    });
    form.addEventListener("change", draw);
    background(here, form.querySelector("[data-cells]").dataset.cells);
    draw();
  }

  if (!window.L) return;
  for (const root of document.querySelectorAll("[data-pin]")) start(root);
  for (const root of document.querySelectorAll("[data-map-only]")) background(GezhiMap.make(root.querySelector("[data-map]")), root.dataset.cells);
  for (const form of document.querySelectorAll("[data-lay]")) lay(form);
})();
