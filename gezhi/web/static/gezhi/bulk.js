// Choosing several rows of a list: the bar says how many, x chooses the row one stands on, Shift a whole stretch. Without script boxes and bar work by themselves.
"use strict";
(() => {
  const boxes = () => [...document.querySelectorAll('input[name="cases"][form="bulk"]')];
  const bar = () => document.querySelector("[data-bulk]");
  let last = null; // the box that was touched before

  function say() {
    const form = bar();
    if (!form) return;
    const all = boxes();
    const chosen = all.filter((box) => box.checked);
    all.forEach((box) => box.closest("tr")?.toggleAttribute("data-chosen", box.checked));
    form.classList.toggle("has-chosen", chosen.length > 0);
    const which = form.elements.which;
    const words = which.dataset.words.replace("{n}", chosen.length);
    which.options[0].textContent = words;
    form.elements.page_cases.value = all.map((box) => box.value).join(" "); // rows come and go while the page stands open
    form.querySelector("[data-count]").textContent = words;
    const whole = document.querySelector("[data-pick-all]");
    if (!whole) return;
    whole.hidden = false;
    whole.checked = chosen.length > 0 && chosen.length === all.length;
    whole.indeterminate = chosen.length > 0 && chosen.length < all.length;
  }

  function choose(box, isOn, isStretch) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    const these = isStretch && from >= 0 ? all.slice(from, to + 1) : [box];
    these.forEach((one) => (one.checked = isOn));
    last = box;
    bar().elements.which.value = "chosen";
    say();
  }

  document.addEventListener("click", (event) => {
    const box = event.target.closest?.('input[name="cases"][form="bulk"]');
    if (box) choose(box, box.checked, event.shiftKey);
  });

  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-pick-all]")) return;
    boxes().forEach((box) => (box.checked = target.checked));
    bar().elements.which.value = "chosen";
    say();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "x" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("textarea, select, input:not([type=checkbox])")) return;
    const box = document.activeElement?.closest("tr")?.querySelector('input[name="cases"][form="bulk"]');
    if (!box) return;
    event.preventDefault();
    choose(box, event.shiftKey ? true : !box.checked, event.shiftKey);
  });

  // an address carries only what is asked for
  const lighten = (form, isSent) => {
    const field = form?.elements.page_cases;
    if (field) field.disabled = isSent && form.elements.which.value !== "page";
  };
  document.addEventListener("submit", (event) => {
    if (event.target === bar()) lighten(event.target, true);
  });
  addEventListener("pageshow", () => {
    lighten(bar(), false);
    say();
  });
  for (const type of ["htmx:afterSwap", "htmx:afterRequest"]) document.addEventListener(type, say);
  say();
})();
