// Drawing grid cells: what is on the map is what stands in the fields, corner by corner, and the other way round.
(() => {
  "use strict";
  const form = document.querySelector("[data-draw]");
  if (!form || !window.L) return;
  const words = form.dataset;
  const { fill } = GezhiMap;
  const here = GezhiMap.make(form.querySelector("[data-map]"), { doubleClickZoom: false, maxZoom: 20 });
  const { map } = here;
  const which = form.querySelector("[data-draw-which]");
  const said = form.querySelector("[data-draw-said]");
  const list = form.querySelector("[data-draw-list]");
  const shared = form.querySelector("[data-draw-shared]");
  const done = form.querySelector("[data-draw-done]");
  const cutNow = form.querySelector("[data-draw-cut]");
  const line = form.querySelector("[data-corners-line]");
  const NEAR = 14; // pixels within which a corner sticks to another one
  const SAME = 1e-7; // degrees: the same corner of two cells

  // cells: code → {field, rings: [[[lon, lat], …], …], layer}
  const cells = new Map();
  for (const field of form.querySelectorAll("[data-corners]")) cells.set(field.dataset.corners, { field, rings: parsed(field.value), layer: null });
  const handles = L.layerGroup().addTo(map);
  const fixed = [];
  for (const { layer, name } of here.borders(JSON.parse(words.neighbours)).values()) {
    here.name(layer, name);
    layer.eachLayer ? layer.eachLayer(corners) : corners(layer);
  }
  function corners(layer) {
    for (const at of layer.getLatLngs().flat(3)) fixed.push(here.fromMap(at));
  }
  let chosen = null; // {ring, at} of the corner that was tapped
  let mode = ""; // "" | "new" | "cut"
  const past = [];

  function parsed(text) {
    return text
      .split(/\n\s*\n/)
      .map((part) => part.split("\n").map((one) => one.split(/[,，\s]+/).filter(Boolean).map(Number)).filter((one) => one.length === 2 && one.every(Number.isFinite)))
      .filter((ring) => ring.length);
  }
  const written = (rings) => rings.map((ring) => ring.map(([lon, lat]) => `${+lon.toFixed(7)}, ${+lat.toFixed(7)}`).join("\n")).join("\n\n");

  function remember() {
    past.push(JSON.stringify([...cells].map(([code, cell]) => [code, cell.rings])));
    if (past.length > 50) past.shift();
  }

  function keep() {
    for (const cell of cells.values()) if (written(parsed(cell.field.value)) !== written(cell.rings)) cell.field.value = written(cell.rings);
    draw();
  }

  const current = () => cells.get(which.value);

  function draw() {
    handles.clearLayers();
    for (const [code, cell] of cells) {
      cell.layer?.remove();
      cell.layer = null;
      if (!cell.rings.length) continue;
      const isChosen = code === which.value;
      const shape = cell.rings.map((ring) => [ring.map((one) => here.toMap(...one))]);
      cell.layer = L.polygon(shape, { className: isChosen ? "map-drawn" : "map-cell", fillOpacity: isChosen ? 0.15 : 0, bubblingMouseEvents: true }).addTo(map);
      if (!isChosen) cell.layer.on("click", () => mode || choose(code));
      here.name(cell.layer, which.querySelector(`option[value="${CSS.escape(code)}"]`).textContent);
    }
    if (mode !== "cut") current()?.rings.forEach(handle);
    if (mode === "cut") L.polyline(cutLine().map((one) => here.toMap(...one)), { className: "map-cut" }).addTo(handles);
    fields();
  }

  function choose(code) {
    which.value = code;
    chosen = null;
    draw();
  }

  function handle(ring, ringAt) {
    ring.forEach((corner, at) => {
      const isChosen = chosen && chosen.ring === ringAt && chosen.at === at;
      const icon = L.divIcon({ className: "", iconSize: [26, 26], html: `<span class="map-corner${isChosen ? " is-chosen" : ""}">${at + 1}</span>` });
      const marker = L.marker(here.toMap(...corner), { icon, draggable: true, keyboard: false, zIndexOffset: 100 }).addTo(handles);
      marker.on("click", () => {
        chosen = { ring: ringAt, at };
        draw();
      });
      marker.on("dragstart", remember);
      marker.on("drag", () => {
        moved(corner, stuck(here.fromMap(marker.getLatLng()), corner));
        for (const cell of cells.values()) cell.layer?.setLatLngs(cell.rings.map((one) => [one.map((each) => here.toMap(...each))]));
      });
      marker.on("dragend", keep);
      const next = ring[(at + 1) % ring.length];
      if (ring.length < 2 || mode === "new") return;
      const middle = [(corner[0] + next[0]) / 2, (corner[1] + next[1]) / 2];
      const ends = [corner, next].map((one) => map.latLngToContainerPoint(here.toMap(...one)));
      if (ends[0].distanceTo(ends[1]) < 50) return;
      const between = L.marker(here.toMap(...middle), { icon: L.divIcon({ className: "", iconSize: [18, 18], html: '<span class="map-between"></span>' }), keyboard: false }).addTo(handles);
      between.on("click", () => {
        remember();
        ring.splice(at + 1, 0, middle);
        chosen = { ring: ringAt, at: at + 1 };
        keep();
      });
    });
  }

  // the corner itself, and, when asked, the same corner of its neighbours
  function moved(corner, to) {
    const from = [...corner];
    const isSame = (one) => Math.abs(one[0] - from[0]) < SAME && Math.abs(one[1] - from[1]) < SAME;
    if (shared.checked) {
      for (const cell of cells.values()) for (const ring of cell.rings) for (const one of ring) if (one !== corner && isSame(one)) [one[0], one[1]] = to;
    }
    [corner[0], corner[1]] = to;
  }

  // the nearest corner of another cell, else the nearest spot of its border, else the place itself
  function stuck(at, but) {
    const point = map.latLngToContainerPoint(here.toMap(...at));
    const pixels = (one) => map.latLngToContainerPoint(here.toMap(...one));
    let best = { far: NEAR, at };
    const others = [...cells].filter(([code]) => code !== which.value).flatMap(([, cell]) => cell.rings);
    for (const one of [...others.flat(), ...fixed]) {
      if (one === but || (shared.checked && but && Math.abs(one[0] - but[0]) < SAME && Math.abs(one[1] - but[1]) < SAME)) continue;
      const far = pixels(one).distanceTo(point);
      if (far < best.far) best = { far, at: [...one] };
    }
    if (best.far < NEAR) return best.at;
    for (const ring of others)
      ring.forEach((one, n) => {
        const [a, b] = [one, ring[(n + 1) % ring.length]].map(pixels);
        const on = L.LineUtil.closestPointOnSegment(point, a, b);
        const far = on.distanceTo(point);
        if (far < best.far) best = { far, at: here.fromMap(map.containerPointToLatLng(on)) };
      });
    return best.at;
  }

  // ---- corners as numbers ----

  function fields() {
    list.replaceChildren();
    const cell = current();
    if (!cell) return;
    cell.rings.forEach((ring, ringAt) =>
      ring.forEach((corner, at) => {
        const row = Object.assign(document.createElement("div"), { className: "row" });
        row.setAttribute("role", "group");
        row.setAttribute("aria-label", fill(words.corner, { n: at + 1 }));
        row.append(Object.assign(document.createElement("b"), { textContent: at + 1 }));
        ["lon", "lat"].forEach((name, part) => {
          const input = Object.assign(document.createElement("input"), { type: "number", step: "any", className: "control", value: +corner[part].toFixed(7) });
          input.setAttribute("aria-label", `${fill(words.corner, { n: at + 1 })} ${words[name]}`);
          input.addEventListener("change", () => {
            if (!Number.isFinite(input.valueAsNumber)) return;
            remember();
            const to = [...corner];
            to[part] = input.valueAsNumber;
            moved(corner, to);
            keep();
          });
          row.append(input);
        });
        const drop = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-ghost", textContent: words.drop });
        drop.addEventListener("click", () => dropped(ringAt, at));
        row.append(drop);
        list.append(row);
      }),
    );
  }

  function dropped(ringAt, at) {
    const ring = current().rings[ringAt];
    if (ring.length <= 3 && mode !== "new") {
      said.textContent = words.few;
      return;
    }
    remember();
    ring.splice(at, 1);
    if (!ring.length) current().rings.splice(ringAt, 1);
    chosen = null;
    keep();
  }

  // ---- a new one, a cut ----

  const cutLine = () => parsed(line.value).flat();

  function begin(what) {
    mode = mode === what ? "" : what;
    if (mode === "new") {
      remember();
      which.value = "new";
    }
    if (mode === "cut") {
      line.value = "";
      cutNow.value = which.value;
    }
    done.hidden = mode !== "new";
    cutNow.hidden = mode !== "cut";
    said.textContent = mode === "new" ? words.tapNew : mode === "cut" ? words.tapCut : words.tapCorner;
    draw();
  }

  map.on("click", (event) => {
    const at = here.fromMap(event.latlng);
    if (mode === "new") {
      const cell = current();
      if (!cell.rings.length) cell.rings.push([]);
      remember();
      cell.rings.at(-1).push(stuck(at, null));
      keep();
    } else if (mode === "cut") {
      line.value = written([[...cutLine(), at]]);
      draw();
    }
  });

  form.querySelector("[data-draw-new]").addEventListener("click", () => begin("new"));
  form.querySelector("[data-draw-line]").addEventListener("click", () => begin("cut"));
  done.addEventListener("click", () => begin("new"));
  form.querySelector("[data-draw-drop]").addEventListener("click", () => chosen && dropped(chosen.ring, chosen.at));
  form.querySelector("[data-draw-undo]").addEventListener("click", () => {
    const last = past.pop();
    if (!last) return;
    for (const [code, rings] of JSON.parse(last)) cells.get(code).rings = rings;
    chosen = null;
    keep();
  });
  which.addEventListener("change", () => {
    choose(which.value);
    cutNow.value = which.value;
    if (current().layer) map.fitBounds(current().layer.getBounds(), { maxZoom: 18, animate: false, padding: [24, 24] });
  });
  for (const cell of cells.values())
    cell.field.addEventListener("change", () => {
      remember();
      cell.rings = parsed(cell.field.value);
      draw();
    });
  line.addEventListener("change", draw);

  said.textContent = words.tapCorner;
  const drawn = [...cells.values()].filter((one) => one.rings.length);
  draw();
  if (drawn.length) map.fitBounds(L.featureGroup(drawn.map((one) => one.layer)).getBounds(), { maxZoom: 18, animate: false, padding: [24, 24] });
  draw();
  map.on("zoomend", draw);
})();
