// Runs the browser's verifier over a batch: `node verifier.cjs FOLDER` reads FOLDER/cases.json, a list of
// {transcript, roll, announcement, noted, mine, flips: [{file, at, byte}]}, and prints one answer per case.
"use strict";
const fs = require("node:fs"), path = require("node:path");
for (const name of ["verify_hash.js", "verify_core.js"]) { require(path.join(__dirname, "../../../static/js", name)); }
const { verifyDraw, verifyMine, findMine, readMine, Trouble } = globalThis.verifier;
const folder = process.argv[2], kept = new Map();
function load(name) {
  if (!name) { return null; }
  if (!kept.has(name)) { kept.set(name, new Uint8Array(fs.readFileSync(path.join(folder, name)))); }
  return kept.get(name);
}
async function run(one) {
  const files = { transcript: load(one.transcript), roll: load(one.roll), announcement: load(one.announcement), noted: one.noted };
  for (const flip of one.flips || []) {
    files[flip.file] = files[flip.file].slice();
    files[flip.file][flip.at] = flip.byte;
  }
  const said = [], say = (code, params) => said.push([code, params || {}]), started = performance.now();
  try {
    if (one.mine) { for (const mine of readMine(load(one.mine))) { await verifyMine(files.transcript, mine, say); } } else {
      const found = await verifyDraw(files, say);
      if (one.receipt) { findMine(found, one.receipt, one.salt, say); }
    }
  } catch (error) {
    if (!(error instanceof Trouble)) { throw error; }
    return { kind: error.kind, code: error.code, params: error.params, said };
  }
  return { kind: "verified", said, seconds: (performance.now() - started) / 1000 };
}
(async () => {
  const answers = [];
  for (const one of JSON.parse(fs.readFileSync(path.join(folder, "cases.json"), "utf8"))) { answers.push(await run(one)); }
  process.stdout.write(JSON.stringify(answers));
})();
