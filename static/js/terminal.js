// A shared terminal: nothing offered from earlier people, printing by a button, no page shown from memory.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("form, input").forEach((one) => { one.setAttribute("autocomplete", "off"); });
  document.querySelectorAll("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
});
// A page taken from the browser's memory by the back button is asked for anew: its person may be gone.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) { location.reload(); }
});
