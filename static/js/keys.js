// Keys: Ctrl+S saves, Ctrl+Enter saves and adds another, / searches, n begins a new record, ? lists the keys of the page.
"use strict";

const keys = document.querySelector("[data-keys]"); // not there when the person turned single keys off

// Whether it is that key: by what it writes, or, where the layout writes another script, by where it lies.
const foreign = (key) => /^[\p{L}\p{M}]+$/u.test(key) && !/\p{Script=Latin}/u.test(key);
const isLetter = (event, letter) =>
  event.key.toLowerCase() === letter || (foreign(event.key) && event.code === `Key${letter.toUpperCase()}`);
// Russian and its neighbours write . and , where / and ? lie; nobody else does.
const isSlash = (event) =>
  event.key === "/" || (event.code === "Slash" && !event.shiftKey && (event.key === "." || foreign(event.key)));
const isQuestion = (event) =>
  event.key === "?" || event.key === "؟" || (event.code === "Slash" && event.shiftKey && (event.key === "," || foreign(event.key)));

const main = () => document.querySelector("form[data-main]");

const withCtrl = (event) => {
  const form = main();
  if (!form || event.altKey || keys?.open) return false;
  const another = form.querySelector("button[name=another]");
  if (event.shiftKey) return false;
  if (isLetter(event, "s")) form.requestSubmit(form.querySelector("button.main") ?? undefined);
  else if (event.key === "Enter" && another) form.requestSubmit(another);
  else return false;
  return true;
};

const find = () => {
  const field = document.querySelector("[data-find]");
  field?.focus();
  field?.select();
  return Boolean(field);
};

const begin = () => {
  const link = document.querySelector("[data-new]");
  link?.click();
  return Boolean(link);
};

const show = () => {
  for (const line of keys.querySelectorAll("[data-for]")) {
    const found = document.querySelector(line.dataset.for);
    line.hidden = !found;
    const words = line.querySelector("[data-words]");
    if (found && words) words.textContent = found.textContent.trim();
  }
  keys.showModal(); // the focus goes to its button, and back to where it was when it is closed
  return true;
};

const alone = (event) => {
  if (!keys || keys.open || event.altKey || event.repeat) return false;
  if (event.target.closest?.("input, textarea, select, [contenteditable], [data-grid]")) return false;
  if (isQuestion(event)) return show();
  if (isSlash(event)) return find();
  return !event.shiftKey && isLetter(event, "n") && begin();
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.defaultPrevented) return;
  const done = event.ctrlKey || event.metaKey ? withCtrl(event) : alone(event);
  if (done) event.preventDefault();
});
