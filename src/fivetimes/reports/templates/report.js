"use strict";
(() => {
  const all = (where, what) => Array.from(where.querySelectorAll(what));
  const cards = all(document, "details.card");
  const fold = (open) => cards.forEach((card) => { card.open = open; });

  for (const tools of all(document, ".tools")) tools.hidden = false;
  for (const button of all(document, "button[data-fold]")) {
    button.addEventListener("click", () => fold(button.dataset.fold === "open"));
  }

  // a link to a folded card opens it
  const reveal = () => {
    const card = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (card && cards.includes(card)) { card.open = true; card.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();

  // paper cannot be unfolded
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all(document, "details:not([open])");
    folded.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => { folded.forEach((part) => { part.open = false; }); });

  const value = (row, column) => row.cells[column].dataset.key ?? row.cells[column].textContent.trim();
  const order = (a, b) => {
    const gap = Number(a) - Number(b);
    return Number.isNaN(gap) ? (a < b ? -1 : a > b ? 1 : 0) : gap;
  };
  const notice = document.getElementById("notice");

  for (const table of all(document, "table[data-sorts]")) {
    const heads = Array.from(table.tHead.rows[0].cells);
    const body = table.tBodies[0];
    heads.forEach((head, column) => {
      if (!head.dataset.sort) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const was = head.getAttribute("aria-sort");
        const first = head.dataset.sort;
        const now = was === first ? (first === "ascending" ? "descending" : "ascending") : first;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", now);
        const sign = now === "ascending" ? 1 : -1;
        const rows = Array.from(body.rows);
        rows.sort((a, b) => sign * order(value(a, column), value(b, column)));
        body.append(...rows);
        if (table.dataset.sorts === "cards") {
          const home = cards[0].parentNode;
          rows.forEach((row) => home.append(document.getElementById(row.dataset.card)));
        }
        notice.textContent = `Sorted by ${button.textContent.trim()}, ${now}`;
      });
    });
  }
})();
