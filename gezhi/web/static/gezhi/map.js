// What every map of the product has: own places and borders, plans, tiles where an office set them.
// Inside, everything is WGS-84; a shifted system begins and ends in `toMap` and `fromMap`.
window.GezhiMap = (() => {
  "use strict";

  const shifted = { gcj02: "GCJ02", bd09: "BD09" };

  // Baidu's own tiles: its metres, rows counted northwards from the equator.
  function baidu() {
    const metres = (lng, lat) => gcoord.transform([lng, lat], gcoord.BD09, gcoord.BD09MC);
    return L.extend({}, L.CRS, {
      code: "BD09",
      projection: {
        project: (at) => L.point(metres(at.lng, at.lat)),
        unproject: (point) => {
          const [lng, lat] = gcoord.transform([point.x, point.y], gcoord.BD09MC, gcoord.BD09);
          return L.latLng(lat, lng);
        },
        bounds: L.bounds([-20037726, -12474104], [20037726, 12474104]),
      },
      transformation: L.transformation(1, 0, -1, 0),
      scale: (zoom) => 2 ** (zoom - 18),
      zoom: (scale) => Math.log2(scale) + 18,
      distance: L.CRS.Earth.distance,
      wrapLng: [-180, 180],
    });
  }

  const Northwards = L.TileLayer.extend({
    getTileUrl(at) {
      return L.Util.template(this._url, { x: at.x, y: -at.y - 1, z: this._getZoomForUrl() });
    },
  });

  // A picture laid on three corners: turned, scaled and sheared as it was moored.
  const Plan = L.Layer.extend({
    initialize(plan, toMap) {
      this.plan = plan;
      this.at = plan.corners.map(([lon, lat]) => toMap(lon, lat));
    },
    onAdd(map) {
      this.picture = L.DomUtil.create("img", "map-plan leaflet-zoom-hide", map.getPanes().overlayPane);
      this.picture.alt = "";
      this.picture.onload = () => this.lay();
      this.picture.src = this.plan.url;
    },
    onRemove() {
      this.picture.remove();
    },
    getEvents() {
      return { zoomend: this.lay, viewreset: this.lay };
    },
    lay() {
      const { naturalWidth: wide, naturalHeight: high } = this.picture;
      if (!wide) return;
      const [a, b, c] = this.at.map((one) => this._map.latLngToLayerPoint(one));
      const parts = [(b.x - a.x) / wide, (b.y - a.y) / wide, (c.x - a.x) / high, (c.y - a.y) / high, a.x, a.y];
      this.picture.style.transform = `matrix(${parts.join(",")})`;
    },
  });

  function make(el, options = {}) {
    const set = JSON.parse(el.dataset.map);
    const words = set.words;
    const off = shifted[set.system];
    const isShifted = Boolean(set.tiles && off);
    const toMap = (lon, lat) => {
      if (!isShifted) return L.latLng(lat, lon);
      const [lng, y] = gcoord.transform([lon, lat], gcoord.WGS84, gcoord[off]);
      return L.latLng(y, lng);
    };
    const fromMap = (at) => {
      const lng = at.lng;
      return isShifted ? gcoord.transform([lng, at.lat], gcoord[off], gcoord.WGS84) : [lng, at.lat];
    };
    el.replaceChildren();
    const map = L.map(el, {
      zoomControl: false,
      attributionControl: false,
      maxZoom: 20,
      zoomSnap: 1,
      ...(isShifted && set.system === "bd09" ? { crs: baidu() } : {}),
      ...options,
    });
    L.control.zoom({ zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(map);
    const said = el.parentElement.querySelector("[data-map-said]");
    // What is wrong with the tiles and what with the data are told beside each other: neither takes the other's sentence away.
    const wrong = new Map();
    const say = (text, about = "data") => {
      if (!said) return;
      wrong.set(about, text);
      said.textContent = [...wrong.values()].filter(Boolean).join(" ");
      said.hidden = !said.textContent;
    };

    if (set.tiles) {
      L.control.attribution({ prefix: false }).addTo(map).addAttribution(plain(set.attribution));
      // some hosts of tiles ask which site shows them
      const how = { maxNativeZoom: set.mostZoom, maxZoom: 20, referrerPolicy: "strict-origin-when-cross-origin" };
      const Tiles = set.system === "bd09" ? Northwards : L.TileLayer;
      let failed = 0;
      for (const address of [set.tiles, set.labels]) {
        if (!address) continue;
        const layer = new Tiles(address, how).addTo(map);
        layer.on("tileerror", () => {
          failed += 1;
          if (failed === 3) say(words.tilesFail, "tiles");
        });
        layer.on("tileload", () => {
          if (failed >= 3) say("", "tiles");
          failed = 0;
        });
      }
    }
    for (const plan of set.plans) new Plan(plan, toMap).addTo(map);
    if (set.box) {
      const [west, south, east, north] = set.box;
      map.fitBounds(L.latLngBounds(toMap(west, south), toMap(east, north)), { maxZoom: set.closest ?? 17, animate: false, padding: [16, 16] });
    } else map.setView(toMap(104, 36), 4, { animate: false });

    // the view in WGS-84, a little wider than what is seen
    const view = (wider = 0.05) => {
      const bounds = map.getBounds().pad(wider);
      const [west, south] = fromMap(bounds.getSouthWest());
      const [east, north] = fromMap(bounds.getNorthEast());
      const lat = (value) => Math.max(-90, Math.min(90, value)).toFixed(6);
      const lon = (value) => Math.max(-360, Math.min(360, value)).toFixed(6);
      return { bbox: [lon(west), lat(south), lon(east), lat(north)].join(","), zoom: Math.max(0, Math.min(22, Math.round(map.getZoom()))) };
    };

    // borders of grid cells from GeoJSON, each by its code
    const borders = (collection, style = { className: "map-cell", fillOpacity: 0 }) => {
      const found = new Map();
      L.geoJSON(collection, {
        interactive: true,
        style: () => style,
        coordsToLatLng: ([lon, lat]) => toMap(lon, lat),
        onEachFeature: (feature, layer) => found.set(feature.properties.code, { layer, ...feature.properties }),
      }).addTo(map);
      return found;
    };
    // names of areas, each only while there is room for it
    const named = new Map();
    const room = () => {
      for (const [layer, words] of named) {
        if (!layer._map) {
          named.delete(layer);
          continue;
        }
        const bounds = layer.getBounds();
        const [a, b] = [bounds.getNorthWest(), bounds.getSouthEast()].map((at) => map.latLngToContainerPoint(at));
        const fits = b.x - a.x > 14 * words.length + 8 && b.y - a.y > 20;
        if (fits && !layer.getTooltip()) layer.bindTooltip(plain(words), { permanent: true, direction: "center", className: "map-name", interactive: false });
        else if (!fits && layer.getTooltip()) layer.unbindTooltip();
      }
    };
    map.on("zoomend", room);
    const name = (layer, words) => {
      named.set(layer, words);
      room();
    };
    return { map, set, words, say, toMap, fromMap, view, borders, name };
  }

  function plain(text) {
    const span = document.createElement("span");
    span.textContent = text;
    return span.innerHTML;
  }

  const pin = () =>
    L.divIcon({
      className: "map-pin",
      iconSize: [32, 42],
      iconAnchor: [16, 42],
      html: '<svg viewBox="0 0 32 42" aria-hidden="true"><path d="M16 0a16 16 0 0 0-16 16c0 11 16 26 16 26s16-15 16-26A16 16 0 0 0 16 0zm0 22a6 6 0 1 1 0-12 6 6 0 0 1 0 12z"/></svg>',
    });

  const GAP = 4; // pixels left between two signs
  const ROUNDS = 80; // of moving apart; a crowded view needs some twenty

  // Moves rounds of a view apart until none covers another, as little as it takes. rounds: [{x, y, size}], pixels; keep: puts one back where it may stand.
  function apart(rounds, keep = () => {}) {
    for (let turn = 0; turn < ROUNDS; turn += 1) {
      let isCalm = true;
      for (let i = 0; i < rounds.length; i += 1)
        for (let j = i + 1; j < rounds.length; j += 1) {
          const [one, other] = [rounds[i], rounds[j]];
          const wanted = (one.size + other.size) / 2 + GAP;
          let [dx, dy] = [other.x - one.x, other.y - one.y];
          if (Math.abs(dx) >= wanted || Math.abs(dy) >= wanted) continue;
          let off = Math.hypot(dx, dy);
          if (off >= wanted) continue;
          if (off < 1) [dx, dy, off] = [Math.cos(2.4 * j), Math.sin(2.4 * j), 1]; // at one point: each goes its own way
          const by = (wanted - off + 0.5) / off / 2;
          one.x -= dx * by;
          one.y -= dy * by;
          other.x += dx * by;
          other.y += dy * by;
          isCalm = false;
        }
      rounds.forEach(keep);
      if (isCalm) return;
    }
  }

  // Signs and names of one view, so laid that they can be read: signs beside one another, names where nothing else stands.
  function board(here) {
    const { map } = here;
    const threads = L.layerGroup().addTo(map);
    const signs = L.layerGroup().addTo(map);
    const names = L.layerGroup().addTo(map);
    const pane = map.createPane("names");
    pane.style.zIndex = 550; // below the signs
    pane.style.pointerEvents = "none";
    const pen = document.createElement("canvas").getContext("2d");
    let taken = []; // [left, top, right, bottom] of the signs with their marks, pixels of the map
    let called = [];

    // found: [{at, size, icon}], at: where it belongs. Returns the markers in the same order. isWhole: none is cut by the edge of the map.
    const show = (found, { isWhole = false } = {}) => {
      signs.clearLayers();
      threads.clearLayers();
      const size = map.getSize();
      const clamp = (value, most, half) => Math.max(half, Math.min(most - half, value));
      const keep = (one) => {
        one.x = clamp(one.x, size.x, one.size / 2 + 2);
        one.y = clamp(one.y, size.y, one.size / 2 + 2);
      };
      const rounds = found.map(({ at, size }) => ({ ...xy(map.latLngToContainerPoint(at)), size }));
      if (isWhole) rounds.forEach(keep);
      apart(rounds, isWhole ? keep : undefined);
      taken = rounds.map(({ x, y, size }) => [x - size / 2 - 2, y - size / 2 - 8, x + size / 2 + 8, y + size / 2 + 2]);
      const markers = found.map(({ at, icon, size }, i) => {
        const { x, y } = rounds[i];
        const stands = map.containerPointToLatLng([x, y]);
        const home = map.latLngToContainerPoint(at);
        // far from its place a thread leads back to it
        if (Math.hypot(home.x - x, home.y - y) > size / 2) {
          L.polyline([at, stands], { className: "map-thread", interactive: false }).addTo(threads);
          L.circleMarker(at, { radius: 3, className: "map-home", fillOpacity: 1, interactive: false }).addTo(threads);
        }
        return L.marker(stands, { icon, keyboard: false }).addTo(signs); // no stops for the keyboard: the list has them all
      });
      write();
      return markers;
    };

    // found: [{at, name, rank}], what is to stand first comes first; dots: whether a point marks each
    const name = (found) => {
      called = found;
      write();
    };

    function write() {
      names.clearLayers();
      const size = map.getSize();
      const { fontFamily } = getComputedStyle(map.getContainer());
      const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16; // large letters are larger here, too
      const laid = [BUTTONS, ...taken];
      const isFree = (box) =>
        box[0] >= 0 && box[1] >= 0 && box[2] <= size.x && box[3] <= size.y && laid.every((one) => box[2] <= one[0] || box[0] >= one[2] || box[3] <= one[1] || box[1] >= one[3]);
      for (const { at, name, rank, hasDot } of called) {
        const { x, y } = map.latLngToContainerPoint(at);
        const isCovered = taken.some(([left, top, right, bottom]) => x > left && x < right && y > top && y < bottom);
        if (hasDot && !isCovered) L.circleMarker(at, { radius: 3, className: "map-home", fillOpacity: 1, interactive: false }).addTo(names);
        pen.font = `600 ${LETTERS[rank] * rem}px ${fontFamily}`;
        const wide = Math.ceil(pen.measureText(name).width) + 6;
        const high = HIGH[rank] * rem;
        const box = places(x, y, wide, high).find(isFree);
        if (!box) continue;
        laid.push(box);
        const icon = L.divIcon({ className: `map-name map-name-${rank}`, html: plain(name), iconSize: [wide, high], iconAnchor: [x - box[0], y - box[1]] });
        L.marker(at, { icon, keyboard: false, interactive: false, pane: "names" }).addTo(names);
      }
    }
    map.on("resize", write);
    return { show, name };
  }

  const BUTTONS = [0, 0, 66, 112]; // closer and further, over which no name is written
  const HIGH = [24, 20, 19]; // pixels of a line of names, by rank
  const LETTERS = [18, 14, 13]; // and of its letters, as map.css has them in rem
  const xy = ({ x, y }) => ({ x, y });

  // boxes a name may stand in: below its point, above, beside; further away where a sign stands on the point
  function places(x, y, wide, high) {
    const found = [];
    for (const off of [5, 16, 24, 32])
      for (const [dx, dy] of [[-wide / 2, off], [-wide / 2, -off - high], [off, -high / 2], [-off - wide, -high / 2]]) {
        const [left, top] = [x + dx, y + dy];
        found.push([left, top, left + wide, top + high]);
      }
    return found;
  }

  // names of the places of the view, asked for by themselves, from this zoom on; houses: from where those of houses are shown, too; on: the board they share with signs
  function around(here, address, { from = 0, houses = 0, on = board(here) } = {}) {
    let turn = 0;
    const look = async () => {
      const mine = (turn += 1);
      if (here.map.getZoom() < from) return on.name([]);
      try {
        const answer = await fetch(`${address}?${new URLSearchParams(here.view())}`);
        if (!answer.ok) return;
        const found = await answer.json();
        if (mine !== turn) return;
        const shown = found.places.filter(({ rank }) => rank < 2 || here.map.getZoom() >= houses);
        on.name(shown.map(({ lon, lat, name, rank }) => ({ at: here.toMap(lon, lat), name, rank, hasDot: rank > 0 })));
      } catch {
        // names only help: the map can be used without them
      }
    };
    here.map.on("moveend", look);
    look();
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { make, board, around, pin, plain, fill, reduced };
})();
