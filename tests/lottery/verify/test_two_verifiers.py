"""Two verifiers, one truth: whatever byte of the published files is changed, both refuse and name the difference."""

import hashlib
import json
import random
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from lottery import audit
from lottery.engine.drawing.draw import SiblingRule
from lottery.engine.drawing.merkle import inclusion_proof
from lottery.engine.drawing.methods import METHODS
from lottery.engine.drawing.tickets import RollRow, canonical_roll, commit, draw_key, roll_root, roll_row
from lottery.engine.drawing.transcript import (
    Domain,
    Entropy,
    Reveal,
    Sources,
    announce,
    canonical_json,
    conduct,
    digests,
    roll_lines,
)
from lottery.verify.texts import check_texts
from scripts.node import node

DOMAIN = Domain("330282", "2026", "main", "实验小学", "admission")
SOURCES = Sources(("notary", "deputy"), "five balls of 49", "收盘值", "a withheld reveal is left out")
# S2 shares seats with children from outside its zone; at S3 only who has a score takes part.
SCHOOLS = {code: f'["enrollment-lottery/domain/1","x","{code}"]' for code in ("S1", "S2", "S2+", "S3")}
RULES = {"school_domains": SCHOOLS, "score_files": {"S3": "0" * 64}}
FACTS = canonical_json({"choices": [["S1", 0], ["S3", 0], ["S2", 1]], "tier": 1}).decode()
VERIFIER = Path(__file__).with_name("verifier.cjs")
FILES = ("transcript", "roll", "announcement")
Answer = dict[str, Any]


@dataclass
class Published:
    """A published draw in a folder: the three files, and one family's own."""

    folder: Path
    method: str
    rule: SiblingRule
    rows: tuple[RollRow, ...] = ()
    transcript: dict[str, Any] = field(default_factory=dict)
    bytes_of: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        roll = [roll_row(f"R{at:03}", salt=bytes([at]) * 16, facts=FACTS) for at in range(9)]
        roll += [
            roll_row(f"T{at}", salt=bytes([90 + at]) * 16, group=f"twins{at // 2}", facts=FACTS) for at in range(6)
        ]
        self.rows = canonical_roll(roll)
        root = roll_root(self.rows)
        made = [(name, bytes([at]) * 32) for at, name in enumerate(SOURCES.witnesses, 1)]
        reveals = tuple(Reveal(name, commit(root, name, nonce), nonce) for name, nonce in made)
        body = announce(roll, domain=DOMAIN, seats=6, rule=self.rule, sources=SOURCES, method=self.method)
        body |= RULES
        self.transcript, _ = conduct(body, roll, Entropy(reveals, (7, 31, 2), "3051.22"))
        self.write("transcript", canonical_json(self.transcript))
        self.write("roll", b"".join(roll_lines(self.rows)))
        self.write("announcement", canonical_json(body))

    def write(self, name: str, content: bytes) -> None:
        self.bytes_of[name] = content
        (self.folder / name).write_bytes(content)

    def mine(self, receipt: str, salt: bytes) -> dict[str, Any]:
        """The family's own file as the site gives it."""
        row = roll_row(receipt, salt=salt, facts=FACTS)
        at, seed = self.rows.index(row), bytes.fromhex(self.transcript["seed"])
        keys = {school: draw_key(seed, SCHOOLS[school]) for school in ("S1", "S2+")}
        tickets = [(school, METHODS[self.method].tickets(key, [row.group])[0].hex()) for school, key in keys.items()]
        return {
            "receipt": receipt,
            "salt": salt.hex(),
            "facts": FACTS,
            "row": {"receipt_hash": row.receipt_hash, "group": row.group, "leaf": row.leaf},
            "leaf_number": at,
            "leaves": len(self.rows),
            "inclusion_proof": [step.hex() for step in inclusion_proof([one.line().encode() for one in self.rows], at)],
            "root": self.transcript["announcement"]["roll"]["root"],
            "tickets": [{"school": school, "ticket": value, "position": None} for school, value in tickets],
        }


def in_browser(folder: Path, cases: list[dict[str, Any]]) -> list[Answer]:
    """What the verifier of the browser answers to each case, run once in Node."""
    (folder / "cases.json").write_text(json.dumps(cases), encoding="utf-8")
    done = subprocess.run([node(), str(VERIFIER), str(folder)], capture_output=True, text=True, check=True)
    found: list[Answer] = json.loads(done.stdout)
    return found


def offline(folder: Path, *arguments: str) -> int:
    return audit.main(["draw", str(folder / "transcript"), "--roll", str(folder / "roll"), *arguments])


ALL = {"transcript": "transcript", "roll": "roll", "announcement": "announcement"}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("rule", list(SiblingRule))
def test_both_verifiers_agree_with_the_core(method: str, rule: SiblingRule, tmp_path: Path) -> None:
    published = Published(tmp_path, method, rule)
    assert offline(tmp_path) == 0
    noted = published.transcript["announcement_digest"]["sha256"]
    wrong = ("0" if noted[0] != "0" else "1") + noted[1:]
    answers = in_browser(tmp_path, [ALL | {"noted": noted}, {"transcript": "transcript"}, ALL | {"noted": wrong}])
    assert [one["kind"] for one in answers] == ["verified", "verified", "differs"]
    assert answers[2]["code"] == "noted"
    said = [code for code, _ in answers[0]["said"]]
    assert said == [
        *("noted", "announcement_file", "announcement_digest", "roll", "commitments", "seed", "webcrypto", "order"),
        *("winners", "transcript_digest"),
    ]


def _sampled(published: Published, chance: random.Random) -> list[tuple[str, int, int]]:
    """(file, position, new byte): every tenth byte or so, and every byte of the places that decide."""
    found = []
    for name, content in published.bytes_of.items():
        found += [(name, at) for at in sorted(chance.sample(range(len(content)), len(content) // 10))]
    text = published.bytes_of["transcript"]
    for mark in (
        b'"seed":"',
        b'"seats":',
        b'"order":{',
        b'"sibling_rule":"',
        b'"commitment":"',
        b'"nonce":"',
        b'"domain":{',
    ):
        start = text.index(mark)
        found += [("transcript", at) for at in range(start, start + len(mark) + 12)]
    return [(name, at, published.bytes_of[name][at] ^ (1 << chance.randrange(7))) for name, at in found]


def test_any_changed_byte_is_refused_and_named_by_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = Published(tmp_path, "ticket", SiblingRule.SPLIT)
    flips = _sampled(published, random.Random(3))
    assert len(flips) > 500
    cases = [ALL | {"flips": [{"file": name, "at": at, "byte": byte}]} for name, at, byte in flips]
    for (name, at, byte), told in zip(flips, in_browser(tmp_path, cases), strict=True):
        where = (name, at, published.bytes_of[name][max(0, at - 20) : at + 20])
        assert told["kind"] in ("differs", "input"), where
        assert told["code"], where
        if name == "announcement":
            assert told["code"] in ("announcement_file", "json", "not_canonical"), where
            continue
        content = published.bytes_of[name]
        (tmp_path / name).write_bytes(content[:at] + bytes([byte]) + content[at + 1 :])
        assert offline(tmp_path) in (1, 2), where
        assert len(capsys.readouterr().err.splitlines()) == 1, where
        (tmp_path / name).write_bytes(content)
    assert offline(tmp_path) == 0


def _resealed(published: Published, change: dict[str, Any]) -> None:
    """A forger who also makes every digest fit again: only the contents can give him away."""
    forged = json.loads(published.bytes_of["transcript"])
    for path, value in change.items():
        at, *steps = forged, *path.split(".")
        for step in steps[:-1]:
            at = at[int(step)] if isinstance(at, list) else at[step]
        if isinstance(at, list):
            at[int(steps[-1])] = value
        else:
            at[steps[-1]] = value
    forged["announcement_digest"] = digests([canonical_json(forged["announcement"])])
    forged.pop("digest")
    forged["digest"] = digests([canonical_json(forged)])
    published.write("transcript", canonical_json(forged))
    published.write("announcement", canonical_json(forged["announcement"]))


@pytest.mark.parametrize(
    ("change", "offline_names", "browser_names"),
    [
        ({"announcement.seats": 5}, "winners, position 6", "winner"),
        ({"announcement.sibling_rule": "lots"}, "sibling rule", "rule"),
        ({"announcement.method": "ring"}, "order", "order"),
        ({"announcement.method": "dice"}, "method", "method"),
        ({"announcement.roll.root": "0" * 64}, "root of the roll", "root"),
        ({"announcement.roll.rows": 14}, "rows of the roll", "rows"),
        ({"announcement.roll.groups": 14}, "groups of the roll", "groups"),
        ({"announcement.roll.sm3": "0" * 64}, "SM3 of the roll", "roll_sm3"),
        ({"announcement.domain.school": "别的小学"}, "domain string", "domain_string"),
        ({"announcement.entropy.witnesses": ["notary", "press"]}, "witness, position 2", "witness"),
        ({"reveals.1.nonce": "00" * 32}, "commitment of deputy", "commitment"),
        ({"reveals.0.commitment": "0" * 64}, "commitment of notary", "commitment"),
        ({"balls": [31, 7, 2]}, "seed", "seed"),
        ({"public_value": "3051.23"}, "seed", "seed"),
        ({"seed": "0" * 64}, "seed", "seed"),
        ({"order.sha256": "0" * 64}, "order (SHA-256)", "order"),
        ({"order.sm3": "0" * 64}, "order (SM3)", "order"),
        ({"winners.0": "0" * 64}, "winners, position 1", "winner"),
        ({"extra_seats": 3}, "extra seats", "extra_seats"),
    ],
)
def test_a_forgery_with_fitting_digests_is_named_by_both(
    change: dict[str, Any],
    offline_names: str,
    browser_names: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _resealed(Published(tmp_path, "ticket", SiblingRule.SKIP), change)
    assert offline(tmp_path) == 1
    error = capsys.readouterr().err
    assert offline_names in error or (offline_names == "root of the roll" and "root" in error)
    told = in_browser(tmp_path, [ALL])[0]
    assert (told["kind"], told["code"]) == ("differs", browser_names)


def test_a_wrong_sm3_digest_alone_is_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = Published(tmp_path, "ticket", SiblingRule.EXPAND)
    for name in ("announcement_digest", "digest"):
        forged = json.loads(published.bytes_of["transcript"])
        forged[name]["sm3"] = "0" * 64
        if name != "digest":
            forged["digest"] = digests([canonical_json({key: one for key, one in forged.items() if key != "digest"})])
        (tmp_path / "transcript").write_bytes(canonical_json(forged))
        told = in_browser(tmp_path, [ALL])[0]
        assert told["params"]["hash"] == "SM3"
        if audit.new_sm3() is not None:
            assert offline(tmp_path) == 1
            assert "(SM3)" in capsys.readouterr().err


def test_the_verifier_says_whether_it_could_check_sm3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Published(tmp_path, "ticket", SiblingRule.EXPAND)
    assert offline(tmp_path) == 0
    assert ("SM3 too" if audit.new_sm3() else "SM3 NOT checked") in capsys.readouterr().out
    assert audit.sm3_note(None) == "no SM3 published"


def _mine(published: Published, changes: dict[str, Any] | None = None) -> dict[str, Any]:
    return published.mine("R003", b"\x03" * 16) | (changes or {})


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("public", ["transcript", "announcement"])
def test_a_family_checks_its_own_file_without_the_roll(
    method: str, public: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = Published(tmp_path, method, SiblingRule.EXPAND)
    mine = _mine(published, {"tickets": []} if public == "announcement" else {})
    (tmp_path / "mine").write_text(json.dumps({"round": 1, "applications": [mine]}), encoding="utf-8")
    assert audit.main(["ticket", str(tmp_path / public), "--proof", str(tmp_path / "mine")]) == 0
    told = {"announcement": "no draw yet", "transcript": "2 tickets agree"}[public]
    expected = "2 tickets stand in admission.json" if (method, public) == ("ring", "transcript") else told
    assert f"line {mine['leaf_number'] + 1} of 15; {expected}" in capsys.readouterr().out
    assert in_browser(tmp_path, [{"transcript": public, "mine": "mine"}])[0]["kind"] == "verified"


@pytest.mark.parametrize(
    ("change", "offline_names", "browser_names"),
    [
        ({"salt": "04" * 16}, "receipt hash of R003", "receipt"),
        ({"receipt": "R004"}, "receipt hash of R004", "receipt"),
        ({"facts": FACTS.replace("S1", "S9")}, "leaf of R003", "leaf"),
        ({"leaf_number": 14}, "too long", "proof_root"),
        ({"inclusion_proof": ["00" * 32] * 4}, "root reached", "proof_root"),
        ({"leaf_number": 15}, "leaf number 15", "leaf_number"),
        ({"leaves": 16}, "leaves in the proof", "leaves"),
        ({"inclusion_proof": []}, "too short", "proof_root"),
        ({"inclusion_proof": ["00" * 32] * 9}, "too long", "proof_root"),
        ({"root": "0" * 64}, "root in the file", "proof_root"),
        ({"tickets": []}, "schools with tickets", "ticket_schools"),
        ({"tickets": [{"school": "S1", "ticket": "0" * 64}, {"school": "S2+", "ticket": "0" * 64}]}, "at S1", "ticket"),
    ],
)
def test_the_first_difference_in_a_proof_is_named(
    change: dict[str, Any],
    offline_names: str,
    browser_names: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    published = Published(tmp_path, "descending", SiblingRule.EXPAND)
    (tmp_path / "mine").write_text(json.dumps(_mine(published, change)), encoding="utf-8")
    assert audit.main(["ticket", str(tmp_path / "transcript"), "--proof", str(tmp_path / "mine")]) == 1
    assert offline_names in capsys.readouterr().err
    told = in_browser(tmp_path, [{"transcript": "transcript", "mine": "mine"}])[0]
    assert (told["kind"], told["code"]) == ("differs", browser_names)


def test_a_proof_against_another_roll_names_the_root(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = Published(tmp_path, "ticket", SiblingRule.EXPAND)
    mine = _mine(published, {"tickets": []})
    (tmp_path / "mine").write_text(json.dumps(mine), encoding="utf-8")
    body = json.loads(published.bytes_of["announcement"])
    body["roll"]["root"] = "0" * 64
    (tmp_path / "announcement").write_bytes(canonical_json(body))
    assert audit.main(["ticket", str(tmp_path / "announcement"), "--proof", str(tmp_path / "mine")]) == 1
    assert "root in the file of R003" in capsys.readouterr().err
    assert in_browser(tmp_path, [{"transcript": "announcement", "mine": "mine"}])[0]["code"] == "announced_root"


def test_the_browser_finds_a_line_by_receipt_and_salt(tmp_path: Path) -> None:
    published = Published(tmp_path, "ticket", SiblingRule.EXPAND)
    right, wrong = ALL | {"receipt": "R003", "salt": "03" * 16}, ALL | {"receipt": "R003", "salt": "04" * 16}
    found, missed, short = in_browser(tmp_path, [right, wrong, ALL | {"receipt": "R003", "salt": "zz"}])
    code, params = found["said"][-1]
    assert (code, params["line"]) == ("found", _mine(published)["leaf_number"] + 1)
    assert (missed["kind"], missed["code"]) == ("differs", "not_found")
    assert (short["kind"], short["code"]) == ("input", "salt")


def test_without_receipt_salt_or_proof_the_command_says_what_it_needs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Published(tmp_path, "ticket", SiblingRule.EXPAND)
    assert audit.main(["ticket", str(tmp_path / "transcript"), "--receipt", "R003"]) == 2
    assert "give --receipt and --salt, or --proof" in capsys.readouterr().err
    (tmp_path / "mine").write_text("{}", encoding="utf-8")
    assert audit.main(["ticket", str(tmp_path / "transcript"), "--proof", str(tmp_path / "mine")]) == 2
    (tmp_path / "mine").write_text('{"applications": []}', encoding="utf-8")
    assert audit.main(["ticket", str(tmp_path / "transcript"), "--proof", str(tmp_path / "mine")]) == 2
    assert "no such receipt" in capsys.readouterr().err


def test_unusable_files_are_told_apart_in_the_browser(tmp_path: Path) -> None:
    published = Published(tmp_path, "ticket", SiblingRule.EXPAND)
    whole = published.bytes_of["transcript"]
    apart = json.loads(whole) | {"roll_rows": None}
    apart["digest"] = digests([canonical_json({key: one for key, one in apart.items() if key != "digest"})])
    contents = {
        "json": [b"", whole[:-9], b"[1]", b"\xff\xfe", b"null"],
        "packed": [b"\x1f\x8b\x08\x00"],
        "foreign": [canonical_json({"format": "enrollment-lottery/admission/1"}), b"{}"],
        "not_canonical": [json.dumps(apart).encode(), whole.replace(b'"seats":6', b'"seats":6.0')],
        "roll_needed": [canonical_json(apart)],
    }
    cases: list[dict[str, Any]] = []
    expected: list[str] = []
    for code, listed in contents.items():
        for content in listed:
            name = f"file{len(cases)}"
            (tmp_path / name).write_bytes(content)
            cases.append({"transcript": name})
            expected.append(code)
    assert [one["code"] for one in in_browser(tmp_path, cases)] == expected


def test_every_answer_of_the_script_has_its_words_and_their_places() -> None:
    static = Path(__file__).parents[3] / "static" / "js"
    source = "".join((static / name).read_text(encoding="utf-8") for name in ("verify_core.js", "verify_page.js"))
    texts = check_texts()
    used = {
        "agrees": set(re.findall(r'say\("(\w+)"', source)),
        "differs": set(re.findall(r'(?:differs|agree|agreeDigests)\("(\w+)"|"differs", "(\w+)"', source)),
        "input": set(re.findall(r'(?:unusable|stop)\("(\w+)"|"input", "(\w+)"|texts\.input\.(\w+)', source)),
        "page": set(re.findall(r"texts\.page\.(\w+)", source)),
    }
    for name, codes in used.items():
        flat = {part for code in codes for part in ([code] if isinstance(code, str) else code) if part}
        assert flat == set(texts[name]), name


def test_sm3_is_the_same_from_either_library(monkeypatch: pytest.MonkeyPatch) -> None:
    # GB/T 32905-2016, appendix A.1
    standard = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digests([b"a", b"bc"])["sm3"] == standard

    def nothing_known(name: str) -> object:
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(hashlib, "new", nothing_known)
    assert audit.new_sm3() is None
    assert digests([b"a", b"bc"])["sm3"] == standard
