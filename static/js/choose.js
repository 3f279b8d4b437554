// Files are chosen with a button in the page's language: the browser's own speaks that of the operating system.
// Without this script the browser's own is there. The input stays what it is: named, focused and sent as before.
"use strict";

for (const input of document.querySelectorAll("input[type=file]")) {
  const words = document.getElementById("content").dataset;
  const button = document.createElement("label");
  const told = document.createElement("bdi");
  button.className = "button small";
  button.htmlFor = input.id;
  button.textContent = input.multiple ? words.chooseFiles : words.chooseFile;
  told.className = "small";
  told.setAttribute("aria-hidden", "true"); // the input says it itself
  input.classList.add("unseen", "chooses");
  input.after(button, " ", told);
  if (input.closest("[data-gather]")) continue; // has a list of its own
  input.addEventListener("change", () => {
    told.textContent = [...input.files].map((one) => one.name).join(", ");
  });
}
