// The theme of the staff site opens its menus, filters and sidebar from elements that only a mouse can press.
"use strict";
const words = document.currentScript.dataset;
const NATIVE = "a[href], button, input, select, textarea, summary";
function pressable(one) {
  one.setAttribute("role", "button");
  one.tabIndex = 0;
  one.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") { return; }
    event.preventDefault();
    one.click();
  });
}
document.addEventListener("DOMContentLoaded", () => {
  // an icon is drawn by its name: read aloud it would be “dock_to_right”
  document.querySelectorAll(".material-symbols-outlined").forEach((icon) => {
    if (icon.hasAttribute("x-on:click")) {
      icon.setAttribute("aria-label", words.menu);
    } else {
      icon.setAttribute("aria-hidden", "true");
    }
  });
  document.querySelectorAll("#searchbar-submit").forEach((button) => button.setAttribute("aria-label", words.search));
  document.querySelectorAll("[x-on\\:click]").forEach((one) => {
    const looks = one.matches(".cursor-pointer, .material-symbols-outlined");
    if (looks && !one.matches(NATIVE)) { pressable(one); }
  });
  // what scrolls is a region: each by a name of its own
  const title = document.querySelector("h1");
  document.querySelectorAll("[data-simplebar]").forEach((one) => {
    const name = one.closest("nav") ? words.menu : (title || document.body).innerText.trim();
    one.dataset.simplebarAriaLabel = name;
  });
});
