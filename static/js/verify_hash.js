// SHA-256 (FIPS 180-4), SM3 (GB/T 32905), HMAC and the three draw methods in plain script: WebCrypto answers one promise a
// ticket, which is too slow for a whole roll, and it knows no SM3. The page compares a sample with WebCrypto at the start.
"use strict";
(() => {
  const encoder = new TextEncoder();
  const turn = (word, by) => (word << by) | (word >>> (32 - by));
  const W = new Int32Array(68);

  function primes(count) {
    const found = [];
    for (let number = 2; found.length < count; number++) {
      if (found.every((prime) => number % prime)) { found.push(number); }
    }
    return found;
  }
  // The first 32 bits of the fraction of the square (power 2) or cube root (power 3) of a prime.
  function fraction(prime, power) {
    const shifted = BigInt(prime) << BigInt(32 * power);
    let low = 0n, high = 1n << 40n;
    while (low < high) {
      const middle = (low + high + 1n) / 2n;
      if (middle ** BigInt(power) <= shifted) { low = middle; } else { high = middle - 1n; }
    }
    return Number(BigInt.asIntN(32, low));
  }
  const K = Int32Array.from(primes(64), (prime) => fraction(prime, 3));
  const START_256 = Int32Array.from(primes(8), (prime) => fraction(prime, 2));
  const START_SM3 = Int32Array.of(0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e);

  const T = Int32Array.from({ length: 64 }, (_, at) => turn(at < 16 ? 0x79cc4519 : 0x7a879d8a, at % 32));

  function load(bytes, at) {
    for (let i = 0; i < 16; i++, at += 4) {
      W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
  }
  function compress256(state, bytes, at) {
    load(bytes, at);
    for (let i = 16; i < 64; i++) {
      const x = W[i - 15], y = W[i - 2];
      const small = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const large = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[i] = (W[i - 16] + small + W[i - 7] + large) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const large = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const first = (h + large + (g ^ (e & (f ^ g))) + K[i] + W[i]) | 0;
      const small = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const second = (small + ((a & b) | (c & (a | b)))) | 0;
      h = g; g = f; f = e; e = (d + first) | 0; d = c; c = b; b = a; a = (first + second) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d; state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }
  function compressSm3(state, bytes, at) {
    load(bytes, at);
    for (let i = 16; i < 68; i++) {
      const x = W[i - 16] ^ W[i - 9] ^ turn(W[i - 3], 15);
      W[i] = x ^ turn(x, 15) ^ turn(x, 23) ^ turn(W[i - 13], 7) ^ W[i - 6];
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let i = 0; i < 64; i++) {
      const a12 = (a << 12) | (a >>> 20), sum = (a12 + e + T[i]) | 0, one = (sum << 7) | (sum >>> 25), word = W[i];
      const late = i > 15, ff = late ? (a & b) | (c & (a | b)) : a ^ b ^ c, gg = late ? g ^ (e & (f ^ g)) : e ^ f ^ g;
      const first = (ff + d + (one ^ a12) + (word ^ W[i + 4])) | 0, second = (gg + h + one + word) | 0;
      d = c; c = (b << 9) | (b >>> 23); b = a; a = first; h = g; g = (f << 19) | (f >>> 13); f = e;
      e = second ^ ((second << 9) | (second >>> 23)) ^ ((second << 17) | (second >>> 15));
    }
    state[0] ^= a; state[1] ^= b; state[2] ^= c; state[3] ^= d; state[4] ^= e; state[5] ^= f; state[6] ^= g; state[7] ^= h;
  }

  const last = new Uint8Array(128);
  // Hash bytes[start..end) into `state`, `before` bytes having gone in already, and close the message.
  function finish(compress, state, bytes, start, end, before) {
    const length = before + end - start;
    while (end - start >= 64) { compress(state, bytes, start); start += 64; }
    const rest = end - start, size = rest < 56 ? 64 : 128;
    last.fill(0, 0, size);
    for (let i = 0; i < rest; i++) { last[i] = bytes[start + i]; }
    last[rest] = 0x80;
    new DataView(last.buffer).setUint32(size - 8, Math.floor(length / 0x20000000));
    new DataView(last.buffer).setUint32(size - 4, (length * 8) >>> 0);
    compress(state, last, 0);
    if (size === 128) { compress(state, last, 64); }
  }
  function write(state, out, at) {
    for (let i = 0; i < 8; i++, at += 4) {
      const word = state[i];
      out[at] = word >>> 24; out[at + 1] = word >>> 16; out[at + 2] = word >>> 8; out[at + 3] = word;
    }
    return out;
  }
  function digest(compress, start, bytes) {
    const state = start.slice();
    finish(compress, state, bytes, 0, bytes.length, 0);
    return write(state, new Uint8Array(32), 0);
  }
  class Stream {
    constructor(start, compress) {
      this.state = start.slice(); this.compress = compress;
      this.held = new Uint8Array(64); this.filled = 0; this.length = 0;
    }
    update(bytes) {
      this.length += bytes.length;
      let at = 0;
      if (this.filled) {
        at = Math.min(64 - this.filled, bytes.length);
        this.held.set(bytes.subarray(0, at), this.filled);
        this.filled += at;
        if (this.filled < 64) { return this; }
        this.compress(this.state, this.held, 0);
      }
      while (bytes.length - at >= 64) { this.compress(this.state, bytes, at); at += 64; }
      this.held.set(bytes.subarray(at));
      this.filled = bytes.length - at;
      return this;
    }
    digest() {
      finish(this.compress, this.state, this.held, 0, this.filled, this.length - this.filled);
      return write(this.state, new Uint8Array(32), 0);
    }
  }

  const sha256 = (bytes) => digest(compress256, START_256, bytes);
  const sm3 = (bytes) => digest(compressSm3, START_SM3, bytes);
  const state = new Int32Array(8), inside = new Uint8Array(32);
  class Hmac {
    constructor(key) {
      const short = key.length > 64 ? sha256(key) : key, pad = new Uint8Array(64);
      pad.set(short);
      this.inner = START_256.slice();
      compress256(this.inner, pad.map((byte) => byte ^ 0x36), 0);
      this.outer = START_256.slice();
      compress256(this.outer, pad.map((byte) => byte ^ 0x5c), 0);
    }
    into(bytes, start, end, out, at) {
      state.set(this.inner);
      finish(compress256, state, bytes, start, end, 64);
      write(state, inside, 0);
      state.set(this.outer);
      finish(compress256, state, inside, 0, 32, 64);
      return write(state, out, at);
    }
    of(bytes) { return this.into(bytes, 0, bytes.length, new Uint8Array(32), 0); }
  }

  // RFC 6962: 0x00 before a leaf, 0x01 before a node. Kept as its complete subtrees, one slot a height: the bits of the
  // number of leaves say which slots are taken, so that a roll of any size needs the room of 64 nodes.
  class Tree {
    constructor() {
      this.slots = new Uint8Array(64 * 32); this.count = 0;
      this.row = new Uint8Array(1024); this.pair = new Uint8Array(65); this.pair[0] = 1;
    }
    leaf(bytes, start, end, out = new Uint8Array(32), at = 0) {
      const size = end - start + 1;
      if (size > this.row.length) { this.row = new Uint8Array(2 * size); }
      this.row[0] = 0;
      for (let i = 1; i < size; i++) { this.row[i] = bytes[start + i - 1]; }
      state.set(START_256);
      finish(compress256, state, this.row, 0, size, 0);
      return write(state, out, at);
    }
    join(out, at) {
      state.set(START_256);
      finish(compress256, state, this.pair, 0, 65, 0);
      return write(state, out, at);
    }
    node(left, right) {
      this.pair.set(left, 1);
      this.pair.set(right, 33);
      return this.join(new Uint8Array(32), 0);
    }
    add(bytes, start, end) {
      this.leaf(bytes, start, end, this.pair, 33);
      let height = 0;
      for (let left = this.count; left % 2; left = (left - 1) / 2, height++) {
        this.pair.set(this.slots.subarray(32 * height, 32 * height + 32), 1);
        this.join(this.pair, 33);
      }
      this.slots.set(this.pair.subarray(33), 32 * height);
      this.count++;
    }
    root() {
      let right = null;
      for (let height = 0, left = this.count; left; left = Math.floor(left / 2), height++) {
        if (left % 2) {
          const own = this.slots.slice(32 * height, 32 * height + 32);
          right = right ? this.node(own, right) : own;
        }
      }
      return right;
    }
    // The root to which an audit path leads; null when the path is too long or too short.
    climb(leaf, number, leaves, path) {
      if (leaves === 1) { return path.length ? null : leaf; }
      if (!path.length) { return null; }
      let half = 1;
      while (half * 2 < leaves) { half *= 2; }
      const top = path[path.length - 1], rest = path.slice(0, -1);
      const below = number < half ? this.climb(leaf, number, half, rest) : this.climb(leaf, number - half, leaves - half, rest);
      if (!below) { return null; }
      return number < half ? this.node(below, top) : this.node(top, below);
    }
  }

  function eight(number) {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
    return bytes;
  }
  function join(parts) {
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { bytes.set(part, at); at += part.length; }
    return bytes;
  }
  // Every part behind its length, so that two inputs never run together into one.
  const framed = (...parts) => join(parts.flatMap((part) => [eight(part.length), part]));
  const word = (bytes, at) => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at);

  // 1 to span: the first 8 bytes of HMAC(key, label, counter) below a whole multiple of span.
  function uniform(hmac, label, span) {
    const wide = BigInt(span), usable = (1n << 64n) / wide * wide;
    for (let counter = 0; ; counter++) {
      const found = word(hmac.of(join([encoder.encode(label), eight(counter)])), 0);
      if (found < usable) { return Number(found % wide) + 1; }
    }
  }
  function ringWinners(numbers, start, interval) {
    let size = 1;
    while (size < numbers) { size *= 2; }
    const counts = new Int32Array(2 * size).fill(1, size, size + numbers), winners = new Int32Array(numbers);
    for (let node = size - 1; node > 0; node--) { counts[node] = counts[2 * node] + counts[2 * node + 1]; }
    let before = start - 1;
    for (let place = 0; place < numbers; place++) {
      let rank = before % counts[1], node = 1;
      before = rank + interval - 1;
      counts[1]--;
      while (node < size) {
        node *= 2;
        if (rank >= counts[node]) { rank -= counts[node]; node++; }
        counts[node]--;
      }
      winners[place] = node - size + 1;
    }
    return winners;
  }
  const DIGITS = 10n ** 12n, USABLE = (1n << 64n) / DIGITS * DIGITS;
  function decimal(hmac, ticket) {
    for (let at = 0; at < 32; at += 8) {
      if (word(ticket, at) < USABLE) { return word(ticket, at) % DIGITS; }
    }
    return decimal(hmac, hmac.of(ticket));
  }
  function compareBytes(one, two) {
    for (let at = 0; at < one.length && at < two.length; at++) {
      if (one[at] !== two[at]) { return one[at] - two[at]; }
    }
    return one.length - two.length;
  }
  // The value of one name under a method that looks at nobody else.
  function value(method, hmac, name) {
    const ticket = hmac.of(name);
    if (method === "descending") { ticket.set(eight(DIGITS - 1n - decimal(hmac, ticket))); }
    return ticket;
  }
  function ringValues(hmac, names) {
    const circle = names.map((_, at) => at).sort((one, two) => compareBytes(names[one], names[two]));
    const winners = ringWinners(names.length, uniform(hmac, "start", names.length), uniform(hmac, "interval", names.length));
    const values = new Array(names.length);
    winners.forEach((number, place) => { values[circle[number - 1]] = join([eight(place + 1), eight(number)]); });
    return values;
  }

  const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  function hex(bytes) {
    let text = "";
    for (let at = 0; at < bytes.length; at++) { text += PAIRS[bytes[at]]; }
    return text;
  }
  const unhex = (text) => (/^([0-9a-f]{2})*$/.test(text) ? Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16)) : null);

  globalThis.verifyHash = {
    sha256, sm3, Hmac, Tree, framed, hex, unhex, encoder, value, ringValues, compareBytes,
    sha256Stream: () => new Stream(START_256, compress256),
    sm3Stream: () => new Stream(START_SM3, compressSm3),
  };
})();
