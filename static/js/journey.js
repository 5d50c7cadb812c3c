// Order of schools by buttons, and the countdown. Without this file the lists and the text of the server remain.
"use strict";
(() => {
  const box = document.querySelector("[data-ranks]");
  if (!box) { return; }
  const words = box.dataset;
  const fields = [...box.querySelectorAll("[data-rank]")];
  const selects = fields.map((field) => field.querySelector("select"));
  const cards = [...document.querySelectorAll("[data-school]")];
  const names = new Map(cards.map((card) => [card.dataset.school, card.querySelector("[data-name]").textContent]));
  let chosen = selects.map((select) => select.value).filter(Boolean);

  const title = document.createElement("h2");
  title.textContent = words.title;
  const list = document.createElement("ol");
  list.className = "ranks";
  const live = document.createElement("p");
  live.className = "soft small";
  live.setAttribute("role", "status");
  box.prepend(title, list, live);
  fields.forEach((field) => { field.hidden = true; });

  function button(text, label, act, disabled) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "small-button";
    made.textContent = text;
    made.setAttribute("aria-label", label);
    made.disabled = Boolean(disabled);
    made.addEventListener("click", act);
    return made;
  }
  function move(from, to) {
    const [code] = chosen.splice(from, 1);
    chosen.splice(to, 0, code);
    draw();
    const row = list.children[to];
    (row.querySelector("button:not([disabled])") || row).focus();
  }
  function draw() {
    selects.forEach((select, at) => { select.value = chosen[at] || ""; });
    list.replaceChildren(...chosen.map((code, at) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.className = "rank-name";
      name.textContent = `${at + 1}. ${names.get(code) || code}`;
      row.append(
        name,
        button("↑", `${words.up}: ${names.get(code)}`, () => move(at, at - 1), at === 0),
        button("↓", `${words.down}: ${names.get(code)}`, () => move(at, at + 1), at === chosen.length - 1),
        button("✕", `${words.remove}: ${names.get(code)}`, () => { chosen = chosen.filter((one) => one !== code); draw(); }),
      );
      return row;
    }));
    const full = chosen.length >= selects.length;
    live.textContent = chosen.length ? (full && names.size > chosen.length ? words.full : "") : words.none;
    cards.forEach((card) => {
      const code = card.dataset.school;
      const at = chosen.indexOf(code);
      card.querySelector(".small-button")?.remove();
      const text = at < 0 ? words.add : words.chosen.replace("{number}", String(at + 1));
      card.append(button(text, `${text}: ${names.get(code)}`, () => { chosen.push(code); draw(); }, at >= 0 || full));
    });
  }
  draw();
})();
(() => {
  // The phone's own clock is not believed: only how much time has gone by since the server spoke.
  const english = document.documentElement.lang.startsWith("en");
  const started = performance.now();
  function say(line, left, text) {
    const seconds = Math.floor((left - (performance.now() - started)) / 1000);
    if (seconds <= 0) { text.textContent = line.dataset.over; return; }
    if (seconds >= 86400) { return; } // days left: the server's words are good for the day
    const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (number) => String(number).padStart(2, "0");
    text.textContent = english ? `${hours}:${two(minutes)}:${two(rest)} left` : `还剩 ${hours}:${two(minutes)}:${two(rest)}`;
    window.setTimeout(say, 1000, line, left, text);
  }
  document.querySelectorAll("[data-ends]").forEach((line) => {
    const left = Number(line.dataset.ends) - Number(line.dataset.now);
    if (left < 86400000) { say(line, left, line.querySelector("[data-left]")); }
  });
})();
