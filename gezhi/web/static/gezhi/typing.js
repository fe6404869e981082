// For those who type much: pictures pasted or dropped beside a text, and the form of the duty desk by keys alone. Every page works without it.
"use strict";

// ---- pictures from the clipboard, and dropped anywhere on the form ----
let pasted = 0;

function take(form, files) {
  const input = form.querySelector("[data-photos] input[type=file]");
  const pictures = [...files].filter((file) => file.type.startsWith("image/"));
  if (!input || !pictures.length) return false;
  const bag = new DataTransfer();
  for (const file of pictures) {
    pasted += 1; // pictures of a clipboard are all called image.png
    bag.items.add(new File([file], `${pasted}-${file.name}`, { type: file.type, lastModified: file.lastModified }));
  }
  input.files = bag.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
  input.closest("details")?.setAttribute("open", "");
  return true;
}

for (const form of document.querySelectorAll("[data-drop]")) {
  document.addEventListener("paste", (event) => {
    const { files } = event.clipboardData;
    const isText = event.clipboardData.types.includes("text/plain");
    if (files.length && !isText && take(form, files)) event.preventDefault();
  });
  form.addEventListener("dragover", (event) => event.dataTransfer.types.includes("Files") && event.preventDefault());
  form.addEventListener("drop", (event) => {
    if (event.dataTransfer.files.length && take(form, event.dataTransfer.files)) event.preventDefault();
  });
}

// ---- the duty desk: Ctrl+Enter saves, arrows and Enter choose a place, a digit chooses a chip, Alt and a digit joins ----
const phone = document.querySelector("[data-phone]");

function step(radios, by) {
  const here = radios.findIndex((one) => one.checked);
  const next = radios[Math.max(0, Math.min(radios.length - 1, here + by))];
  choose(next);
}

function choose(radio) {
  if (!radio) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true })); // what may be the same is asked for this place
}

function focus(id) {
  const next = document.getElementById(id);
  next?.focus();
  next?.select?.();
}

let foundFor = ""; // the words that the places on the screen were found for
let isAhead = false; // Enter came before the places

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (!phone || target.id !== "place-options") return;
  foundFor = document.getElementById("id_place_words").value;
  const radios = [...target.querySelectorAll("input[type=radio]")];
  if (isAhead) choose(radios.find((one) => one.checked) ?? radios[0]);
  isAhead = false;
});

function inPlace(event) {
  // what was found for the words typed here, then what the text speaks of: all that is on the screen
  const radios = [...phone.querySelectorAll("#place-options input[name=place], #suggested input[name=place]")];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    step(radios, event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter") {
    event.preventDefault();
    isAhead = event.target.value !== foundFor;
    // with nothing typed, Enter takes only what the arrows have chosen
    if (!isAhead) choose(radios.find((one) => one.checked) ?? (event.target.value ? radios[0] : null));
    focus("id_code");
  }
}

function inCode(event) {
  if (event.key !== "Enter" && event.key !== "Tab") return;
  const chips = [...phone.querySelectorAll("input[type=radio][name=category]")];
  const chosen = /^[1-9]$/.test(event.target.value.trim()) && chips[Number(event.target.value) - 1];
  if (chosen) {
    chosen.checked = true;
    event.target.value = "";
  }
  if (event.key === "Enter") {
    event.preventDefault();
    focus("id_contact");
  }
}

phone?.addEventListener("keydown", (event) => {
  if (event.isComposing) return; // Enter ends a word of the input method
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    return phone.requestSubmit(phone.querySelector("[data-next]"));
  }
  if (event.altKey && /^Digit[1-3]$/.test(event.code)) {
    const join = phone.querySelectorAll("input[name=join]:not([value=''])")[Number(event.code.at(-1)) - 1];
    if (join) {
      event.preventDefault();
      join.checked = !join.checked;
      if (!join.checked) phone.querySelector("input[name=join][value='']").checked = true;
    }
    return;
  }
  if (event.target.id === "id_place_words") inPlace(event);
  else if (event.target.id === "id_code") inCode(event);
  else if (event.target.id === "id_contact" && event.key === "Enter") {
    event.preventDefault();
    phone.querySelector("[data-next]").focus();
  }
});
