// Recomputes a draw from its published files. No page and no network: the same file runs in a browser and in Node.
// What differs is thrown as a Trouble: kind "differs" (something published does not follow from the rest) or "input".
"use strict";
(() => {
  const { sha256, sm3, Hmac, Tree, framed, hex, unhex, encoder, value, ringValues, compareBytes } = globalThis.verifyHash;
  const { sha256Stream, sm3Stream } = globalThis.verifyHash;
  const HEADER = encoder.encode("receipt_hash,group,leaf\n");
  const FORMAT = "enrollment-lottery/draw/1";
  const MOST_BYTES = 600e6;
  const CHUNK = 20000;
  const METHODS = ["ticket", "ring", "descending"], RULES = ["expand", "skip", "stop", "split"];
  const text = (name) => encoder.encode(name);

  class Trouble extends Error {
    constructor(kind, code, params) {
      super(`${kind} ${code} ${JSON.stringify(params)}`);
      this.kind = kind; this.code = code; this.params = params || {};
    }
  }
  const differs = (code, params) => new Trouble("differs", code, params);
  const unusable = (code, params) => new Trouble("input", code, params);
  function short(found) {
    const told = typeof found === "string" ? found : JSON.stringify(found) ?? "-";
    return told.length > 100 ? `${told.slice(0, 97)}...` : told;
  }
  function agree(code, published, computed, params) {
    if (published !== computed) { throw differs(code, { ...params, published: short(published), computed: short(computed) }); }
  }

  // Sorted by code points, as the publisher sorts; JavaScript alone would sort by halves of surrogate pairs.
  function byPoints(one, two) { return compareBytes(text(one), text(two)); }
  function canonical(found) {
    if (Array.isArray(found)) {
      // Long lists are lists of texts, which the browser writes much faster itself.
      return found.every((one) => typeof one === "string") ? JSON.stringify(found) : `[${found.map(canonical).join(",")}]`;
    }
    if (found === null || typeof found !== "object") { return JSON.stringify(found); }
    const keys = Object.keys(found).sort(byPoints);
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(found[key])}`).join(",")}}`;
  }
  function firstDifference(one, two) {
    let at = 0;
    if (one instanceof Uint8Array && one.byteOffset % 4 === 0 && two.byteOffset % 4 === 0) {
      const size = Math.min(one.length, two.length) >>> 2;
      const first = new Uint32Array(one.buffer, one.byteOffset, size), second = new Uint32Array(two.buffer, two.byteOffset, size);
      while (at < size && first[at] === second[at]) { at++; }
      at *= 4;
    }
    while (at < one.length && at < two.length && one[at] === two[at]) { at++; }
    return at === one.length && at === two.length ? -1 : at;
  }
  // A file counts only as published: canonical JSON, byte for byte. So no value can be written in two ways.
  function readJson(bytes, name) {
    if (bytes.length > MOST_BYTES) { throw unusable("huge", { file: name }); }
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) { throw unusable("packed", { file: name }); }
    let written, found;
    try {
      written = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
      found = JSON.parse(written);
    } catch {
      throw unusable("json", { file: name });
    }
    if (found === null || typeof found !== "object" || Array.isArray(found)) { throw unusable("json", { file: name }); }
    const again = canonical(found);
    if (again !== written) { throw differs("not_canonical", { file: name, position: firstDifference(again, written) + 1 }); }
    return found;
  }
  function get(found, path, kind) {
    for (const step of path.split(".")) {
      if (found === null || typeof found !== "object" || !Object.hasOwn(found, step)) { throw unusable("missing", { path }); }
      found = found[step];
    }
    const right = kind === "list" ? Array.isArray(found) : kind === "whole" ? Number.isSafeInteger(found) && found >= 0
      : kind === "object" ? found !== null && typeof found === "object" && !Array.isArray(found) : typeof found === kind;
    if (!right) { throw unusable("wrong_type", { path }); }
    return found;
  }
  function bytesOf(found, what) {
    const bytes = unhex(found);
    if (!bytes) { throw differs("not_hex", { what, published: short(found) }); }
    return bytes;
  }
  function agreeDigests(code, published, found) {
    agree(code, published.sha256, hex(found.sha256), { hash: "SHA-256" });
    if (published.sm3 !== null) { agree(code, published.sm3, hex(found.sm3), { hash: "SM3" }); }
  }
  // A long file goes through the browser's own SHA-256 where there is one; SM3 it does not know.
  async function both(bytes) {
    const subtle = globalThis.crypto?.subtle;
    return { sha256: subtle ? new Uint8Array(await subtle.digest("SHA-256", bytes)) : sha256(bytes), sm3: sm3(bytes) };
  }

  async function checkAnnouncement(transcript, announcement, noted, say) {
    const body = get(transcript, "announcement", "object"), bytes = text(canonical(body)), found = await both(bytes);
    if (noted) {
      agree("noted", noted.trim().toLowerCase(), hex(found.sha256));
      say("noted");
    }
    if (announcement) {
      const at = firstDifference(announcement, bytes);
      if (at >= 0) {
        readJson(announcement, "announcement.json");
        throw differs("announcement_file", { position: at + 1 });
      }
      say("announcement_file");
    }
    agreeDigests("announcement_digest", get(transcript, "announcement_digest", "object"), found);
    say("announcement_digest", { digest: hex(found.sha256) });
    if (!METHODS.includes(get(body, "method", "string"))) { throw differs("method", { published: short(body.method) }); }
    const domain = get(body, "domain", "object");
    const parts = ["district", "season", "round", "school", "purpose"].map((name) => get(domain, name, "string"));
    agree("domain_string", get(body, "domain_string", "string"), JSON.stringify(["enrollment-lottery/domain/1", ...parts]));
    get(body, "seats", "whole");
    if (!RULES.includes(get(body, "sibling_rule", "string"))) { throw differs("rule", { published: short(body.sibling_rule) }); }
    return body;
  }

  const isHex = (byte) => (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 102);
  const isName = (byte) => byte > 32 && byte !== 34 && byte !== 44 && byte !== 127;
  // Where the group of a row ends, or -1 when the row is not 64 hex digits, a group and 64 hex digits.
  function groupEnd(bytes, start, end) {
    const last = end - 65;
    if (last <= start + 65 || bytes[start + 64] !== 44 || bytes[last] !== 44) { return -1; }
    for (let at = 0; at < 64; at++) {
      if (!isHex(bytes[start + at]) || !isHex(bytes[last + 1 + at])) { return -1; }
    }
    for (let at = start + 65; at < last; at++) { if (!isName(bytes[at])) { return -1; } }
    return last;
  }
  function compareRows(bytes, one, oneEnd, two, twoEnd) {
    while (one < oneEnd && two < twoEnd) { if (bytes[one] !== bytes[two]) { return bytes[one] - bytes[two]; } one++; two++; }
    return (oneEnd - one) - (twoEnd - two);
  }
  function lineAt(bytes, position) {
    let line = 1;
    for (let at = 0; at < position && at < bytes.length; at++) { line += bytes[at] === 10; }
    return line;
  }
  function rollBytes(transcript, roll) {
    const rows = transcript.roll_rows ?? null;
    if (rows === null) {
      if (!roll) { throw unusable("roll_needed"); }
      return roll;
    }
    if (!Array.isArray(rows) || !rows.every((row) => typeof row === "string")) { throw unusable("wrong_type", { path: "roll_rows" }); }
    const inside = text(`receipt_hash,group,leaf\n${rows.map((row) => `${row}\n`).join("")}`);
    if (!roll) { return inside; }
    const at = firstDifference(roll, inside);
    if (at >= 0) { throw differs("roll_files", { line: lineAt(inside, at) }); }
    return roll;
  }

  // One group: its name's bytes in the roll, and the rows of its members.
  async function readRoll(transcript, roll, say, tick) {
    const bytes = rollBytes(transcript, roll);
    if (bytes.length > MOST_BYTES) { throw unusable("huge", { file: "roll.csv" }); }
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) { throw unusable("packed", { file: "roll.csv" }); }
    if (firstDifference(bytes.subarray(0, HEADER.length), HEADER) >= 0) { throw differs("roll_header"); }
    const groups = new Map(), tree = new Tree(), decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    let start = HEADER.length, before = -1, beforeEnd = -1, number = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(10, start);
      const last = end < 0 ? -1 : groupEnd(bytes, start, end);
      number++;
      if (last < 0) { throw differs("roll_row", { row: number }); }
      if (before >= 0 && compareRows(bytes, before, before + 64, start, start + 64) === 0) { throw differs("roll_twice", { row: number }); }
      if (before >= 0 && compareRows(bytes, before, beforeEnd, start, end) > 0) { throw differs("roll_order", { row: number }); }
      tree.add(bytes, start, end);
      let name;
      try { name = decoder.decode(bytes.subarray(start + 65, last)); } catch { throw differs("roll_row", { row: number }); }
      const known = groups.get(name);
      if (known) { known.rows.push(start); } else { groups.set(name, { name, start: start + 65, end: last, rows: [start], value: null }); }
      before = start; beforeEnd = end; start = end + 1;
      if (number % CHUNK === 0) { await tick("roll", start / bytes.length); }
    }
    if (!number) { throw differs("roll_empty"); }
    const announced = get(transcript, "announcement.roll", "object"), root = hex(tree.root());
    agree("rows", announced.rows, number);
    agree("groups", announced.groups, groups.size);
    agree("root", announced.root, root);
    if (announced.sm3 !== null) { agree("roll_sm3", announced.sm3, hex(sm3(bytes))); }
    say("roll", { rows: number, groups: groups.size, root });
    return { bytes, groups, rows: number };
  }

  function checkSeed(transcript, say) {
    const root = bytesOf(get(transcript, "announcement.roll.root", "string"), "root");
    const reveals = get(transcript, "reveals", "list"), named = get(transcript, "announcement.entropy.witnesses", "list");
    const came = reveals.map((one) => get(one, "witness", "string"));
    for (let at = 0; at < Math.max(named.length, came.length); at++) { agree("witness", named[at], came[at], { position: at + 1 }); }
    const parts = [text("enrollment-lottery/seed/1"), root, new Uint8Array([0, 0, 0, 0, 0, 0, reveals.length >> 8, reveals.length & 255])];
    for (const one of reveals) {
      let nonce = new Uint8Array();
      if (one.nonce !== null && one.nonce !== undefined) {
        nonce = bytesOf(get(one, "nonce", "string"), one.witness);
        const made = sha256(framed(text("enrollment-lottery/commit/1"), root, text(one.witness), nonce));
        agree("commitment", get(one, "commitment", "string"), hex(made), { witness: one.witness });
      }
      parts.push(text(one.witness), nonce);
    }
    say("commitments", { count: reveals.filter((one) => one.nonce).length, named: named.length });
    const balls = get(transcript, "balls", "list");
    if (!balls.every(Number.isSafeInteger)) { throw unusable("wrong_type", { path: "balls" }); }
    parts.push(text(balls.join(",")), text(get(transcript, "public_value", "string")));
    const seed = sha256(framed(...parts));
    agree("seed", get(transcript, "seed", "string"), hex(seed));
    say("seed", { seed: hex(seed) });
    return seed;
  }

  function positionsInOrder(values) {
    const heads = new Float64Array(values.length);
    values.forEach((one, at) => { heads[at] = new DataView(one.buffer, one.byteOffset).getUint32(0) * 65536 + (one[4] << 8 | one[5]); });
    const order = Uint32Array.from(values, (_, at) => at);
    return order.sort((one, two) => heads[one] - heads[two] || compareBytes(values[one], values[two]));
  }
  // Groups with their values, in the order drawn.
  async function drawOrder(body, hmac, roll, tick) {
    const found = [...roll.groups.values()];
    if (body.method === "ring") {
      const values = ringValues(hmac, found.map((one) => roll.bytes.subarray(one.start, one.end)));
      values.forEach((one, at) => { found[at].value = one; });
    } else {
      const room = new Uint8Array(32 * found.length);
      for (let at = 0; at < found.length; at++) {
        const one = found[at], place = room.subarray(32 * at, 32 * at + 32);
        if (body.method === "ticket") { hmac.into(roll.bytes, one.start, one.end, room, 32 * at); } else {
          place.set(value(body.method, hmac, roll.bytes.subarray(one.start, one.end)));
        }
        one.value = place;
        if (at % CHUNK === CHUNK - 1) { await tick("tickets", at / found.length); }
      }
    }
    const order = Array.from(positionsInOrder(found.map((one) => one.value)), (at) => found[at]);
    for (let at = 1; at < order.length; at++) {
      if (!compareBytes(order[at - 1].value, order[at].value)) { throw differs("tie", { one: order[at - 1].name, two: order[at].name }); }
    }
    return order;
  }
  async function checkOrder(transcript, order, say, tick) {
    const streams = { sha256: sha256Stream(), sm3: sm3Stream() };
    for (let from = 0; from < order.length; from += CHUNK) {
      const lines = text(order.slice(from, from + CHUNK).map((one) => `${hex(one.value)} ${one.name}\n`).join(""));
      streams.sha256.update(lines);
      streams.sm3.update(lines);
      await tick("order", from / order.length);
    }
    const found = { sha256: streams.sha256.digest(), sm3: streams.sm3.digest() };
    agreeDigests("order", get(transcript, "order", "object"), found);
    say("order", { groups: order.length, digest: hex(found.sha256), method: transcript.announcement.method });
  }
  const ascii = (bytes, start) => String.fromCharCode(...bytes.subarray(start, start + 64));
  function winnersOf(order, roll, hmac, seats, rule) {
    let left = seats;
    const winners = [];
    for (const group of order) {
      if (left <= 0) { break; }
      let members = group.rows.map((start) => ascii(roll.bytes, start));
      if (members.length > 1) {
        const own = new Map(members.map((one) => [one, hmac.of(text(`${group.name}\x1f${one}`))]));
        members.sort((one, two) => compareBytes(own.get(one), own.get(two)));
      }
      if (members.length > left && rule !== "expand") {
        if (rule === "stop") { break; }
        members = rule === "split" ? members.slice(0, left) : [];
      }
      winners.push(...members);
      left -= members.length;
    }
    return winners;
  }

  // Compare this file's hashing with the browser's own on a sample; false where the page has no WebCrypto.
  async function crossCheck(hmacKey) {
    const subtle = globalThis.crypto?.subtle;
    if (!subtle) { return false; }
    const key = await subtle.importKey("raw", hmacKey, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]), own = new Hmac(hmacKey);
    for (let size = 1; size < 260; size += 7) {
      const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31 + size) & 255);
      const theirs = [await subtle.digest("SHA-256", bytes), await subtle.sign("HMAC", key, bytes)].map((one) => hex(new Uint8Array(one)));
      agree("webcrypto", theirs[0], hex(sha256(bytes)));
      agree("webcrypto", theirs[1], hex(own.of(bytes)));
    }
    return true;
  }

  async function verifyDraw(files, say = () => {}, tick = async () => {}) {
    const transcript = readJson(files.transcript, "transcript.json");
    if (transcript.format !== FORMAT) { throw unusable("foreign", { file: "transcript.json", format: short(transcript.format ?? "-") }); }
    const body = await checkAnnouncement(transcript, files.announcement, files.noted, say);
    const roll = await readRoll(transcript, files.roll, say, tick);
    const seed = checkSeed(transcript, say), key = new Hmac(seed).of(text(body.domain_string)), hmac = new Hmac(key);
    if (await crossCheck(key)) { say("webcrypto"); } else { say("no_webcrypto"); }
    const order = await drawOrder(body, hmac, roll, tick);
    await checkOrder(transcript, order, say, tick);
    const winners = winnersOf(order, roll, hmac, body.seats, body.sibling_rule), published = get(transcript, "winners", "list");
    for (let at = 0; at < Math.max(winners.length, published.length); at++) { agree("winner", published[at], winners[at], { position: at + 1 }); }
    agree("extra_seats", get(transcript, "extra_seats", "whole"), Math.max(0, winners.length - body.seats));
    if (body.seats) { say("winners", { seats: body.seats, count: winners.length }); } else { say("order_only"); }
    const digest = get(transcript, "digest", "object");
    agreeDigests("transcript_digest", digest, await both(withoutDigest(files.transcript, transcript)));
    say("transcript_digest", { digest: digest.sha256 });
    return { groups: order.length, rows: roll.rows, winners: winners.length, order: transcript.order.sha256, transcript, roll, ranks: order };
  }

  // The transcript's bytes without its own digest. The file is known to be canonical, so one piece is cut out of it.
  function withoutDigest(bytes, transcript) {
    const before = Object.keys(transcript).filter((key) => byPoints(key, "digest") < 0).sort(byPoints);
    const member = (key) => `${JSON.stringify(key)}:${canonical(transcript[key])},`;
    const begin = text(`{${before.map(member).join("")}`).length, end = begin + text(member("digest")).length;
    const rest = new Uint8Array(bytes.length - (end - begin));
    rest.set(bytes.subarray(0, begin));
    rest.set(bytes.subarray(end), begin);
    return rest;
  }

  const RECEIPT = text("enrollment-lottery/receipt/1"), LEAF = text("enrollment-lottery/leaf/1");
  // `mine` is one application of my-ticket.json; the roll is not needed, the proof leads to the announced root.
  function checkProof(mine, announcement, say) {
    const receipt = get(mine, "receipt", "string"), row = get(mine, "row", "object"), group = get(row, "group", "string");
    const salt = bytesOf(get(mine, "salt", "string"), "salt"), name = text(receipt);
    const pseudonym = hex(sha256(framed(RECEIPT, salt, name)));
    agree("receipt", get(row, "receipt_hash", "string"), pseudonym, { receipt });
    const leaf = hex(sha256(framed(LEAF, salt, name, text(group), text(get(mine, "facts", "string")))));
    agree("leaf", get(row, "leaf", "string"), leaf, { receipt });
    say("leaf", { receipt });
    const number = get(mine, "leaf_number", "whole"), leaves = get(mine, "leaves", "whole"), tree = new Tree();
    agree("leaves", leaves, get(announcement, "roll.rows", "whole"));
    if (number >= leaves) { throw differs("leaf_number", { number, leaves }); }
    const path = get(mine, "inclusion_proof", "list").map((step) => bytesOf(step, "proof")), line = text(`${pseudonym},${group},${leaf}`);
    const root = tree.climb(tree.leaf(line, 0, line.length), number, leaves, path);
    agree("proof_root", get(mine, "root", "string"), root ? hex(root) : "-");
    agree("announced_root", get(announcement, "roll.root", "string"), mine.root);
    say("proof", { line: number + 1, leaves, steps: path.length });
  }
  function checkTickets(mine, body, seed, say) {
    const domains = body.school_domains ?? {}, shown = get(mine, "tickets", "list");
    // Outside its zone a child applies to the shared seats, "+", where a school has such; an art school needs a score.
    const facts = JSON.parse(mine.facts), applies = ([school]) => !(school in (body.score_files ?? {})) || school in (facts.scores ?? {});
    const wanted = facts.choices.filter(applies)
      .map(([school, level]) => (level && Object.hasOwn(domains, `${school}+`) ? `${school}+` : school))
      .filter((school) => Object.hasOwn(domains, school));
    agree("ticket_schools", shown.map((one) => one.school).join(", "), wanted.join(", "));
    if (body.method === "ring") { say("ring_tickets"); return; }
    for (const one of shown) {
      const key = new Hmac(seed).of(text(domains[one.school]));
      agree("ticket", get(one, "ticket", "string"), hex(value(body.method, new Hmac(key), text(mine.row.group))), { school: one.school });
      say("ticket", { school: one.school, ticket: one.ticket });
    }
  }
  // A family's own file against the transcript, or before the draw against the announcement.
  async function verifyMine(publicBytes, mine, say = () => {}) {
    const found = readJson(publicBytes, "transcript.json");
    if (!("announcement" in found)) {
      if (!("roll" in found)) { throw unusable("foreign", { file: "transcript.json", format: short(found.format ?? "-") }); }
      checkProof(mine, found, say);
      say("no_draw_yet");
      return;
    }
    const body = await checkAnnouncement(found, null, "", say), seed = checkSeed(found, say);
    checkProof(mine, body, say);
    checkTickets(mine, body, seed, say);
  }
  // Receipt number and salt alone, in a roll that was verified before: the line, the group, its place in the order.
  function findMine(verified, receipt, saltText, say = () => {}) {
    const salt = unhex(saltText.trim().toLowerCase());
    if (!salt || salt.length < 16) { throw unusable("salt"); }
    const pseudonym = hex(sha256(framed(RECEIPT, salt, text(receipt.trim())))), { bytes } = verified.roll;
    for (let at = 0; at < verified.ranks.length; at++) {
      const group = verified.ranks[at], start = group.rows.find((one) => ascii(bytes, one) === pseudonym);
      if (start !== undefined) {
        const line = lineAt(bytes, start) - 1;
        say("found", { line, leaves: verified.rows, rank: at + 1, of: verified.ranks.length, value: hex(group.value) });
        return { line, rank: at + 1 };
      }
    }
    throw differs("not_found", { receipt: receipt.trim() });
  }
  // my-ticket.json is kept by the family and need not be canonical; only its values count.
  function readMine(bytes) {
    let found;
    try { found = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)); } catch { throw unusable("json", { file: "my-ticket.json" }); }
    const listed = Array.isArray(found?.applications) ? found.applications : [found];
    if (!listed.length || listed.some((one) => !one?.row)) { throw unusable("foreign", { file: "my-ticket.json", format: "-" }); }
    return listed;
  }

  globalThis.verifier = { verifyDraw, verifyMine, findMine, readMine, Trouble };
})();
