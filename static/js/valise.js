// What pages do beyond HTML and htmx. Every page works without it.
"use strict";

// A form that was sent back puts the reader at the list of what is wrong.
document.querySelector(".errors")?.focus();

// Files dropped on a drop area go into its input; the form is sent at once, unless there is more to fill in.
for (const area of document.querySelectorAll("[data-drop]")) {
  const input = area.querySelector("input[type=file]");
  const over = (on) => (event) => {
    event.preventDefault();
    area.classList.toggle("over", on);
  };
  area.addEventListener("dragover", over(true));
  area.addEventListener("dragleave", over(false));
  area.addEventListener("drop", (event) => {
    over(false)(event);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change"));
    if (!area.hasAttribute("data-stays")) input.form.requestSubmit();
  });
}
// A file dropped beside the area must not replace the page.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => event.preventDefault());
}

// A choice in a list is sent when it is made; its button is for those without script.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-sends]");
  if (form) form.requestSubmit();
});

// A second click while a form is on its way sends nothing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  // A mistake was looked at by its link: the address the form goes to must not lead there again, past what is wrong now.
  if (location.hash && !form.hasAttribute("action")) history.replaceState(history.state, "", location.pathname + location.search);
  if (form.method === "post" && !form.hasAttribute("hx-post") && !form.hasAttribute("data-again")) form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// What is typed into a form with a draft is kept every two seconds while one types, not only when one pauses.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  const kept = form?.querySelector(".kept[hx-post]");
  if (!kept || "waits" in kept.dataset) return;
  kept.dataset.waits = "yes";
  setTimeout(() => {
    delete kept.dataset.waits;
    if (!form.dataset.sent) htmx.trigger(kept, "keep");
  }, 2000);
});
