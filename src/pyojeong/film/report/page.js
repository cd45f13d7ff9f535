"use strict";
// The language switch, the timeline's zoom and hints, and the emotions that are picked out.
(() => {
  const root = document.documentElement;
  const all = (query, from = document) => [...from.querySelectorAll(query)];
  document.querySelector(".lang").onclick = () => { root.lang = root.lang === "ko" ? "en" : "ko"; };

  const box = document.querySelector(".time");
  if (!box) return;
  const view = box.querySelector(".window"), film = box.querySelector(".film");
  const marks = box.querySelector(".ticks"), slider = document.querySelector(".zoom input");
  const seconds = parseFloat(film.dataset.seconds);
  const cuts = all(".cut", film).length;
  const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400];

  const clock = (whole) => {
    const two = (n) => String(n).padStart(2, "0");
    const h = Math.floor(whole / 3600), m = Math.floor(whole / 60) % 60, s = whole % 60;
    return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
  };

  const drawn = () => {
    const width = film.clientWidth;
    const step = steps.find((s) => (s / seconds) * width >= 78) || 28800;
    // A line every few px would be a gray ground.
    film.classList.toggle("dense", cuts > width / 6);
    marks.replaceChildren();
    for (let at = 0; at <= seconds && (at / seconds) * width < width - 24; at += step) {
      const mark = document.createElement("span");
      mark.textContent = clock(at);
      mark.style.left = `${(100 * at) / seconds}%`;
      marks.append(mark);
    }
    for (const lane of all(".lane", film)) {
      let free = -1;
      for (const face of all("img", lane)) {
        const left = (parseFloat(face.style.left) / 100) * width;
        const room = left >= free && left <= width - 40;
        face.classList.toggle("more", !room);
        if (room) free = left + 44;
      }
    }
  };

  let zoom = 1;
  const most = Math.min(400, Math.max(4, seconds / 10));
  const widen = (wanted, at) => {
    zoom = Math.min(most, Math.max(1, wanted));
    const place = (view.scrollLeft + at) / film.clientWidth;
    film.style.width = `${100 * zoom}%`;
    view.scrollLeft = place * film.clientWidth - at;
    slider.value = String(Math.log(zoom) / Math.log(most));
    drawn();
  };
  slider.oninput = () => widen(most ** parseFloat(slider.value), view.clientWidth / 2);
  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    widen(zoom * (event.deltaY < 0 ? 1.25 : 0.8), event.clientX - view.getBoundingClientRect().left);
  }, { passive: false });
  addEventListener("resize", drawn);
  addEventListener("beforeprint", () => widen(1, 0));
  document.querySelector(".zoom").hidden = false;
  drawn();

  const hint = document.createElement("div");
  hint.className = "hint";
  hint.hidden = true;
  document.body.append(hint);
  for (const part of all("[title]", box)) {
    part.dataset.told = part.title;
    part.removeAttribute("title");
  }
  const nearest = (piece) => {
    const place = parseFloat(piece.style.left) + parseFloat(piece.style.width) / 2;
    const kind = [...piece.classList].find((name) => /^e-?\d+$/.test(name));
    const faces = all("img", piece.closest(".lane")).filter((face) => face.classList.contains(kind));
    const far = (face) => Math.abs(parseFloat(face.style.left) - place);
    return faces.sort((a, b) => far(a) - far(b))[0];
  };
  const show = (part) => {
    hint.replaceChildren();
    const face = part.matches(".felt a") ? nearest(part) : null;
    if (face) {
      const copy = document.createElement("img");
      copy.src = face.src;
      hint.append(copy);
    }
    for (const told of part.dataset.told.split(" · ")) {
      const line = document.createElement("div");
      line.textContent = told;
      hint.append(line);
    }
    hint.hidden = false;
    const at = part.getBoundingClientRect(), seen = view.getBoundingClientRect();
    const middle = (Math.max(at.left, seen.left) + Math.min(at.right, seen.right)) / 2;
    hint.style.left = `${Math.min(Math.max(8, middle - hint.offsetWidth / 2), innerWidth - hint.offsetWidth - 8)}px`;
    const above = at.top - hint.offsetHeight - 8;
    hint.style.top = `${above > 4 ? above : at.bottom + 8}px`;
  };
  for (const [come, go] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    box.addEventListener(come, (event) => {
      const part = event.target.closest("[data-told]");
      if (part) show(part);
    });
    box.addEventListener(go, () => { hint.hidden = true; });
  }

  const keys = all(".keys button");
  for (const key of keys) {
    key.onclick = () => {
      key.setAttribute("aria-pressed", key.getAttribute("aria-pressed") !== "true");
      const picked = keys.filter((one) => one.getAttribute("aria-pressed") === "true");
      const kinds = picked.map((one) => one.dataset.kind);
      for (const part of all(".felt a, .lane img", box)) {
        const other = !kinds.some((kind) => part.classList.contains(kind));
        part.classList.toggle("dim", picked.length > 0 && other);
      }
    };
  }
})();
