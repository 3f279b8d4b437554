// Files for an activity: dropped anywhere on the page or pasted, they gather in the form's file input until it is sent.
// Without this script the input takes several files as it is.
"use strict";

{
  const area = document.querySelector("[data-gather]");
  const input = area.querySelector("input[type=file]");
  const list = area.querySelector("[data-chosen]");
  const row = area.querySelector("[data-row]");
  /** @type {{file: File, why: string}[]} what was chosen; `why` it is not sent, if it is not */
  let chosen = [];

  const sizeOf = (bytes) => {
    const small = bytes < 1024 * 1024;
    const number = new Intl.NumberFormat(document.documentElement.lang, {maximumFractionDigits: small ? 0 : 1});
    return (small ? area.dataset.kb : area.dataset.mb).replace("{}", number.format(small ? Math.ceil(bytes / 1024) : bytes / 1048576));
  };

  const show = () => {
    const sent = new DataTransfer();
    for (const one of chosen) if (!one.why) sent.items.add(one.file);
    input.files = sent.files;
    list.replaceChildren(...chosen.map((one) => {
      const item = row.content.cloneNode(true).firstElementChild;
      for (const name of item.querySelectorAll("[data-name]")) name.textContent = ` ${one.file.name}`;
      item.querySelector("[data-size]").textContent = one.why === "folder" ? "" : sizeOf(one.file.size);
      if (one.why) {
        const sentence = item.querySelector(`[data-${one.why}]`);
        sentence.textContent = sentence.textContent.replace("{}", one.file.name);
        sentence.hidden = false;
      }
      item.querySelector("button").addEventListener("click", () => {
        chosen = chosen.filter((other) => other !== one);
        show();
        input.focus();
      });
      return item;
    }));
    list.hidden = !chosen.length;
  };

  const isKnown = (file) => chosen.some(({file: other}) =>
    other.name === file.name && other.size === file.size && other.lastModified === file.lastModified);

  const add = (files, folders = []) => {
    for (const file of files) {
      if (isKnown(file)) continue;
      const large = file.size > Number(area.dataset.largest) ? "large" : "";
      chosen.push({file, why: folders.includes(file.name) ? "folder" : large});
    }
    const around = area.closest("details");
    if (around) around.open = true;
    show();
    list.lastElementChild?.scrollIntoView({block: "nearest"});
  };

  const over = (on) => area.querySelector(".drop").classList.toggle("over", on);
  document.addEventListener("dragover", (event) => over(event.dataTransfer.types.includes("Files")));
  document.addEventListener("dragleave", (event) => event.relatedTarget || over(false));
  document.addEventListener("drop", (event) => {
    over(false);
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.());
    add(event.dataTransfer.files, entries.filter((one) => one?.isDirectory).map((one) => one.name));
  });
  input.addEventListener("change", () => add([...input.files]));

  // A pasted picture is called by its moment. Text that comes with one, as from a document, goes where one types.
  const moment = () => {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join("-");
    return `${day} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(".")}`;
  };
  document.addEventListener("paste", (event) => {
    const typing = event.target.closest?.("input:not([type=file]), textarea, [contenteditable]");
    const pasted = event.clipboardData.files;
    if (!pasted.length || (typing && event.clipboardData.types.includes("text/plain"))) return;
    event.preventDefault();
    add([...pasted].map((file, number) => {
      if (!file.type.startsWith("image/")) return file;
      const after = number ? ` ${number + 1}` : "";
      return new File([file], `${moment()}${after}.${file.type.slice(6).replace("jpeg", "jpg").replace(/\+.*/, "")}`, {type: file.type});
    }));
  });
}
