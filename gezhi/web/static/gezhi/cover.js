// Covering parts of a picture: boxes drawn with finger or mouse become lines of the form, which is the same without script.
"use strict";
function showCovers(stage, area) {
  stage.querySelectorAll("i").forEach((old) => old.remove());
  const list = area.form.querySelector("[data-cover-list]");
  list.replaceChildren();
  const lines = area.value.split("\n");
  for (const [place, line] of lines.entries()) {
    const sides = line.trim().split(/[\s,，]+/).map(Number);
    if (sides.length !== 4 || !sides.every(Number.isFinite)) continue;
    const n = list.children.length + 1;
    const cover = coverOf(sides);
    cover.textContent = n;
    stage.append(cover);
    list.append(lineOf(n, list.dataset, () => {
      area.value = lines.filter((_, other) => other !== place).join("\n");
      showCovers(stage, area);
      (list.querySelector("button") ?? area.form.elements.reason).focus();
    }));
  }
}

function lineOf(n, words, remove) {
  const off = Object.assign(document.createElement("button"), { type: "button", className: "btn", textContent: `${words.words.replace("{n}", n)} ×` });
  off.setAttribute("aria-label", words.wordsOff.replace("{n}", n));
  off.addEventListener("click", remove);
  const cell = document.createElement("li");
  cell.append(off);
  return cell;
}

function coverOf([left, top, width, height]) {
  const cover = document.createElement("i");
  const place = { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` };
  Object.assign(cover.style, { position: "absolute", background: "#000c", outline: "2px solid #fff", pointerEvents: "none", color: "#fff", font: "600 14px/1.4 system-ui", textAlign: "center", ...place });
  return cover;
}

for (const stage of document.querySelectorAll("[data-cover]")) {
  const area = document.getElementById(`id_${stage.dataset.cover}`);
  Object.assign(stage.style, { position: "relative", touchAction: "none", cursor: "crosshair", lineHeight: 0 });
  let from = null;
  let drawn = null;
  const at = ({ clientX, clientY }) => {
    const frame = stage.getBoundingClientRect();
    const share = (value, whole) => Math.min(100, Math.max(0, (value / whole) * 100));
    return [share(clientX - frame.left, frame.width), share(clientY - frame.top, frame.height)];
  };
  const box = (event) => {
    const to = at(event);
    return [0, 1].map((axis) => Math.min(from[axis], to[axis])).concat([0, 1].map((axis) => Math.abs(from[axis] - to[axis])));
  };
  stage.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    stage.setPointerCapture(event.pointerId);
    from = at(event);
  });
  stage.addEventListener("pointermove", (event) => {
    if (!from) return;
    drawn?.remove();
    drawn = coverOf(box(event));
    stage.append(drawn);
  });
  stage.addEventListener("pointerup", (event) => {
    const sides = from && box(event);
    from = null;
    drawn?.remove();
    if (!sides || sides[2] < 0.5 || sides[3] < 0.5) return;
    area.value = `${area.value.trimEnd()}\n${sides.map((side) => side.toFixed(1)).join(" ")}`.trimStart();
    showCovers(stage, area);
  });
  area.addEventListener("input", () => showCovers(stage, area));
  showCovers(stage, area);
}
