// Small helps on top of pages that work without script. No state of its own, no network.
"use strict";
document.documentElement.classList.add("js");

const on = (type, selector, handle) =>
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) handle(found, event);
  });

// A form is sent once. The button stays enabled until the browser has read its name and value.
on("submit", "form", (form, event) => {
  const button = event.submitter;
  const posts = form.getAttribute("method")?.toLowerCase() === "post";
  if (event.defaultPrevented || !posts || button?.formTarget || "again" in form.dataset) return;
  if (button && "downloads" in button.dataset) return; // a file leaves the page as it is: nothing would ever free the form
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  form.setAttribute("aria-busy", "true");
  const rest = button && [...button.childNodes];
  button?.setAttribute("aria-disabled", "true");
  if (button?.dataset.busy) button.textContent = button.dataset.busy;
  const free = () => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    button?.removeAttribute("aria-disabled");
    button?.replaceChildren(...rest);
  };
  setTimeout(free, 20000); // an answer that never came must not lock the form
  addEventListener("pageshow", free, { once: true }); // nor must coming back to it
});

// Chips and the list of the rest ask one question: what was chosen last counts.
on("change", "[data-either]", (question, { target }) => {
  const isList = target.matches("select");
  if (isList && !target.value) return;
  for (const other of question.querySelectorAll(isList ? "input" : "select")) isList ? (other.checked = false) : (other.value = "");
});

// Photos: gathered over several picks, shown small on a canvas (the page's policy allows no blob: pictures).
async function drawSmall(file, cell, words) {
  try {
    const picture = await createImageBitmap(file, { resizeWidth: 240, resizeQuality: "medium" });
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    cell.prepend(canvas);
  } catch {
    const note = document.createElement("span");
    note.className = "photo-words";
    note.textContent = words;
    cell.append(note);
  }
}

function showPhotos(picker, input, files) {
  const list = picker.querySelector("[data-photos-list]");
  const bag = new DataTransfer();
  files.forEach((file) => bag.items.add(file));
  picker.querySelectorAll("input[type=file]").forEach((other) => (other.files = new DataTransfer().files));
  input.files = bag.files; // of a camera and an album the last one used carries them all
  list.replaceChildren(
    ...files.map((file, place) => {
      const cell = document.createElement("li");
      const off = document.createElement("button");
      off.type = "button";
      off.className = "photo-off";
      off.setAttribute("aria-label", `${picker.dataset.wordsOff} ${place + 1}`);
      off.innerHTML = "<span aria-hidden=\"true\">×</span>";
      off.addEventListener("click", () => {
        picker.gathered = files.filter((other) => other !== file);
        showPhotos(picker, input, picker.gathered);
        input.focus();
      });
      cell.append(off);
      drawSmall(file, cell, picker.dataset.wordsUnseen);
      return cell;
    }),
  );
  const words = picker.querySelector("[data-photos-words]");
  if (!words) return;
  words.dataset.first ??= words.textContent;
  words.textContent = files.length ? picker.dataset.wordsMore : words.dataset.first;
}

// A large JPEG on a slow line is made smaller here; what the camera wrote of time and place goes along. Else the file goes as it is.
const LARGE = 3e6, MOST = 2e7, EDGE = 2560;

function cameraNotes(bytes) {
  const view = new DataView(bytes);
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 10 < view.byteLength && view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at + 1) === 0xda) return null;
    if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966)
      return upright(bytes.slice(at, Math.min(bytes.byteLength, at + 2 + view.getUint16(at + 2))));
  }
  return null;
}

function upright(notes) {
  const view = new DataView(notes, 10);
  const isLittle = view.getUint16(0) === 0x4949;
  const first = view.getUint32(4, isLittle);
  for (let n = 0, count = view.getUint16(first, isLittle); n < count; n += 1) {
    const entry = first + 2 + 12 * n;
    if (view.getUint16(entry, isLittle) === 0x0112) view.setUint16(entry + 8, 1, isLittle); // the canvas has turned it
  }
  return notes;
}

async function lighter(file) {
  const line = navigator.connection;
  const isSlow = Boolean(line && (line.saveData || /2g|3g/.test(line.effectiveType ?? "")));
  if (file.type !== "image/jpeg" || file.size <= LARGE || !(isSlow || file.size > MOST)) return file;
  try {
    const notes = cameraNotes(await file.arrayBuffer());
    const picture = await createImageBitmap(file);
    const share = Math.min(1, EDGE / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * share);
    canvas.height = Math.round(picture.height * share);
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const small = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    const parts = notes ? [small.slice(0, 2), notes, small.slice(2)] : [small];
    return small.size < file.size ? new File(parts, file.name, { type: "image/jpeg", lastModified: file.lastModified }) : file;
  } catch {
    return file; // the server judges it
  }
}

on("change", "[data-photos] input[type=file]", async (input) => {
  const picker = input.closest("[data-photos]");
  const key = (file) => `${file.name}/${file.lastModified}`;
  const all = [...(picker.gathered ?? []), ...input.files];
  const once = [...new Map(all.map((file) => [key(file), file])).values()].slice(0, Number(picker.dataset.max));
  picker.gathered = once;
  showPhotos(picker, input, once);
  const light = await Promise.all(once.map(lighter));
  if (picker.gathered === once && light.some((file, place) => file !== once[place])) {
    picker.gathered = light;
    showPhotos(picker, input, light);
  }
  // a report that begins with a photo: where it was taken is asked at once
  const first = picker.closest("[data-look='']");
  if (first && input.files.length) input.form.requestSubmit(input.form.querySelector("[data-look-button]"));
});

// A picture that was just taken in has no copy yet: asked for again until it has.
async function untilServed(picture, tries = 20) {
  const answer = await fetch(picture.src).catch(() => null);
  if (!answer?.headers.has("Retry-After")) return tries < 20 && answer?.ok ? (picture.src += "#") : null;
  if (tries) setTimeout(untilServed, 1500, picture, tries - 1);
}
document.querySelectorAll(".photo-list img").forEach((picture) => untilServed(picture));

on("click", "[data-photo-off]", (button) => {
  const next = button.closest("[data-photos]").querySelector("input[type=file]");
  button.closest("li").remove();
  next.focus();
});

// What the attribute says, or what stands in the field it names in data-copy-from.
on("click", "[data-copy]", async (button) => {
  const words = button.querySelector("span") ?? button;
  const field = document.getElementById(button.dataset.copyFrom ?? "");
  try {
    await navigator.clipboard.writeText(field ? field.value : button.dataset.copy);
  } catch {
    return field ? field.select() : getSelection().selectAllChildren(button.parentElement.querySelector("code"));
  }
  words.textContent = button.dataset.wordsDone;
});

// Where the device is: found(position), or lost() once it cannot or will not say. A browser counts no time while its own question
// "may this page know?" stands unanswered, so the silence is counted here; an answer that comes late is still taken.
const SILENCE = 10000; // ms
function whereAmI(found, lost) {
  if (!navigator.geolocation) return lost();
  let isTold = false;
  const tell = () => {
    if (!isTold) lost();
    isTold = true;
  };
  const waiting = setTimeout(tell, SILENCE);
  const ended = (then) => (answer) => {
    clearTimeout(waiting);
    then(answer);
  };
  navigator.geolocation.getCurrentPosition(ended(found), ended(tell), { enableHighAccuracy: true, timeout: SILENCE, maximumAge: 30000 });
}
window.gezhiWhereAmI = whereAmI;

// Where I stand, for one request: rounded to some ten metres, put into the form's lon and lat. A submit button sends it at once.
on("click", "[data-locate]", (button, event) => {
  const { lon, lat } = button.form.elements;
  if (button.type === "submit") event.preventDefault();
  const words = button.querySelector("span");
  button.setAttribute("aria-busy", "true");
  const done = (text) => {
    button.removeAttribute("aria-busy");
    if (text) words.textContent = text;
  };
  const found = ({ coords }) => {
    lon.value = coords.longitude.toFixed(4);
    lat.value = coords.latitude.toFixed(4);
    done(button.dataset.wordsDone);
    if (button.type === "submit") button.form.submit();
  };
  whereAmI(found, () => done(button.dataset.wordsFailed));
});

on("click", "[data-print]", () => print());
on("change", "[data-autosubmit]", (control) => control.form.requestSubmit());

// Keys: Esc closes what is open, / goes to the search box, j and k walk the rows.
function walkRows(step) {
  const links = [...document.querySelectorAll("[data-keys] .row-link")];
  const open = document.querySelector("#sheet > *") && document.querySelector("[data-keys] tr.is-open .row-link");
  const here = links.indexOf(links.includes(document.activeElement) ? document.activeElement : open);
  const next = links[Math.max(0, Math.min(links.length - 1, here + step))];
  next?.focus();
  if (open && next !== open) next.click(); // the sheet follows
  return Boolean(next);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") {
    const open = document.querySelector("details.menu-pop[open], details.desk-top[open]");
    if (open) return open.removeAttribute("open");
    return document.querySelector("[data-close]")?.click();
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select")) return;
  if (event.key === "/") {
    const box = document.querySelector("input[type=search]");
    if (box) event.preventDefault(), box.focus();
  }
  if (event.key === "j" && walkRows(1)) event.preventDefault();
  if (event.key === "k" && walkRows(-1)) event.preventDefault();
});
on("focusout", "details.menu-pop", (menu, event) => {
  if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.removeAttribute("open");
});

// The row that is shown in the sheet stays marked.
on("click", ".row-link[hx-get]", (link) => {
  document.querySelectorAll("tr.is-open").forEach((row) => row.classList.remove("is-open"));
  link.closest("tr")?.classList.add("is-open");
});

// On a phone the view that is shown stands inside the edge.
for (const view of document.querySelectorAll(".views > [aria-current]")) {
  const bar = view.parentElement;
  const over = view.getBoundingClientRect().right - bar.getBoundingClientRect().right;
  if (over > 0) bar.scrollLeft += over + 24; // and a piece of the next
}

document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "sheet") event.target.querySelector("h2")?.focus();
});
