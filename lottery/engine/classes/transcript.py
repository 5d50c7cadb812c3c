"""What is published of a class assignment: announcement, public file, and the full file for notary and inspector.

The roll is one row per pupil, `pseudonym,pseudonym,leaf`. The leaf binds what the assignment reads of a child (gender,
month, group, measure, siblings) behind a salt. The public file holds no such fact; the full file opens every leaf, by
pseudonym, and its digest stands in the public one. Digests are over canonical JSON, as those of a draw are.
"""

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from lottery.engine.classes import ClassPupil, Late, Teacher, Wish, assign_classes, draw_teachers, late_arrivals
from lottery.engine.drawing.tickets import (
    RollRow,
    canonical_roll,
    digest_of,
    domain_string,
    draw_key,
    draw_seed,
    receipt_hash,
    roll_root,
)
from lottery.engine.drawing.transcript import canonical_json, digests, roll_lines
from lottery.engine.messages import LotteryError

Json = dict[str, Any]
ANNOUNCEMENT_FORMAT = "enrollment-lottery/classes-announcement/1"
PUBLIC_FORMAT = "enrollment-lottery/classes-public/1"
FULL_FORMAT = "enrollment-lottery/classes-full/1"
LEAF_LABEL = b"enrollment-lottery/class-leaf/1"
TEACHERS_LABEL = b"enrollment-lottery/class-teachers/1"
FACTS_LABEL = b"class facts"
CLASS_TEACHER = "class_teacher"
_PROGRAM = (  # below lottery/engine
    "classes/deal.py",
    "classes/late.py",
    "classes/model.py",
    "classes/search.py",
    "classes/teachers.py",
    "classes/transcript.py",
    "drawing/merkle.py",
    "drawing/tickets.py",
)


@dataclass(frozen=True, slots=True)
class Where:
    """One run: district, year, stage and school, its number (0 the main run, 1 the first late one)."""

    district: str
    year: int
    stage: str
    school: str
    number: int

    def domain(self, purpose: str) -> str:
        """The domain string of one purpose: classes, classes-late, teachers, subjects."""
        parts = {"district": self.district, "season": str(self.year), "school": self.school}
        return domain_string(**parts, round_=f"{self.stage}/{self.number}", purpose=purpose)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is fixed before any entropy: number of classes, size limit, tries, who is in the classes already (late)."""

    classes: int
    size: int | None
    swaps: int
    start: tuple[Mapping[str, int], ...] | None = None
    base: str = ""  # digest of the public file of the run before, for a late one


@dataclass(frozen=True, slots=True)
class Sources:
    """The entropy announced: who gives a nonce in the hall, how balls are drawn, which later public value."""

    witnesses: tuple[str, ...]
    balls: str
    public_value: str


@dataclass(frozen=True, slots=True)
class Entropy:
    """What came in: a nonce per witness (None: stayed silent) in the announced order, ball numbers, public value."""

    nonces: tuple[bytes | None, ...]
    balls: tuple[int, ...]
    public_value: str


def facts_text(pupil: ClassPupil, near: int | None = None, away: Iterable[int] = ()) -> str:
    """Canonical text of what the assignment reads of a child; `near`, `away`: classes (from 0) of placed siblings."""
    facts = {
        "gender": pupil.gender,
        "month": pupil.month,
        "kind": pupil.kind,
        "measure": pupil.measure,
        "group": pupil.group,
        "wish": pupil.wish,
        "near": near,
        "away": sorted(away),
    }
    return canonical_json(facts).decode()


def facts_salt(salt: bytes) -> bytes:
    """The salt of a child's facts, from the family's own: the notary may have this one without knowing the receipt."""
    return hmac.digest(salt, FACTS_LABEL, "sha256")


def class_row(receipt: str, salt: bytes, facts: str) -> RollRow:
    """The public row of one child. Raises LotteryError roll.salt."""
    pseudonym = receipt_hash(receipt, salt)
    leaf = digest_of(LEAF_LABEL, facts_salt(salt), pseudonym.encode(), facts.encode()).hex()
    return RollRow(pseudonym, pseudonym, leaf)


def teachers_digest(teachers: Sequence[Json], salt: str) -> str:
    """The commitment to the list of teachers: who can be drawn is fixed before the seed exists."""
    return digest_of(TEACHERS_LABEL, bytes.fromhex(salt), canonical_json(list(teachers))).hex()


def program_digest() -> str:
    """SHA-256 over the source files that make an assignment."""
    here = Path(__file__).parent.parent
    return "sha256:" + hashlib.sha256(b"".join((here / name).read_bytes() for name in _PROGRAM)).hexdigest()


def announce(
    rows: Iterable[RollRow], *, where: Where, plan: Plan, teachers: Sequence[Json], salt: str, sources: Sources
) -> Json:
    """What is published before any entropy exists. Raises LotteryError roll.*, domain.part."""
    roll = canonical_roll(rows)
    purposes = ("classes", "teachers", "subjects") if plan.start is None else ("classes-late",)
    return {
        "format": ANNOUNCEMENT_FORMAT,
        "district": where.district,
        "year": where.year,
        "stage": where.stage,
        "school": where.school,
        "number": where.number,
        "domains": {purpose: where.domain(purpose) for purpose in purposes},
        "roll": {"root": roll_root(roll).hex(), "sm3": digests(roll_lines(roll))["sm3"], "rows": len(roll)},
        "classes": plan.classes,
        "size": plan.size,
        "swaps": plan.swaps,
        "start": None if plan.start is None else [dict(one) for one in plan.start],
        "base": plan.base,
        "teachers": {"digest": teachers_digest(teachers, salt), "count": len(teachers)},
        "program": program_digest(),
        "entropy": {
            "witnesses": list(sources.witnesses),
            "balls": sources.balls,
            "public_value": sources.public_value,
        },
    }


def announcement_digest(announcement: Json) -> str:
    """SHA-256 of the canonical announcement, 64 hex digits."""
    return str(digests([canonical_json(announcement)])["sha256"])


def seed_of(announcement: Json, entropy: Entropy) -> bytes:
    """The seed from root and entropy. Raises LotteryError seed.*, draw.witnesses."""
    witnesses = announcement["entropy"]["witnesses"]
    if len(witnesses) != len(entropy.nonces):
        raise LotteryError("draw.witnesses")
    named = list(zip(witnesses, entropy.nonces, strict=True))
    return draw_seed(bytes.fromhex(announcement["roll"]["root"]), named, entropy.balls, entropy.public_value)


def assign(announcement: Json, facts: Mapping[str, str], seed: bytes) -> dict[str, int]:
    """Class (from 0) by pseudonym. `facts` are the canonical texts by pseudonym. Raises LotteryError classes.*."""
    read = {name: json.loads(text) for name, text in facts.items()}
    if announcement["start"] is None:
        pupils = [_pupil(name, one) for name, one in read.items()]
        key = draw_key(seed, announcement["domains"]["classes"])
        found = assign_classes(
            pupils, classes=announcement["classes"], key=key, size=announcement["size"], swaps=announcement["swaps"]
        )
        return found.assignment
    late = [
        Late(
            name,
            one["gender"],
            group=one["group"],
            together=one["wish"] == "together",
            near=one["near"],
            away=frozenset(one["away"]),
        )
        for name, one in read.items()
    ]
    key = draw_key(seed, announcement["domains"]["classes-late"])
    return late_arrivals(late, announcement["start"], key=key, size=announcement["size"])


def _pupil(name: str, one: Json) -> ClassPupil:
    wish = cast("Wish", one["wish"])
    return ClassPupil(name, one["gender"], one["measure"], one["group"], wish, one["month"], one["kind"])


def assignment_digest(assignment: Mapping[str, int]) -> str:
    """SHA-256 over the canonical JSON of class numbers (from 1) by pseudonym."""
    return str(digests([canonical_json(_numbered(assignment))])["sha256"])


def _numbered(assignment: Mapping[str, int]) -> dict[str, int]:
    return {name: at + 1 for name, at in sorted(assignment.items())}


def teach(announcement: Json, teachers: Sequence[Json], assignment: Mapping[str, int], seed: bytes) -> dict[str, Any]:
    """Teachers by class: {"class_teacher": [...], subject: [...]}; the class of an own child is barred.

    Raises LotteryError classes.teacher, classes.teachers, classes.barred.
    """
    drawn: dict[str, Any] = {}
    for subject in sorted({str(one["subject"]) for one in teachers}):
        chosen = [
            Teacher(
                one["name"],
                one["capacity"],
                frozenset({assignment[one["child"]]} if one["child"] in assignment else ()),
            )
            for one in teachers
            if one["subject"] == subject
        ]
        purpose = "subjects" if subject else "teachers"
        key = draw_key(seed, announcement["domains"][purpose])
        found = draw_teachers(chosen, classes=announcement["classes"], key=key, subject=subject)
        drawn[subject or CLASS_TEACHER] = list(found)
    return drawn


def totals(announcement: Json, facts: Mapping[str, str], assignment: Mapping[str, int]) -> list[Json]:
    """Per class what the public reads: pupils of each gender, and the mean age in tenths of a month (rounded down)."""
    genders: list[Counter[str]] = [Counter() for _ in range(announcement["classes"])]
    months: list[list[int]] = [[] for _ in range(announcement["classes"])]
    for name, at in assignment.items():
        one = json.loads(facts[name])
        genders[at][one["gender"]] += 1
        months[at].append(one["month"])
    return [
        {
            "size": sum(count.values()),
            "genders": dict(sorted(count.items())),
            "mean_month_tenths": 10 * sum(ages) // len(ages) if ages else None,
        }
        for count, ages in zip(genders, months, strict=True)
    ]


def full_json(announcement: Json, pupils: Mapping[str, tuple[str, str]], teachers: Sequence[Json], salt: str) -> Json:
    """The full file: facts and their salts by pseudonym, the teachers with their own children's pseudonyms."""
    return {
        "format": FULL_FORMAT,
        "announcement_digest": announcement_digest(announcement),
        "pupils": {name: {"salt": one, "facts": text} for name, (one, text) in sorted(pupils.items())},
        "teachers": list(teachers),
        "teachers_salt": salt,
    }


def public_json(
    announcement: Json, rows: Iterable[RollRow], entropy: Entropy, full: Json, drawn: Mapping[str, Any]
) -> Json:
    """The public file of a finished run; everything in it follows from the full file, whose digest it names."""
    facts = {name: one["facts"] for name, one in full["pupils"].items()}
    seed = seed_of(announcement, entropy)
    assignment = assign(announcement, facts, seed)
    barred = any(one["child"] for one in full["teachers"])
    body: Json = {
        "format": PUBLIC_FORMAT,
        "announcement": announcement,
        "announcement_digest": announcement_digest(announcement),
        "nonces": [one.hex() if one is not None else None for one in entropy.nonces],
        "balls": list(entropy.balls),
        "public_value": entropy.public_value,
        "seed": seed.hex(),
        "rows": [row.line() for row in canonical_roll(rows)],
        "assignment": _numbered(assignment),
        "assignment_digest": assignment_digest(assignment),
        "totals": totals(announcement, facts, assignment),
        "teachers_drawn": dict(drawn),
        # whose child is in which class is nobody's business: with such a bar only the full file replays the teachers
        "teachers": None if barred else full["teachers"],
        "teachers_salt": None if barred else full["teachers_salt"],
        "full_digest": str(digests([canonical_json(full)])["sha256"]),
    }
    body["digest"] = digests([canonical_json(body)])
    return body
