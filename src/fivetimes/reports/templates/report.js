"use strict";
(() => {
  const all = (where, what) => Array.from(where.querySelectorAll(what));
  const cards = all(document, "details.card");
  const rows = all(document, ".index tbody tr");
  const beside = document.querySelector(".beside");
  if (cards.length) beside.classList.add("one-at-a-time");
  const wide = matchMedia("(min-width: 75rem)");

  const mark = () => rows.forEach((row) => {
    const open = wide.matches && document.getElementById(row.dataset.card).open;
    if (open) row.setAttribute("aria-current", "true"); else row.removeAttribute("aria-current");
  });
  // beside the table stands one routine, and one always; below it, on a narrow screen, as many as are unfolded
  const only = (card) => { if (wide.matches) cards.forEach((other) => { other.open = other === card; }); mark(); };
  for (const card of cards) {
    card.addEventListener("toggle", () => {
      if (card.open) only(card);
      else if (wide.matches && !cards.some((other) => other.open)) card.open = true;
    });
  }
  wide.addEventListener("change", () => only(cards.find((card) => card.open) ?? cards[0]));
  mark();

  // a link to a folded part opens it
  const reveal = () => {
    const part = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!part || part.tagName !== "DETAILS") return;
    part.open = true;
    if (cards.includes(part)) only(part);
    if (!wide.matches || !cards.includes(part)) part.scrollIntoView();
    else part.parentNode.scrollTop = 0;
    part.querySelector("summary").focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  reveal();

  const words = document.getElementById("filter");
  const decision = document.getElementById("decision");
  if (words) {
    document.querySelector(".filter").hidden = false;
    const narrow = () => {
      const wanted = words.value.trim().toLowerCase();
      const fits = (row) => row.textContent.toLowerCase().includes(wanted) && (!decision.value || row.dataset.decision === decision.value);
      rows.forEach((row) => { row.hidden = !fits(row); });
      document.getElementById("notice").textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} routines`;
    };
    words.addEventListener("input", narrow);
    decision.addEventListener("input", narrow);
  }

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
        const sorted = Array.from(body.rows);
        sorted.sort((a, b) => sign * order(value(a, column), value(b, column)));
        body.append(...sorted);
        if (table.dataset.sorts === "cards") {
          const home = cards[0].parentNode;
          sorted.forEach((row) => home.append(document.getElementById(row.dataset.card)));
        }
        notice.textContent = `Sorted by ${button.textContent.trim()}, ${now}`;
      });
    });
  }
})();
