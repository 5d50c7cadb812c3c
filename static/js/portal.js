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
// Photos on their way are kept in the browser until they have arrived (documents.js), and no longer than the session: a
// page of nobody, the way out and the end of the time delete them. The same photo chosen again goes on where it stopped.
// The store keeps its old name: under another one, what a browser holds already would never be deleted.
function forgetDocuments() {
  try { return window.indexedDB ? indexedDB.deleteDatabase("papers") : null; } catch { return null; }
}
document.addEventListener("DOMContentLoaded", () => {
  if (document.querySelector("[data-nobody]")) { forgetDocuments(); }
});
document.addEventListener("submit", (event) => {
  if (new URL(event.target.action, location.href).pathname === "/sign-out/") { forgetDocuments(); }
});
// A phone that slept, or a page that was put away, asks the server what time it is as soon as it is seen again.
function askTheTime() {
  if (document.visibilityState !== "visible" || !document.querySelector("[data-ends], .ending")) { return; }
  fetch("/session/left/", { cache: "no-store" })
    .then((answer) => (answer.ok ? answer.json() : null))
    .then((said) => { if (said) { document.dispatchEvent(new CustomEvent("server-time", { detail: said })); } })
    .catch(() => {}); // without a network the page goes on with what it knows
}
document.addEventListener("visibilitychange", askTheTime);
window.addEventListener("pageshow", (event) => { if (event.persisted) { askTheTime(); } });
// The session's end is told two minutes before (in its last third, if it is short). What was typed into a form that
// only saves (data-keep) is sent before, so that it is in the draft whatever happens next.
function watchSession() {
  const bar = document.querySelector(".ending");
  if (!bar) { return; }
  const length = Number(bar.dataset.seconds) * 1000;
  const warn = Math.min(120000, length / 3);
  let end = 0;
  const start = () => { end = performance.now() + length; bar.hidden = true; };
  const token = () => (document.querySelector("[name=csrfmiddlewaretoken]") || {}).value || "";
  const saveForms = () => Promise.all([...document.querySelectorAll("form[data-keep]")].map((form) => {
    const data = new FormData(form);
    data.set("autosave", "1");
    return fetch(form.action || location.href, { method: "POST", body: data, keepalive: true });
  }));
  bar.querySelector("button").addEventListener("click", () => {
    fetch(bar.dataset.stay, { method: "POST", headers: { "X-CSRFToken": token() } }).then((answer) => {
      if (answer.ok) { start(); } else { location.reload(); }
    });
  });
  document.body.addEventListener("htmx:afterRequest", start);
  start();
  document.addEventListener("server-time", (event) => {
    end = performance.now() + (event.detail.left || 0) * 1000;
    if (end - performance.now() > warn) { bar.hidden = true; }
  });
  let saved = false;
  const look = window.setInterval(() => {
    const left = end - performance.now();
    if (left > warn) { saved = false; return; }
    bar.hidden = false;
    if (left < warn / 4 && !saved) { saved = true; saveForms(); }
    if (left < 0) { window.clearInterval(look); forgetDocuments(); location.assign(`${location.pathname}?idle=1`); }
  }, 1000);
}
document.addEventListener("DOMContentLoaded", watchSession);
