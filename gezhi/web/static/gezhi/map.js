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
      map.fitBounds(L.latLngBounds(toMap(west, south), toMap(east, north)), { maxZoom: 17, animate: false, padding: [16, 16] });
    } else map.setView(toMap(104, 36), 4, { animate: false });

    // the view in WGS-84, a little wider than what is seen
    const view = () => {
      const bounds = map.getBounds().pad(0.05);
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

  // names of the places of the view, from this zoom on, for a map that has no tiles; off: pixels beside the point
  function around(here, address, { from = 0, off = 0 } = {}) {
    const names = L.layerGroup().addTo(here.map);
    let turn = 0;
    const look = async () => {
      const mine = (turn += 1);
      if (here.map.getZoom() < from) return names.clearLayers();
      try {
        const answer = await fetch(`${address}?${new URLSearchParams(here.view())}`);
        if (!answer.ok) return;
        const found = await answer.json();
        if (mine !== turn) return;
        names.clearLayers();
        const placed = [];
        for (const one of found.places) {
          const dot = L.circleMarker(here.toMap(one.lon, one.lat), { radius: 4, className: "map-cell", fillOpacity: 1, interactive: false }).addTo(names);
          const at = here.map.latLngToContainerPoint(dot.getLatLng());
          // where names would cover one another the first one stands
          if (placed.some((other) => Math.abs(other.y - at.y) < 20 && Math.abs(other.x - at.x) < 16 * one.name.length + 16)) continue;
          placed.push(at);
          dot.bindTooltip(plain(one.name), { permanent: true, direction: "right", offset: [off, 0], className: "map-name", interactive: false });
        }
      } catch {
        // names only help: the map can be used without them
      }
    };
    here.map.on("moveend", look);
    look();
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return { make, around, pin, plain, fill, reduced };
})();
