// The screen in the hall: swaps only what has changed, counts down, and lets the order run.
"use strict";
const PACE = 450;
let shown = null, revealed = 0, running = null;
function countdown() {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    const left = Math.floor((new Date(clock.dateTime) - Date.now()) / 1000);
    const two = (number) => String(number).padStart(2, "0");
    const days = Math.floor(left / 86400), hours = Math.floor(left / 3600);
    if (left <= 0) { clock.textContent = clock.dataset.over; }
    else if (days > 1) { clock.textContent = `${days} ${clock.dataset.days}`; }
    else { clock.textContent = (hours ? `${hours}:` : "") + `${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`; }
  }
}
function inTurn(box) {
  const lists = Array.from(box.querySelectorAll("ol"), (list) => Array.from(list.children));
  const longest = Math.max(...lists.map((list) => list.length));
  const order = [];
  for (let place = 0; place < longest; place += 1) {
    for (const list of lists) { if (list[place]) { order.push(list[place]); } }
  }
  return order;
}
// How a line stands: to come later, the newest, or one that was there before. Tests ask for it by data-qa.
function mark(line, stands) {
  line.classList.toggle("hall-later", stands === "later");
  line.classList.toggle("hall-new", stands === "new");
  line.dataset.qa = stands;
}
function run() {
  const box = document.querySelector("[data-run]");
  clearInterval(running);
  if (!box || window.matchMedia("(prefers-reduced-motion: reduce)").matches) { return; }
  const order = inTurn(box);
  order.forEach((line, place) => { mark(line, place >= revealed ? "later" : ""); });
  running = setInterval(() => {
    for (const line of box.querySelectorAll(".hall-new")) { mark(line, ""); }
    if (revealed >= order.length) { clearInterval(running); return; }
    mark(order[revealed], "new");
    revealed += 1;
  }, PACE);
}
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id !== "hall") { return; }
  if (![200, 286].includes(event.detail.xhr.status) || event.detail.serverResponse === shown) { event.detail.shouldSwap = false; }
  else { shown = event.detail.serverResponse; }
});
document.addEventListener("htmx:afterSwap", () => { countdown(); run(); });
document.addEventListener("DOMContentLoaded", () => { countdown(); run(); setInterval(countdown, 1000); });
