// What a table of inputs does beyond a plain form: keys move, blocks of a spreadsheet are pasted, rows are added.
"use strict";

for (const table of document.querySelectorAll("table[data-grid]")) {
  const form = table.closest("form");
  const body = table.tBodies[0];
  const blank = form.querySelector("template[data-blank]");
  const told = form.querySelector("[data-told]");
  const most = Number(table.dataset.most);
  let next = body.rows.length + 1; // the key of the next row; keys only have to differ
  let before = null; // [cell, text] of all cells that the last paste changed
  let entered = ""; // what the cell held when it was entered

  const cellsOf = (row) => [...row.querySelectorAll("td input, td select")];
  const rows = () => [...body.rows];
  const placeOf = (cell) => {
    const row = cell.closest("tr");
    return [rows().indexOf(row), cellsOf(row).indexOf(cell)];
  };
  const at = (row, column) => (body.rows[row] ? cellsOf(body.rows[row])[column] : undefined);

  const addRow = () => {
    if (!blank || body.rows.length >= most) return false;
    const row = blank.content.querySelector("tr").cloneNode(true);
    const number = String(body.rows.length + 1);
    for (const part of row.querySelectorAll("[name], [id]")) {
      for (const name of ["name", "id"]) {
        if (part.hasAttribute(name)) part.setAttribute(name, part.getAttribute(name).replace("row-new-", `row-${next}-`));
      }
    }
    for (const cell of cellsOf(row)) cell.setAttribute("aria-label", cell.getAttribute("aria-label").replace(/0(?!.*0)/, number));
    row.querySelector("[data-number]").textContent = number;
    next += 1;
    body.append(row);
    return true;
  };

  const enter = (cell) => {
    if (!cell) return;
    cell.focus();
    if (cell.select) cell.select();
  };

  const put = (cell, text) => {
    if (cell.tagName !== "SELECT") {
      cell.value = text.replace(/[\r\n\t]+/g, " "); // a line end in a quoted cell stands between two words
      return;
    }
    const wanted = text.trim().toLowerCase();
    const words = (option) => option.textContent.trim().toLowerCase();
    let found = [...cell.options].find((option) => words(option) === wanted || option.value.toLowerCase() === wanted);
    found ??= [...cell.options].find((option) => wanted && (words(option).startsWith(`${wanted} `) || words(option).startsWith(`${wanted}. `)));
    if (!found) {
      found = new Option(text.trim(), text.trim()); // nothing pasted is lost: the answer says what is wrong with it
      cell.append(found);
    }
    found.selected = true;
  };

  // Rows and cells of a block: tabs between cells, line ends between rows, quotes round cells that hold either.
  const block = (text) => {
    const found = [[""]];
    let quoted = false;
    for (let i = 0; i < text.length; i += 1) {
      const letter = text[i];
      const row = found[found.length - 1];
      if (quoted) {
        if (letter !== '"') row[row.length - 1] += letter;
        else if (text[i + 1] === '"') row[row.length - 1] += text[(i += 1)];
        else quoted = false;
      } else if (letter === '"' && row[row.length - 1] === "") quoted = true;
      else if (letter === "\t") row.push("");
      else if (letter === "\n") found.push([""]);
      else if (letter !== "\r") row[row.length - 1] += letter;
    }
    if (found.length > 1 && found[found.length - 1].join("") === "") found.pop();
    return found;
  };

  const isHead = (row, from) => {
    const heads = [...table.tHead.rows[0].cells].slice(1 + from).map((head) => head.textContent.trim().toLowerCase());
    return row.length > 1 && row.every((cell, n) => cell.trim().toLowerCase() === heads[n]);
  };

  body.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    const cell = event.target.closest("td input, td select");
    if (!cell || (!/[\t\n]/.test(text.trimEnd()) && cell.tagName !== "SELECT")) return;
    event.preventDefault();
    const [top, left] = placeOf(cell);
    let pasted = block(text);
    if (isHead(pasted[0], left)) pasted = pasted.slice(1);
    let done = 0;
    let over = 0;
    before = [];
    pasted.forEach((row, r) => {
      while (top + r >= body.rows.length && addRow());
      row.forEach((value, c) => {
        const target = at(top + r, left + c);
        if (!target) {
          if (value.trim()) over += 1;
          return;
        }
        before.push([target, target.value]);
        put(target, value);
        done += 1;
      });
    });
    if (at(body.rows.length - 1, 0) && cellsOf(body.rows[body.rows.length - 1]).some((one) => one.value)) addRow();
    entered = cell.value;
    told.textContent = table.dataset.pasted.replace("%cells%", done) + (over ? ` ${table.dataset.left.replace("%cells%", over)}` : "");
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });

  body.addEventListener("focusin", (event) => {
    if ("value" in event.target) entered = event.target.value;
  });

  body.addEventListener("input", (event) => {
    before = null;
    if (event.target.closest("tr") === body.rows[body.rows.length - 1]) addRow();
  });

  // Whether a key in a text leaves the cell instead of moving in the text.
  const leaves = (cell, forward) => {
    if (cell.tagName === "SELECT") return true;
    const { selectionStart: start, selectionEnd: end, value } = cell;
    return (start === 0 && end === value.length) || (start === end && start === (forward ? value.length : 0));
  };

  body.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td input, td select");
    if (!cell || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && before) {
      event.preventDefault();
      for (const [one, text] of before.reverse()) one.value = text;
      before = null;
      told.textContent = "";
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [row, column] = placeOf(cell);
    const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    let target;
    if (event.key === "Escape") cell.value = entered;
    else if (event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey)) target = at(row - 1, column);
    else if (event.key === "ArrowDown" || event.key === "Enter") {
      if (row === body.rows.length - 1) addRow();
      target = at(row + 1, column);
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      const onward = event.key === forward;
      if (event.shiftKey || !leaves(cell, onward)) return;
      target = at(row, column + (onward ? 1 : -1));
    } else return;
    event.preventDefault();
    enter(target);
  });
}
