// Writes what the browser gets from other projects: the icon sprite, htmx, idb, Leaflet, gcoord, ECharts and their licence notes.
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const modules = new URL("../../../node_modules/", import.meta.url);
const out = new URL("../static/gezhi/", import.meta.url);
const read = (path) => readFileSync(new URL(path, modules), "utf8");
const version = (name) => JSON.parse(read(`${name}/package.json`)).version;

const names = readFileSync(new URL("icons.txt", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => line && !line.startsWith("#"))
  .map((line) => line.split(" "));

// The product's own mark: four grid cells, one of them in order.
const mark = `<symbol id="mark" viewBox="0 0 24 24"><path fill="none" stroke="currentColor" stroke-width="2" stroke-linejoin="round" d="M3 5a2 2 0 0 1 2-2h5v7H3zM3 14h7v7H5a2 2 0 0 1-2-2zM14 3h5a2 2 0 0 1 2 2v5h-7z"/><path fill="currentColor" d="M13 13h9v6a3 3 0 0 1-3 3h-6z"/></symbol>`;

function symbol([name, lucide = name]) {
  const body = read(`lucide-static/icons/${lucide}.svg`)
    .replace(/<!--.*?-->/gs, "")
    .replace(/^\s*<svg[^>]*>|<\/svg>\s*$/gs, "")
    .replace(/\s*\n\s*/g, "")
    .replace(/ \/>/g, "/>");
  return `<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`;
}

writeFileSync(
  new URL("icons.svg", out),
  `<svg xmlns="http://www.w3.org/2000/svg"><!-- Lucide ${version("lucide-static")}, ISC (parts MIT, Feather): see LICENCES.txt -->\n` +
    `${mark}\n${names.map(symbol).join("\n")}\n</svg>\n`,
);

copyFileSync(new URL("htmx.org/dist/htmx.min.js", modules), new URL("htmx.min.js", out));
copyFileSync(new URL("idb/build/umd.js", modules), new URL("idb.js", out));
copyFileSync(new URL("echarts/dist/echarts.common.min.js", modules), new URL("echarts.common.min.js", out));

// Without the addresses of what is not shipped: source maps, and the pictures of a marker and a layer menu that are not used.
const unmapped = (text) => text.replace(/\n\/\/# sourceMappingURL=.*/g, "");
const bare = (text) => text.replace(/[^{}]*\{[^{}]*url\((?!#)[^{}]*\}/g, "");
for (const [from, to] of [
  ["leaflet/dist/leaflet.js", "leaflet.js"],
  ["leaflet/dist/leaflet.css", "leaflet.css"],
  ["gcoord/dist/gcoord.global.prod.js", "gcoord.js"],
])
  writeFileSync(new URL(to, out), from.endsWith(".css") ? bare(read(from)) : unmapped(read(from)));

writeFileSync(
  new URL("LICENCES.txt", out),
  `What this folder carries of other projects\n\n` +
    `icons.svg: icons of Lucide ${version("lucide-static")}\n\n${read("lucide-static/LICENSE")}\n\n` +
    `htmx.min.js: htmx ${version("htmx.org")}, Zero-Clause BSD\n\n${read("htmx.org/LICENSE")}\n\n` +
    `idb.js: idb ${version("idb")}, ISC\n\n${read("idb/LICENSE")}\n\n` +
    `leaflet.js, leaflet.css: Leaflet ${version("leaflet")}, BSD 2-Clause\n\n${read("leaflet/LICENSE")}\n\n` +
    `gcoord.js: gcoord ${version("gcoord")}, MIT\n\n${read("gcoord/LICENSE")}\n\n` +
    `echarts.common.min.js: Apache ECharts ${version("echarts")}, Apache-2.0\n\n${read("echarts/NOTICE")}\n\n${read("echarts/LICENSE")}\n\n` +
    `in it: ZRender ${version("zrender")}, BSD-3-Clause\n\n${read("zrender/LICENSE")}\n\n` +
    `app.css: built with Tailwind CSS ${version("tailwindcss")} and daisyUI ${version("daisyui")}, both MIT\n\n` +
    `${read("tailwindcss/LICENSE")}\n\n${read("daisyui/LICENSE")}\n`,
);
