// A witness's commitment is computed here, in the witness's own browser: the secret has no name and is never sent.
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
async function commit(box) {
  const secret = box.querySelector("[data-secret]").value, target = box.querySelector("[name=commitment]");
  const bytes = encoder.encode(secret);
  if (bytes.length < 16) { return; }
  const label = encoder.encode("enrollment-lottery/commit/1");
  const parts = [label, unhex(box.dataset.root), encoder.encode(box.dataset.witness), bytes];
  target.value = hex(await crypto.subtle.digest("SHA-256", framed(parts)));
}
document.addEventListener("DOMContentLoaded", () => {
  const box = document.querySelector("[data-commit]");
  if (!box || !window.crypto || !crypto.subtle) { return; }
  const secret = box.querySelector("[data-secret]");
  secret.closest(".field").hidden = false;
  secret.addEventListener("input", () => commit(box));
  box.querySelector("[data-random]").addEventListener("click", () => {
    secret.value = hex(crypto.getRandomValues(new Uint8Array(32)));
    commit(box);
  });
});
