"use strict";
(() => {
  const table = document.querySelector("#faces");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const search = document.querySelector("#search");
  const emotion = document.querySelector("#emotion");
  const show = () => {
    const text = search.value.trim().toLocaleLowerCase();
    for (const row of rows) {
      const fits = !emotion.value || row.dataset.emotion === emotion.value;
      row.hidden = !(fits && row.textContent.toLocaleLowerCase().includes(text));
    }
  };
  search.addEventListener("input", show);
  emotion.addEventListener("change", show);
  const heads = Array.from(table.tHead.rows[0].cells);
  heads.forEach((head, column) => {
    const button = head.querySelector("button");
    if (!button) return;
    button.addEventListener("click", () => {
      const key = (row) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
      // Numbers begin with the largest, words with A.
      const before = head.getAttribute("aria-sort");
      const words = rows.some((row) => key(row) !== "" && Number.isNaN(Number(key(row))));
      const down = before ? before === "ascending" : !words;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const compare = (a, b) => {
        const [x, y] = [key(a), key(b)];
        // What has no value stays at the end, whichever way is sorted.
        if (x === "" || y === "") return (x === "") - (y === "");
        const [m, n] = [Number(x), Number(y)];
        const order = Number.isNaN(m) || Number.isNaN(n) ? x.localeCompare(y) : m - n;
        return down ? -order : order;
      };
      rows.sort(compare);
      body.append(...rows);
    });
  });
})();
