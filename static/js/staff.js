// Keys for who works here all day; every one of them presses what is on the page, and the page works without them.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const wide = window.matchMedia("(min-width: 64rem)");
  document.querySelectorAll("details[data-wide-open]").forEach((one) => { one.open = wide.matches; });
  // a reason that the district words is put into the field, where it can be changed
  document.querySelectorAll("select[data-into]").forEach((one) => {
    one.addEventListener("change", () => { document.getElementById(one.dataset.into).value = one.value; });
  });
  document.querySelectorAll("[data-all]").forEach((one) => {
    one.addEventListener("change", () => {
      document.querySelectorAll(`input[name="${one.dataset.all}"]`).forEach((box) => { box.checked = one.checked; });
    });
  });
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) { return; }
  const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!found) { return; }
  event.preventDefault();
  const fold = found.closest("details");
  if (fold) { fold.open = true; }
  found.focus();
  if (found.matches("a")) { found.click(); }
});
