// The page around the verifier: files in, lines of what was checked out. Nothing is sent anywhere.
"use strict";
(() => {
  const { verifyDraw, verifyMine, findMine, readMine, Trouble } = globalThis.verifier;
  const box = document.querySelector("[data-checker]");
  const texts = JSON.parse(document.getElementById("check-texts").textContent);
  const one = (name) => box.querySelector(`[data-${name}]`);
  const filled = new Map();
  let verified = null, busy = false;

  const put = (text, params) => text.replace(/\{(\w+)\}/g, (whole, name) => (params && name in params ? String(params[name]) : whole));
  function element(name, className, text) {
    const made = document.createElement(name);
    made.className = className;
    made.textContent = text;
    return made;
  }
  // Long hexadecimal values in small fixed-width type, so that they can be compared by eye.
  function line(text, className) {
    const made = element("li", className || "", "");
    for (const part of text.split(/([0-9a-f]{32,})/)) {
      made.append(/^[0-9a-f]{32,}$/.test(part) ? element("code", "", part) : part);
    }
    return made;
  }
  const ASIDE = new Set(["no_webcrypto", "order_only", "ring_tickets", "no_draw_yet"]);
  function answer(name) {
    const place = one(`answer="${name}"`), list = element("ul", "check-lines", "");
    place.replaceChildren();
    return {
      say(code, params) { list.append(line(put(texts.agrees[code], params), ASIDE.has(code) ? "aside" : "")); },
      end(kind, heading, ...more) {
        const note = element("div", `note ${kind}`, "");
        note.append(element("p", "", heading), ...more.filter(Boolean).map((text) => element("p", "", text)));
        note.dataset.qa = kind;
        note.setAttribute("role", kind === "good" ? "status" : "alert");
        place.replaceChildren(note, list);
        place.focus({ preventScroll: true });
        note.scrollIntoView({ block: "nearest" });
      },
      wait() { place.replaceChildren(element("p", "soft", texts.page.working), list); },
      list,
    };
  }
  function trouble(shown, error) {
    if (!(error instanceof Trouble)) {
      shown.end("bad", texts.page.input, put(texts.input.unexpected, { message: error.message }));
    } else if (error.kind === "differs") {
      const told = put(texts.differs[error.code], error.params);
      shown.list.append(line(told, "bad"));
      shown.end("bad", texts.page.differs, told, texts.page.differs_next);
    } else {
      shown.end("warn", texts.page.input, put(texts.input[error.code], error.params));
    }
  }
  const stop = (code) => { throw new Trouble("input", code, {}); };

  async function bytes(name) {
    const chosen = one(`file="${name}"`).files[0];
    if (chosen && chosen.size > 600e6) { throw new Trouble("input", "huge", { file: chosen.name }); }
    return chosen ? new Uint8Array(await chosen.arrayBuffer()) : filled.get(name) || null;
  }
  // Lets the page breathe between two stretches of hashing.
  async function tick(stage, share) {
    const text = { roll: texts.page.roll, tickets: texts.page.tickets, order: texts.page.order_progress }[stage];
    one("progress").value = share;
    one("loaded").textContent = put(text, { percent: Math.round(share * 100) });
    await new Promise((resolve) => { setTimeout(resolve, 0); });
  }
  async function guarded(button, shown, work) {
    if (busy) { return; }
    busy = true;
    button.setAttribute("aria-busy", "true");
    shown.wait();
    try { await work(); } catch (error) { trouble(shown, error); }
    button.removeAttribute("aria-busy");
    one("progress").hidden = true;
    busy = false;
    tellLoaded();
  }
  function tellLoaded() {
    const names = [...filled].map(([name, found]) => `${name} (${Math.ceil(found.length / 1024)} KB)`);
    one("loaded").textContent = names.length ? put(texts.page.loaded, { files: names.join(", ") }) : "";
  }

  async function runDraw() {
    const shown = answer("draw");
    verified = null;
    await guarded(one("run"), shown, async () => {
      const files = { roll: await bytes("roll"), announcement: await bytes("announcement"), noted: one("noted").value };
      files.transcript = await bytes("transcript") || stop("no_transcript");
      const started = performance.now();
      one("progress").hidden = false;
      verified = await verifyDraw(files, shown.say, tick);
      const seconds = (Math.ceil((performance.now() - started) / 100) / 10).toFixed(1);
      shown.end("good", texts.page.verified, put(texts.page.took, { seconds }));
    });
  }
  async function runMine() {
    const shown = answer("mine");
    await guarded(one("run-mine"), shown, async () => {
      const mine = await bytes("mine"), receipt = one("receipt").value.trim(), salt = one("salt").value.trim();
      if (mine) {
        const found = await bytes("transcript") || await bytes("announcement") || stop("no_transcript");
        const listed = readMine(mine).filter((each) => !receipt || each.receipt === receipt);
        if (!listed.length) { throw new Trouble("differs", "not_found", { receipt }); }
        for (const each of listed) { await verifyMine(found, each, shown.say); }
      } else {
        if (!receipt || !salt) { stop("no_receipt"); }
        if (!verified) { stop("verify_first"); }
        findMine(verified, receipt, salt, shown.say);
      }
      shown.end("good", texts.page.mine_verified);
    });
  }
  async function fill() {
    const shown = answer("draw"), base = one("site").value, names = { transcript: "transcript.json", roll: "roll.csv", announcement: "announcement.json" };
    await guarded(one("fill"), shown, async () => {
      const got = await Promise.all(Object.values(names).map((name) => fetch(base + name).catch(() => stop("fetch"))));
      if (got.some((response) => !response.ok)) { stop("fetch"); }
      for (const [at, name] of Object.keys(names).entries()) {
        one(`file="${name}"`).value = "";
        filled.set(name, new Uint8Array(await got[at].arrayBuffer()));
      }
      one('answer="draw"').replaceChildren();
    });
  }

  box.hidden = false;
  one("run").addEventListener("click", runDraw);
  one("run-mine").addEventListener("click", runMine);
  one("fill")?.addEventListener("click", fill);
  for (const input of box.querySelectorAll("input[type=file]")) {
    input.addEventListener("change", () => {
      filled.delete(input.dataset.file);
      tellLoaded();
    });
  }
})();
