// 随手办 from a copy: the list of one's own places stands in the copy of the first page, and any form is the form of any of them.
"use strict";
(async () => {
  if (!document.documentElement.dataset.copy || !globalThis.caches) return;
  const asked = new URLSearchParams(location.search);
  const code = asked.get("place") ?? asked.get("pick") ?? "";
  const cells = (page) => [...page.querySelectorAll("[data-places] a")].map((link) => ({
    code: new URL(link.getAttribute("href"), location.href).searchParams.get("pick"),
    name: link.querySelector(".cell-place").textContent,
    number: link.dataset.number,
    cell: link.closest("li"),
  }));

  const form = document.getElementById("found");
  if (form && code && code !== form.elements.place.value) {
    const kept = await caches.match("/my/found/");
    const page = kept && new DOMParser().parseFromString(await kept.text(), "text/html");
    const place = page && cells(page).find((one) => [one.code, one.number].includes(code));
    form.elements.place.value = place?.code ?? code;
    document.getElementById("id_fixture")?.closest(".field").remove(); // the lifts and lamps of another place
    if (form.elements.typed) form.elements.typed.value = asked.get("place") ?? "";
    form.dataset.outbox = place?.name ?? code;
    document.querySelector("[data-place-name]").textContent = place?.name ?? code;
  }

  const list = document.querySelector("[data-places]");
  const typed = asked.get("q")?.trim();
  if (!list || !typed) return;
  document.getElementById("id_q").value = typed;
  list.open = true;
  const parts = typed.toLowerCase().match(/\d+[^\d\s]*|[^\d\s]+/g) ?? []; // 「悦海花园3号楼」 is in 「悦海花园小区 3号楼」
  const plate = cells(list).find((one) => one.code === typed.toUpperCase()); // a number alone may be a building's: ask which
  if (plate) return location.replace(`?place=${plate.code}`);
  const fits = (one) => one.number === typed || parts.every((part) => one.name.toLowerCase().includes(part));
  if (!cells(list).some(fits)) return; // then the whole list is the better answer
  for (const one of cells(list)) one.cell.hidden = !fits(one);
})();
