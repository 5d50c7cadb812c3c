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
  list.dataset.qa = "ranks";
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
  // Dragging is for fingers and mice only; the arrows do the same by keyboard and for screen readers.
  function handle(row, from) {
    const grip = document.createElement("span");
    grip.className = "rank-grip";
    grip.dataset.qa = "rank-grip";
    grip.title = words.drag;
    grip.setAttribute("aria-hidden", "true");
    grip.textContent = "⠿";
    grip.addEventListener("pointerdown", (down) => {
      down.preventDefault();
      const step = row.offsetHeight;
      const places = (event) => Math.max(-from, Math.min(chosen.length - 1 - from, Math.round((event.clientY - down.clientY) / step)));
      const follow = (event) => {
        const by = places(event);
        row.classList.add("held");
        [...list.children].forEach((other, at) => {
          other.classList.toggle("before", by < 0 && at === from + by);
          other.classList.toggle("after", by > 0 && at === from + by);
        });
      };
      const drop = (event) => {
        grip.removeEventListener("pointermove", follow);
        if (event.type === "pointerup" && places(event)) { move(from, from + places(event)); } else { draw(); }
      };
      grip.setPointerCapture(down.pointerId);
      grip.addEventListener("pointermove", follow);
      grip.addEventListener("pointerup", drop, { once: true });
      grip.addEventListener("pointercancel", drop, { once: true });
    });
    return grip;
  }
  function draw() {
    selects.forEach((select, at) => { select.value = chosen[at] || ""; });
    list.replaceChildren(...chosen.map((code, at) => {
      const row = document.createElement("li");
      const name = document.createElement("span");
      name.className = "rank-name";
      name.dataset.qa = "rank-name";
      name.textContent = `${at + 1}. ${names.get(code) || code}`;
      row.append(
        handle(row, at),
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
  const field = document.querySelector("[data-search]");
  if (!field) { return; }
  const said = document.querySelector("[data-search-said]");
  const cards = [...field.parentElement.querySelectorAll("[data-school]")];
  field.hidden = false;
  field.querySelector("input").addEventListener("input", (event) => {
    const words = event.target.value.trim().toLowerCase();
    cards.forEach((card) => {
      const text = card.querySelector("[data-name]").textContent + card.querySelector("[data-find]").textContent;
      card.hidden = !text.toLowerCase().includes(words);
    });
    said.textContent = cards.every((card) => card.hidden) ? said.dataset.none : "";
  });
  // Enter looks, it does not send the whole page
  field.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); } });
})();
(() => {
  // The phone's own clock is not believed: only how much time has gone by since the server spoke.
  const english = document.documentElement.lang.startsWith("en");
  const two = (number) => String(number).padStart(2, "0");
  let spoke = performance.now();
  document.querySelectorAll("[data-ends]").forEach((line) => {
    const text = line.querySelector("[data-left]");
    let now = Number(line.dataset.now);
    function say() {
      const seconds = Math.floor((Number(line.dataset.ends) - now - (performance.now() - spoke)) / 1000);
      if (seconds <= 0) { text.textContent = line.dataset.over; return; }
      if (seconds >= 86400) { return; } // days left: the server's words are good for the day
      const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
      text.textContent = english ? `${hours}:${two(minutes)}:${two(rest)} left` : `还剩 ${hours}:${two(minutes)}:${two(rest)}`;
    }
    say();
    window.setInterval(say, 1000);
    document.addEventListener("server-time", (event) => {
      spoke = performance.now();
      now = event.detail.now;
      say();
    });
  });
})();
