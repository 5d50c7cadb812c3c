// A witness's secret is made and kept on the witness's own phone; only its digest leaves it before the reveal.
"use strict";
const encoder = new TextEncoder();
function framed(parts) {
  const total = parts.reduce((sum, part) => sum + 8 + part.length, 0);
  const bytes = new Uint8Array(total), view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at + 4, part.length);
    bytes.set(part, at + 8);
    at += 8 + part.length;
  }
  return bytes;
}
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));
const random = () => hex(crypto.getRandomValues(new Uint8Array(16)));
const place = (box) => `witness ${box.dataset.root} ${box.dataset.witness}`;
// written down in groups of four, and typed back that way
const plain = (text) => (/^[0-9a-fA-F\s]+$/.test(text) && text.replace(/\s/g, "").length === 32 ? text.replace(/\s/g, "").toLowerCase() : text);
function kept(box) { try { return localStorage.getItem(place(box)); } catch { return null; } }
function keep(box, secret) { try { localStorage.setItem(place(box), secret); } catch { /* the paper remains */ } }
async function commit(box) {
  const secret = plain(box.querySelector("[data-secret]").value), target = box.querySelector("[name=commitment]");
  const bytes = encoder.encode(secret);
  box.querySelector("[data-code]").textContent = (plain(secret).match(/^[0-9a-f]{32}$/) ? secret.match(/.{4}/g).join(" ") : secret);
  if (bytes.length < 16 || bytes.length > 256) { target.value = ""; return; }
  keep(box, secret);
  const label = encoder.encode("enrollment-lottery/commit/1");
  const parts = [label, unhex(box.dataset.root), encoder.encode(box.dataset.witness), bytes];
  target.value = hex(await crypto.subtle.digest("SHA-256", framed(parts)));
}
function committing(box) {
  const secret = box.querySelector("[data-secret]");
  secret.closest(".field").hidden = false;
  secret.addEventListener("input", () => commit(box));
  box.querySelector("[data-random]").addEventListener("click", () => { secret.value = random(); commit(box); });
  if (box.querySelector("[name=commitment]").value) { return; }
  secret.value = kept(box) || random();
  commit(box);
}
function revealing(box) {
  const secret = box.querySelector("[name=value]");
  box.addEventListener("submit", () => { secret.value = plain(secret.value); });
  if (secret.value || !kept(box)) { return; }
  secret.value = kept(box);
  box.querySelector("[data-kept]").hidden = false;
}
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-commit]"), shown = document.querySelector("[data-reveal]");
  if (box && window.crypto && crypto.subtle) { committing(box); }
  if (shown) { revealing(shown); }
});
