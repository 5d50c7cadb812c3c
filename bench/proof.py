"""Cases of the proof: the verifier as families run it."""

import hashlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.model import Case, Limit, Sample, UnavailableError
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.tickets import RollRow, canonical_roll, commit, roll_root
from lottery.engine.drawing.transcript import (
    Domain,
    Entropy,
    Reveal,
    Sources,
    announce,
    canonical_json,
    conduct,
    roll_lines,
)
from scripts.node import node

PROVINCE = 1_200_000
ROLL = 100_000
ROOT = Path(__file__).parent.parent
KEY = b"k" * 32


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of a call, and what it returned."""
    started = time.perf_counter()
    found = work()
    return time.perf_counter() - started, found


def publish(folder: Path, count: int) -> dict[str, str]:
    """A drawn round of `count` groups as its three public files; returns their names."""
    rows = canonical_roll(
        RollRow(*(hashlib.sha256(f"{part}{number}".encode()).hexdigest() for part in ("receipt", "group", "leaf")))
        for number in range(count)
    )
    sources = Sources(("notary", "deputy"), "none", "index published next day", "a withheld reveal is left out")
    root = roll_root(rows)
    reveals = tuple(
        Reveal(name, commit(root, name, name.encode() * 4), name.encode() * 4) for name in sources.witnesses
    )
    domain = Domain("330282", "2026", "main", "*", "order")
    body = announce(rows, domain=domain, seats=count // 3, rule=SiblingRule.EXPAND, sources=sources)
    transcript, _ = conduct(body, rows, Entropy(reveals, (), "3051.22"))
    contents = {"transcript": canonical_json(transcript), "announcement": canonical_json(body)}
    for name, content in (contents | {"roll": b"".join(roll_lines(rows))}).items():
        (folder / name).write_bytes(content)
    return {name: name for name in ("transcript", "announcement", "roll")}


def verifier(quick: bool) -> Sample:
    """The browser's verifier over a whole draw in Node; floor: as many raw SHA-256 in Python's own library."""
    try:
        program = node()
    except FileNotFoundError as missing:
        raise UnavailableError(str(missing)) from missing
    count = ROLL // 20 if quick else ROLL
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cases.json").write_text(json.dumps([publish(folder, count)]), encoding="utf-8")
        script = ROOT / "tests" / "lottery" / "verify" / "verifier.cjs"
        done = subprocess.run([program, str(script), name], capture_output=True, text=True, check=True)
        content = (folder / "roll").read_bytes()
    answer = json.loads(done.stdout)[0]
    floor, _ = timed(lambda: [hashlib.sha256(line).digest() for line in content.splitlines() for _ in range(4)])
    return Sample(answer.get("seconds", 0.0), floor, {"tickets": count, "verified": answer["kind"] == "verified"})


_IN_PAGE = """async () => {
  const names = ["transcript", "announcement", "roll"], files = {};
  for (const name of names) {
    files[name] = new Uint8Array(await document.getElementById(name).files[0].arrayBuffer());
  }
  const started = performance.now();
  const found = await globalThis.verifier.verifyDraw(files);
  return [(performance.now() - started) / 1000, found.groups];
}"""


def chromium_verifier(quick: bool) -> Sample:
    """The same in Chromium, from a file on disk as a family would open it; floor as in Node."""
    from playwright.sync_api import sync_playwright

    from scripts.browser import browser

    path = browser()
    if path is None:
        raise UnavailableError("Chromium is not installed")
    count = ROLL // 20 if quick else ROLL
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        names = publish(folder, count)
        page_file = folder / "page.html"
        page_file.write_text("".join(f'<input type="file" id="{one}">' for one in names), encoding="utf-8")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = chromium.new_page()
        page.goto(page_file.as_uri())
        for script in ("verify_hash.js", "verify_core.js"):
            page.add_script_tag(path=ROOT / "static" / "js" / script)
        for one in names:
            page.set_input_files(f"#{one}", folder / one)
        seconds, groups = page.evaluate(_IN_PAGE)
        chromium.close()
        content = (folder / "roll").read_bytes()
    floor, _ = timed(lambda: [hashlib.sha256(line).digest() for line in content.splitlines() for _ in range(4)])
    return Sample(seconds, floor, {"tickets": count, "verified": groups == count})


CASES = (
    Case(
        "verifier",
        "a draw of 100,000 tickets verified by the browser's verifier, in Node",
        verifier,
        (Limit("seconds", 3), Limit("verified", 1, True)),
    ),
    Case(
        "verifier, Chromium",
        "the same in Chromium",
        chromium_verifier,
        (Limit("seconds", 3), Limit("verified", 1, True)),
    ),
)
