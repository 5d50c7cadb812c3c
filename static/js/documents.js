// Documents: shrink a photo, send it in runs, go on after a cut or a reload. Without this file the form sends whole files.
"use strict";
/* global forgetDocuments -- portal.js, which every page reads first */
(() => {
  const RUN = 256 * 1024, LONGEST = 2000, QUALITY = 0.85, PAUSES = [1000, 2000, 4000, 8000, 15000];
  const box = document.querySelector("[data-documents]");
  // a browser that lacks one of these sends whole files with the form, as it would without scripts
  const able = window.fetch && window.Promise && window.DOMParser && window.crypto && crypto.getRandomValues
    && Element.prototype.replaceWith && Element.prototype.append;
  if (!box || !able) { return; }
  const token = () => document.querySelector("[name=csrfmiddlewaretoken]").value;
  const words = box.dataset;

  // What is on its way is kept in this browser until it has arrived, so that a reload loses nothing; never on a terminal
  // or a clerk's desk, and not after the session (portal.js).
  const shared = document.documentElement.classList.contains("terminal") || "shared" in words;
  const store = () => new Promise((done, failed) => {
    if (shared || !window.indexedDB) { failed(new Error("no store")); return; }
    const opening = indexedDB.open("papers", 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("waiting", { keyPath: "token" });
    opening.onsuccess = () => {
      opening.result.onversionchange = () => opening.result.close(); // it is being deleted, perhaps by another tab
      done(opening.result);
    };
    opening.onerror = () => failed(opening.error);
  });
  const inStore = async (mode, act) => {
    try {
      const db = await store();
      return await new Promise((done) => {
        const asked = act(db.transaction("waiting", mode).objectStore("waiting"));
        asked.onsuccess = () => { done(asked.result); db.close(); };
        asked.onerror = () => { done(undefined); db.close(); };
      });
    } catch { return undefined; }
  };

  async function shrunk(file) {
    if (!file.type.startsWith("image/")) { return file; }
    try {
      const image = await createImageBitmap(file, { imageOrientation: "from-image" });
      const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(image.width * scale);
      canvas.height = Math.round(image.height * scale);
      const pen = canvas.getContext("2d");
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.drawImage(image, 0, 0, canvas.width, canvas.height);
      const small = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", QUALITY); });
      return small && small.size < file.size ? small : file;
    } catch { return file; } // a kind this browser cannot open: the server can
  }

  // the same file for the same material is the same upload, also when it is chosen again another day
  async function tokenOf(blob, kind) {
    if (!crypto.subtle || !blob.arrayBuffer || !window.TextEncoder) { return anyToken(); } // plain http, or years old
    const label = new TextEncoder().encode(`${words.create}|${kind}|`);
    const digest = await crypto.subtle.digest("SHA-256", await new Blob([label, blob]).arrayBuffer());
    return written(new Uint8Array(digest));
  }
  const anyToken = () => written(crypto.getRandomValues(new Uint8Array(16)));
  function written(bytes) {
    const hex = Array.from(bytes, (byte) => `0${byte.toString(16)}`.slice(-2)).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  }

  function line(kind, name) {
    const item = document.createElement("li");
    const text = document.createElement("span"), bar = document.createElement("progress");
    text.textContent = `${words.sending}: ${name}`;
    bar.max = 1; bar.value = 0;
    bar.setAttribute("aria-label", name);
    item.append(text, bar);
    box.querySelector(`[data-material="${kind}"] [data-sending]`).append(item);
    return { item, text, bar };
  }

  const pause = (time) => new Promise((done) => {
    const timer = window.setTimeout(done, time);
    window.addEventListener("online", () => { window.clearTimeout(timer); done(); }, { once: true });
  });

  class Refusal extends Error {}
  class Ended extends Refusal {} // the file is good: it can be sent after signing in again
  async function ask(url, options) {
    const answer = await fetch(url, { ...options, credentials: "same-origin", redirect: "manual",
      headers: { "X-CSRFToken": token(), ...options.headers } });
    // sent to the sign-in page: the session is over, perhaps ended from another device
    if (answer.type === "opaqueredirect") { forgetDocuments(); throw new Ended(words.ended); }
    const body = await answer.json().catch(() => ({}));
    // other windows send, too: the file waits its turn like one that met a server under repair
    if (answer.status >= 500 || body.code === "busy") { throw new Error("later"); }
    if (answer.status === 409) { return { ...body, conflict: true }; }
    if (!answer.ok) { throw new Refusal(body.message || words.failed); }
    return body;
  }

  async function send(waiting, shown) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        let state = await ask(words.create, { method: "POST", headers: { "Content-Type": "application/json" },
          body: JSON.stringify({ token: waiting.token, kind: waiting.kind, name: waiting.name, size: waiting.blob.size }) });
        const url = state.url;
        while (!state.stored) {
          shown.text.textContent = `${words.sending}: ${waiting.name}`;
          const run = waiting.blob.slice(state.offset, state.offset + RUN);
          state = run.size
            ? await ask(url, { method: "PUT", headers: { "Upload-Offset": String(state.offset), "Content-Type": "application/octet-stream" }, body: run })
            : await ask(url, { method: "GET" });
          if (state.conflict) { state = { ...await ask(url, { method: "GET" }) }; }
          shown.bar.value = state.offset / waiting.blob.size;
          attempt = 0;
        }
        return;
      } catch (problem) {
        if (problem instanceof Refusal) { throw problem; }
        shown.text.textContent = words.waiting;
        await pause(PAUSES[Math.min(attempt, PAUSES.length - 1)]);
      }
    }
  }

  async function redraw(kind) {
    const old = box.querySelector(`[data-material="${kind}"]`);
    const answer = await fetch(old.dataset.card, { credentials: "same-origin" });
    if (!answer.ok) { window.location.reload(); return; }
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-material]");
    // what is still on its way, and what was typed about a certificate, stays
    fresh.querySelector("[data-sending]").replaceWith(old.querySelector("[data-sending]"));
    const typed = old.querySelector("details");
    if (typed) { fresh.querySelector("details").replaceWith(typed); }
    old.replaceWith(fresh);
  }

  async function carry(waiting, shown = line(waiting.kind, waiting.name)) {
    try {
      await send(waiting, shown);
      await inStore("readwrite", (rows) => rows.delete(waiting.token));
      shown.item.remove();
      await redraw(waiting.kind);
    } catch (problem) {
      if (problem instanceof Refusal) { await inStore("readwrite", (rows) => rows.delete(waiting.token)); }
      const again = document.createElement("button");
      again.type = "button";
      again.className = "btn-quiet";
      again.textContent = words.retry;
      again.addEventListener("click", () => { shown.item.remove(); carry(waiting); });
      shown.text.textContent = `${waiting.name}: ${problem instanceof Refusal ? problem.message : words.failed}`;
      shown.text.className = "bad";
      shown.text.dataset.qa = "failed";
      // a file that is not taken stays untaken: another one is to be chosen
      if (problem instanceof Refusal && !(problem instanceof Ended)) { shown.bar.remove(); } else { shown.bar.replaceWith(again); }
    }
  }

  // one after the other: forty photos at once are more than the server takes of one person
  async function carryAll(rows, shown) {
    for (const [at, waiting] of rows.entries()) { await carry(waiting, shown[at]); }
  }

  box.addEventListener("change", async (event) => {
    const input = event.target;
    if (input.type !== "file") { return; }
    const kind = input.closest("[data-material]").dataset.material;
    const files = Array.from(input.files);
    input.value = ""; // sent here: the form does not send it again
    const chosen = [], shown = files.map((file) => line(kind, file.name));
    for (const file of files) {
      const blob = await shrunk(file);
      const waiting = { token: await tokenOf(blob, kind), kind, name: file.name, blob, page: words.create, at: Date.now() };
      await inStore("readwrite", (rows) => rows.put(waiting)); // all of them first: what is cut off goes on with every one
      chosen.push(waiting);
    }
    await carryAll(chosen, shown);
  });

  inStore("readonly", (rows) => rows.getAll()).then((rows) => {
    const ours = (rows || []).filter((row) => row.page === words.create && box.querySelector(`[data-material="${row.kind}"]`));
    ours.sort((one, other) => one.at - other.at);
    carryAll(ours, ours.map((row) => line(row.kind, row.name)));
  });
  document.documentElement.classList.add("scripted"); // last: from now on no button is needed
})();
