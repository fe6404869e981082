// Where it is, on the form that asks: places offered while one types, and a map that is loaded when somebody opens it.
"use strict";
(() => {
  const form = document.getElementById("report");
  const later = document.querySelector("[data-pin-later]");
  let going = null; // the place that was chosen last, until the map has been told
  const go = () => {
    const pin = later?.querySelector("[data-pin]");
    if (!going || !pin?.querySelector(".leaflet-container")) return; // told when it is there
    pin.dispatchEvent(new CustomEvent("goto", { detail: going }));
    going = null;
  };

  // ---- suggestions under the address box ----

  for (const box of document.querySelectorAll("[data-where]")) {
    const { where, named } = form.elements;
    const found = box.querySelector("[data-where-found]");
    const said = box.querySelector("[data-where-said]");
    let timer = 0, asked = "", chosen = named.value ? where.value : "";
    where.setAttribute("autocomplete", "off");

    const choose = (one) => {
      where.value = chosen = asked = one.name;
      named.value = one.code;
      found.hidden = true;
      said.textContent = box.dataset.chosen.replace("{name}", one.name);
      going = one.lon === null ? null : one;
      go();
      where.focus();
    };
    const look = async () => {
      const words = where.value.trim();
      if (words === asked) return;
      asked = words;
      let places = [];
      if (words.length > 1) {
        try {
          const answer = await fetch(`${box.dataset.where}?${new URLSearchParams({ q: words })}`);
          if (!answer.ok) return;
          ({ places } = await answer.json());
        } catch {
          return; // the box alone will do
        }
      }
      if (words !== where.value.trim()) return;
      found.replaceChildren(
        ...places.map((one) => {
          const li = document.createElement("li");
          const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-ghost", textContent: one.name });
          button.addEventListener("click", () => choose(one));
          li.append(button);
          return li;
        }),
      );
      found.hidden = !places.length;
    };
    where.addEventListener("input", () => {
      if (where.value !== chosen) {
        named.value = "";
        said.textContent = "";
        going = null;
      }
      clearTimeout(timer);
      timer = setTimeout(look, 350);
    });
    form.addEventListener("reset", () => {
      found.hidden = true;
      named.value = said.textContent = "";
      going = null;
    });
  }

  // ---- the map ----

  const load = (make, address, name) =>
    new Promise((done, failed) => {
      const one = Object.assign(document.createElement(make), { onload: done, onerror: failed });
      one[name] = address;
      if (make === "link") one.rel = "stylesheet";
      document.head.append(one);
    });
  let isLoading = false;
  const open = async () => {
    if (!later.open || isLoading) return;
    isLoading = true;
    try {
      const frame = await fetch(later.dataset.frame);
      if (!frame.ok) throw new Error(frame.status);
      later.querySelector("[data-map]").dataset.map = await frame.text();
      await Promise.all(later.dataset.styles.split(" ").map((one) => load("link", one, "href")));
      for (const one of later.dataset.scripts.split(" ")) await load("script", one, "src");
      go();
    } catch {
      isLoading = false; // tried again at the next opening
      const none = later.querySelector(".map-none");
      if (none) none.textContent = later.dataset.lost;
    }
  };
  later?.addEventListener("toggle", open);
  if (later?.open) open();
})();
