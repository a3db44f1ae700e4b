"use strict";
// Comforts of the page, which is complete without them: links to the sections, tables that sort and filter.
(() => {
  const FILTERED_FROM = 8; // rows; a shorter table is seen at a glance

  const made = (name, properties) => Object.assign(document.createElement(name), properties);

  const link = (section) => made("a", { href: "#" + section.id, textContent: section.dataset.nav || section.querySelector("h2").textContent });

  const sortable = (table) => {
    const body = table.tBodies[0];
    const key = (row, at) => {
      const cell = row.cells[at];
      return "order" in cell.dataset ? Number(cell.dataset.order) : cell.textContent.toLowerCase();
    };
    const compare = (a, b) => (typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true }));
    [...table.tHead.rows[0].cells].forEach((head, at) => {
      const button = made("button", { type: "button", textContent: head.textContent });
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = [...body.rows].sort((a, b) => compare(key(a, at), key(b, at)));
        body.append(...(down ? rows.reverse() : rows));
      });
    });
  };

  const filterable = (table) => {
    const rows = [...table.tBodies[0].rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const name = table.getAttribute("aria-label");
    const input = made("input", { type: "search", placeholder: "filter", autocomplete: "off" });
    input.setAttribute("aria-label", "Filter: " + name);
    const told = made("span", { className: "note" });
    told.setAttribute("role", "status");
    const box = made("div", { className: "filter" });
    box.append(input, told);
    table.closest(".scroll").before(box);
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row, at) => { row.hidden = !words.every((word) => texts[at].includes(word)); });
      const left = rows.filter((row) => !row.hidden).length;
      told.textContent = words.length ? `${left} of ${rows.length} rows, filtered by “${input.value.trim()}”` : "";
    });
  };

  for (const table of document.querySelectorAll("table")) {
    if (table.tBodies[0].rows.length > 1) sortable(table);
    if (table.tBodies[0].rows.length >= FILTERED_FROM) filterable(table);
  }

  const folded = [...document.querySelectorAll("details")];
  const nav = document.querySelector("nav");
  nav.append(...[...document.querySelectorAll("section")].map(link));
  if (folded.length) {
    const button = made("button", { type: "button", textContent: "open all" });
    button.addEventListener("click", () => {
      const opening = folded.some((each) => !each.open);
      for (const each of folded) each.open = opening;
      button.textContent = opening ? "close all" : "open all";
    });
    nav.append(button);
  }

  // paper cannot be opened: what is folded is printed, and folded again
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = folded.filter((each) => !each.open);
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => { for (const each of closed) each.open = false; });
})();
