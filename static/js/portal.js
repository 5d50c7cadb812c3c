// Small helps only: every page works without this file.
"use strict";
// A second tap on a submit button is not a second request; the server would recognise it anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  window.setTimeout(() => { delete form.dataset.sent; }, 4000);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sent]").forEach((form) => { delete form.dataset.sent; });
});
// Questions that depend on an answer appear as it is picked; without scripts the next page asks them.
function showAsked() {
  document.querySelectorAll("[data-when]").forEach((field) => {
    const wanted = JSON.parse(field.dataset.when);
    const shown = Object.entries(wanted).every(([name, values]) => {
      // a correction shows a question without the one it depends on: then it is asked
      if (!document.getElementsByName(name).length) { return true; }
      const checked = document.querySelector(`[name="${name}"]:checked`) || document.querySelector(`input[type=hidden][name="${name}"]`);
      return checked && values.includes(checked.value);
    });
    field.hidden = !shown;
  });
}
document.addEventListener("change", showAsked);
document.addEventListener("DOMContentLoaded", () => {
  showAsked();
  const problem = document.querySelector("[data-first-error], .wrong input, .wrong textarea");
  if (problem) { problem.focus(); }
});
