"""What is published of a draw: an announcement before any entropy exists, the transcript afterwards, the roll as CSV.

Every digest is over canonical JSON (keys sorted, no spaces, UTF-8) or over whole lines, so that the verifier, which
shares no code with this file, finds the same bytes. SM3 (GB/T 32905) stands beside SHA-256.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from cryptography.hazmat.primitives.hashes import SM3, Hash

from lottery.engine.drawing.draw import DrawResult, SiblingRule, draw, groups_of
from lottery.engine.drawing.methods import DEFAULT, draw_method
from lottery.engine.drawing.tickets import (
    RollRow,
    canonical_roll,
    check_reveal,
    domain_string,
    draw_key,
    draw_seed,
    roll_root,
)
from lottery.engine.messages import LotteryError

DRAW_FORMAT = "enrollment-lottery/draw/1"
ROLL_HEADER = "receipt_hash,group,leaf"
MOST_EMBEDDED = 100_000
_PROGRAM = ("merkle.py", "tickets.py", "ring.py", "methods.py", "draw.py", "transcript.py")

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Domain:
    """What a draw is for; two draws that differ in any part are unrelated."""

    district: str
    season: str
    round: str
    school: str
    purpose: str

    def text(self) -> str:
        """The domain string of the draw key."""
        parts = {"district": self.district, "season": self.season, "school": self.school, "purpose": self.purpose}
        return domain_string(**parts, round_=self.round)


@dataclass(frozen=True, slots=True)
class Sources:
    """The entropy announced: witnesses by name, how balls are drawn, which future public value, and the fallback."""

    witnesses: tuple[str, ...]
    balls: str
    public_value: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Reveal:
    """A witness's commitment and the nonce revealed; None when it was withheld."""

    witness: str
    commitment: str
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class Entropy:
    """What came in during the ceremony: reveals in the announced order, ball numbers as drawn, the public value."""

    reveals: tuple[Reveal, ...]
    balls: tuple[int, ...]
    public_value: str


def canonical_json(value: object) -> bytes:
    """The one way a JSON value is written before it is hashed."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


class _Hash(Protocol):
    def update(self, data: bytes, /) -> None: ...


def _new_sm3() -> tuple[_Hash, Callable[[], str]]:
    """An SM3 state and what gives its hexadecimal digest: of the local OpenSSL, or else of `cryptography`."""
    try:
        made = hashlib.new("sm3")
    except ValueError:
        other = Hash(SM3())
        return other, lambda: other.finalize().hex()
    return made, made.hexdigest


def digests(parts: Iterable[bytes]) -> dict[str, str | None]:
    """SHA-256 and SM3 (GB/T 32905) over the joined parts."""
    sha256 = hashlib.sha256()
    sm3, sm3_digest = _new_sm3()
    for part in parts:
        sha256.update(part)
        sm3.update(part)
    return {"sha256": sha256.hexdigest(), "sm3": sm3_digest()}


def program_digest() -> str:
    """SHA-256 over the source files that make a draw, so that the program announced is the program run."""
    here = Path(__file__).parent
    return "sha256:" + hashlib.sha256(b"".join((here / name).read_bytes() for name in _PROGRAM)).hexdigest()


def roll_lines(roll: Sequence[RollRow]) -> Iterator[bytes]:
    """The roll CSV, line by line, each with its line feed; the caller passes a canonical roll."""
    yield f"{ROLL_HEADER}\n".encode()
    for row in roll:
        yield f"{row.line()}\n".encode()


def announce(
    roll: Iterable[RollRow],
    *,
    domain: Domain,
    seats: int,
    rule: SiblingRule,
    sources: Sources,
    method: str = DEFAULT,
) -> Json:
    """What is published before any entropy exists. Raises LotteryError roll.*, domain.part, draw.method."""
    rows = canonical_roll(roll)
    return {
        "method": draw_method(method).name,
        "domain": asdict(domain),
        "domain_string": domain.text(),
        "roll": {
            "root": roll_root(rows).hex(),
            "sm3": digests(roll_lines(rows))["sm3"],
            "rows": len(rows),
            "groups": len(groups_of(rows)),
        },
        "seats": seats,
        "sibling_rule": rule.value,
        "program": program_digest(),
        "entropy": {**asdict(sources), "witnesses": list(sources.witnesses)},
    }


def _check_ceremony(announcement: Json, rows: Sequence[RollRow], entropy: Entropy) -> bytes:
    if roll_root(rows).hex() != announcement["roll"]["root"]:
        raise LotteryError("draw.roll")
    return seed_of(announcement, entropy)


def seed_of(announcement: Json, entropy: Entropy) -> bytes:
    """The seed that follows from the announced root and what came in. Raises LotteryError draw.witnesses, seed.*."""
    root = bytes.fromhex(announcement["roll"]["root"])
    if [reveal.witness for reveal in entropy.reveals] != announcement["entropy"]["witnesses"]:
        raise LotteryError("draw.witnesses")
    for reveal in entropy.reveals:
        if reveal.nonce is not None:
            check_reveal(root, reveal.witness, reveal.nonce, reveal.commitment)
    nonces = [(reveal.witness, reveal.nonce) for reveal in entropy.reveals]
    return draw_seed(root, nonces, entropy.balls, entropy.public_value)


def _order_lines(result: DrawResult) -> Iterator[bytes]:
    for ticket, group in zip(result.tickets, result.order, strict=True):
        yield f"{ticket.hex()} {group}\n".encode()


def conduct(announcement: Json, roll: Iterable[RollRow], entropy: Entropy) -> tuple[Json, DrawResult]:
    """Draw as announced; returns the transcript and the result.

    Raises LotteryError draw.roll or draw.witnesses when they are not as announced, seed.reveal for a false reveal.
    Rolls above 100,000 rows are published beside the transcript only, not inside it.
    """
    rows = canonical_roll(roll)
    seed = _check_ceremony(announcement, rows, entropy)
    key = draw_key(seed, announcement["domain_string"])
    rule = SiblingRule(announcement["sibling_rule"])
    method = announcement["method"]
    result = draw(groups_of(rows), key=key, seats=announcement["seats"], rule=rule, method=method)
    transcript: Json = {
        "format": DRAW_FORMAT,
        "announcement": announcement,
        "announcement_digest": digests([canonical_json(announcement)]),
        "reveals": [
            {"witness": one.witness, "commitment": one.commitment, "nonce": one.nonce.hex() if one.nonce else None}
            for one in entropy.reveals
        ],
        "balls": list(entropy.balls),
        "public_value": entropy.public_value,
        "seed": seed.hex(),
        "order": digests(_order_lines(result)),
        "winners": list(result.winners),
        "extra_seats": result.extra_seats,
        "roll_rows": [row.line() for row in rows] if len(rows) <= MOST_EMBEDDED else None,
    }
    transcript["digest"] = digests([canonical_json(transcript)])
    return transcript, result
