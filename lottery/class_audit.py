"""Check a published class assignment on your own computer: one file, Python 3.10 or later, nothing else to install.

    python class_audit.py classes-public.json [--announced SHA256] [--full classes-full.json]
    python class_audit.py classes-public.json --receipt NUMBER --salt HEX

Without --full: roll, seed, seals, sizes and (where no teacher has an own child here) the draw of the teachers. With
--full, which notary and discipline inspector hold: every class is dealt again from the facts the roll binds.
Exit code 0: everything agrees; 1: something differs, the first difference is named; 2: the input cannot be used.
This file shares no code with the program it checks: it is a second implementation.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Json = dict[str, Any]

LABEL = "enrollment-lottery/"
ROW = re.compile(r"([0-9a-f]{64}),\1,([0-9a-f]{64})")
MIXING = 10
WEIGHTS = {"month": 4, "kind": 2, "measure": 1}
SCALE = 10**15


class DifferenceError(Exception):
    """Something published does not follow from the rest."""


class BadInputError(Exception):
    """The input cannot be used at all."""


def short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True, default=str)
    return text if len(text) <= 100 else text[:97] + "..."


def agree(what: str, published: object, computed: object) -> None:
    if type(published) is not type(computed) or published != computed:
        raise DifferenceError(f"{what}: published {short(published)}, computed {short(computed)}")


def agree_table(what: str, published: Mapping[str, Any], computed: Mapping[str, Any]) -> None:
    """`agree` for two tables, naming the first entry that differs."""
    for name in sorted({*published, *computed}):
        agree(f"{what}, {name}", published.get(name), computed.get(name))


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(framed(*parts)).digest()


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def plain_digest(value: object) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()


def ticket(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def load(path: str, form: str) -> Json:
    """A file of the expected form, which must be written in the one canonical way."""
    try:
        content = Path(path).read_bytes()
        value = json.loads(content.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError(f"{path}: not readable JSON: {error}") from None
    if not isinstance(value, dict) or value.get("format") != LABEL + form:
        raise BadInputError(f"{path}: not a file of the form {LABEL}{form}")
    if canonical(value) != content:
        raise DifferenceError(f"{path}: the bytes are not those of the published file (spaces, order or spelling)")
    return value


def merkle(leaves: Sequence[bytes]) -> str:
    level = [hashlib.sha256(b"\x00" + leaf).digest() for leaf in leaves]
    while len(level) > 1:
        above = [hashlib.sha256(b"\x01" + a + b).digest() for a, b in zip(level[::2], level[1::2], strict=False)]
        level = above + ([level[-1]] if len(level) % 2 else [])
    return level[0].hex()


def check_roll(public: Json) -> dict[str, str]:
    """Leaf by pseudonym, from rows that give the announced root."""
    rows, roll = public["rows"], public["announcement"]["roll"]
    leaves: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        match = ROW.fullmatch(row)
        if match is None or match[1] in leaves or (number > 1 and rows[number - 2] >= row):
            raise DifferenceError(f"rows, position {number}: malformed, out of order or twice")
        leaves[match[1]] = match[2]
    agree("announcement.roll.rows", roll["rows"], len(rows))
    agree("announcement.roll.root", roll["root"], merkle([row.encode() for row in rows]))
    return leaves


def check_domains(said: Json) -> None:
    purposes = ["classes", "teachers", "subjects"] if said["start"] is None else ["classes-late"]
    made = {}
    for purpose in purposes:
        parts = [said["district"], str(said["year"]), f"{said['stage']}/{said['number']}", said["school"], purpose]
        made[purpose] = json.dumps([LABEL + "domain/1", *parts], ensure_ascii=False, separators=(",", ":"))
    agree_table("announcement.domains", said["domains"], made)


def check_seed(public: Json) -> bytes:
    said = public["announcement"]
    witnesses = said["entropy"]["witnesses"]
    agree("number of nonces", len(public["nonces"]), len(witnesses))
    parts = [(LABEL + "seed/1").encode(), bytes.fromhex(said["roll"]["root"]), len(witnesses).to_bytes(8, "big")]
    for name, nonce in zip(witnesses, public["nonces"], strict=True):
        parts += [name.encode(), bytes.fromhex(nonce) if nonce else b""]
    seed = sha(*parts, ",".join(map(str, public["balls"])).encode(), public["public_value"].encode())
    agree("seed", public["seed"], seed.hex())
    return seed


def check_sizes(public: Json) -> None:
    said, counts = public["announcement"], [0] * public["announcement"]["classes"]
    for name, number in public["assignment"].items():
        if type(number) is not int or not 1 <= number <= len(counts):
            raise DifferenceError(f"assignment, {name}: there is no class {short(number)}")
        counts[number - 1] += 1
    agree("assignment_digest", public["assignment_digest"], plain_digest(public["assignment"]))
    agree("totals, number of classes", len(public["totals"]), len(counts))
    for number, (count, total) in enumerate(zip(counts, public["totals"], strict=True), 1):
        agree(f"totals, class {number}, size", total["size"], count)
        agree(f"totals, class {number}, genders", sum(total["genders"].values()), count)
        before = sum(said["start"][number - 1].values()) if said["start"] else 0
        if said["size"] is not None and before + count > said["size"]:
            raise DifferenceError(f"class {number} has {before + count} pupils, above the announced {said['size']}")


def check_digest(public: Json) -> None:
    body = {key: value for key, value in public.items() if key != "digest"}
    agree("digest.sha256", public["digest"]["sha256"], plain_digest(body))
    if "sm3" in hashlib.algorithms_available and public["digest"]["sm3"] is not None:
        agree("digest.sm3", public["digest"]["sm3"], hashlib.new("sm3", canonical(body)).hexdigest())


def check_teachers(public: Json, teachers: list[Json], salt: str, seed: bytes) -> None:
    """The list is the announced one, and the tickets give what was published."""
    said = public["announcement"]
    made = sha((LABEL + "class-teachers/1").encode(), bytes.fromhex(salt), canonical(teachers)).hex()
    agree("announcement.teachers.digest", said["teachers"]["digest"], made)
    agree("announcement.teachers.count", said["teachers"]["count"], len(teachers))
    drawn = {}
    for subject in sorted({one["subject"] for one in teachers}):
        key = ticket(seed, said["domains"]["subjects" if subject else "teachers"])
        chosen = [one for one in teachers if one["subject"] == subject]
        drawn[subject or "class_teacher"] = match_teachers(chosen, said["classes"], key, subject, public["assignment"])
    agree_table("teachers_drawn", public["teachers_drawn"], drawn)


def match_teachers(chosen: list[Json], classes: int, key: bytes, subject: str, where: Json) -> list[str]:
    slots = sorted(
        (ticket(key, f"{subject}/{one['name']}/{number}"), one["name"], where.get(one["child"], 0))
        for one in chosen
        for number in range(one["capacity"])
    )
    holder: dict[int, int] = {}

    def give(number: int, tried: set[int]) -> bool:
        allowed = [at for at, (_ticket, _name, barred) in enumerate(slots) if barred != number]
        for at in allowed:
            if at not in holder:
                holder[at] = number
                return True
        for at in allowed:
            if at not in tried:
                tried.add(at)
                if give(holder[at], tried):
                    holder[at] = number
                    return True
        return False

    for number in range(1, classes + 1):
        if not give(number, set()):
            raise DifferenceError(f"teachers: class {number} cannot get a teacher for {short(subject)}")
    names = {number: slots[at][1] for at, number in holder.items()}
    return [names[number] for number in range(1, classes + 1)]


def check_full(public: Json, full: Json, leaves: Mapping[str, str], seed: bytes) -> None:
    agree("full file, announcement_digest", full["announcement_digest"], public["announcement_digest"])
    pupils = full["pupils"]
    agree("full file, number of pupils", len(pupils), len(leaves))
    facts = {}
    for name, leaf in leaves.items():
        one = pupils.get(name) or {"salt": "", "facts": ""}
        label, salt = (LABEL + "class-leaf/1").encode(), bytes.fromhex(one["salt"])
        agree(f"leaf of {name}", leaf, sha(label, salt, name.encode(), one["facts"].encode()).hex())
        facts[name] = json.loads(one["facts"])
    agree("full_digest", public["full_digest"], plain_digest(full))
    said = public["announcement"]
    dealt = deal(facts, said, seed) if said["start"] is None else join(facts, said, seed)
    agree_table("assignment", public["assignment"], {name: at + 1 for name, at in dealt.items()})
    for number, total in enumerate(public["totals"], 1):
        members = [facts[name] for name, at in dealt.items() if at + 1 == number]
        genders: dict[str, int] = {}
        for one in members:
            genders[one["gender"]] = genders.get(one["gender"], 0) + 1
        months = 10 * sum(one["month"] for one in members) // len(members) if members else None
        made = {"size": len(members), "genders": genders, "mean_month_tenths": months}
        agree_table(f"totals, class {number}", total, made)
    check_teachers(public, full["teachers"], full["teachers_salt"], seed)


def chance(key: bytes) -> Iterator[int]:
    counter = 0
    while True:
        block = hmac.digest(key, counter.to_bytes(8, "big"), "sha256")
        for at in range(0, 32, 4):
            yield int.from_bytes(block[at : at + 4], "big")
        counter += 1


class Deal:
    """Dealing the main run: siblings as blocks, then a snake, then swaps within a gender."""

    def __init__(self, facts: Mapping[str, Json], said: Json, key: bytes) -> None:
        self.names = sorted(facts)
        self.pupils = [facts[name] for name in self.names]
        self.classes = said["classes"]
        self.limit = said["size"] or -(-len(self.names) // self.classes)
        self.key, self.rank = key, [ticket(key, f"class/{at}") for at in range(self.classes)]
        self.place = [-1] * len(self.names)
        self.apart: dict[int, list[int]] = {}
        self.blocks: list[list[int]] = []
        groups: dict[str, list[int]] = {}
        for number, one in enumerate(self.pupils):
            if one["group"] is not None:
                groups.setdefault(one["group"], []).append(number)
        for members in groups.values():
            if any(self.pupils[number]["wish"] == "apart" for number in members):
                for number in members:
                    self.apart[number] = [other for other in members if other != number]
            else:
                self.blocks.append(members)

    def members(self, at: int) -> list[Json]:
        return [one for one, where in zip(self.pupils, self.place, strict=True) if where == at]

    def free(self, number: int, at: int) -> bool:
        return all(self.place[other] != at for other in self.apart.get(number, ()))

    def seat(self, block: list[int]) -> None:
        best = None
        new = [self.pupils[number] for number in block]
        for at in range(self.classes):
            here = self.members(at)
            if len(here) + len(block) > self.limit or not all(self.free(number, at) for number in block):
                continue
            rank = (
                sum(one["gender"] == other["gender"] for one in new for other in here),
                len(here),
                sum((one["gender"], one["kind"]) == (other["gender"], other["kind"]) for one in new for other in here),
                sum(one["measure"] for one in here),
                self.rank[at],
                at,
            )
            best = rank if best is None or rank < best else best
        if best is None:
            raise DifferenceError(f"no class has room for {self.names[block[0]]}")
        for number in block:
            self.place[number] = best[-1]

    def run(self, swaps: int) -> dict[str, int]:
        for block in sorted(self.blocks, key=lambda members: (-len(members), members)):
            self.seat(block)
        fixed = {number for block in self.blocks for number in block}
        movable = [number for number in range(len(self.names)) if number not in fixed]

        def turn(number: int) -> tuple[Any, ...]:
            one = self.pupils[number]
            return number not in self.apart, one["gender"], one["kind"], -one["measure"], one["month"], number

        for number in sorted(movable, key=turn):
            self.seat([number])
        self.swap(movable, swaps)
        return dict(zip(self.names, self.place, strict=True))

    def columns(self) -> list[tuple[int, list[int], list[int]]]:
        """(weight, values times the count, distance of each class from the mean) of everything pupils differ in."""
        count = len(self.pupils)
        values = [(WEIGHTS["month"], [one["month"] for one in self.pupils])]
        for kind in sorted({one["kind"] for one in self.pupils}):
            values.append((WEIGHTS["kind"], [int(one["kind"] == kind) for one in self.pupils]))
        values.append((WEIGHTS["measure"], [one["measure"] for one in self.pupils]))
        found = []
        for weight, column in values:
            spread = count * sum(value * value for value in column) - sum(column) ** 2
            if spread:
                off = [-self.place.count(at) * sum(column) for at in range(self.classes)]
                for value, at in zip(column, self.place, strict=True):
                    off[at] += count * value
                found.append((weight * SCALE // spread, [count * value for value in column], off))
        return found

    def pairs(self, movable: list[int], numbers: Iterator[int], tries: int) -> Iterator[tuple[int, int]]:
        """Seeded pairs of one gender in two classes."""
        for _ in range(tries):
            one, two = movable[next(numbers) % len(movable)], movable[next(numbers) % len(movable)]
            same = self.pupils[one]["gender"] == self.pupils[two]["gender"]
            if same and self.place[one] != self.place[two]:
                yield one, two

    def swap(self, movable: list[int], swaps: int) -> None:
        numbers, place = chance(self.key), self.place
        for one, two in self.pairs(movable, numbers, MIXING * len(movable)):
            if self.free(one, place[two]) and self.free(two, place[one]):
                place[one], place[two] = place[two], place[one]
        columns = self.columns()
        for one, two in self.pairs(movable, numbers, swaps if len(movable) > 1 and columns else 0):
            here, there, gain = place[one], place[two], 0
            for weight, values, off in columns:
                move = values[two] - values[one]
                gain += weight * move * (off[there] - off[here] - move)
            if gain > 0 and self.free(one, there) and self.free(two, here):
                place[one], place[two] = there, here
                for _weight, values, off in columns:
                    move = values[two] - values[one]
                    off[here] += move
                    off[there] -= move


def deal(facts: Mapping[str, Json], said: Json, seed: bytes) -> dict[str, int]:
    return Deal(facts, said, ticket(seed, said["domains"]["classes"])).run(said["swaps"])


def join(facts: Mapping[str, Json], said: Json, seed: bytes) -> dict[str, int]:
    """Late arrivals: in the order of their tickets to where there is most room."""
    key = ticket(seed, said["domains"]["classes-late"])
    rooms = [dict(one) for one in said["start"]]
    blocks: dict[str, list[str]] = {}
    for name in sorted(facts):
        one = facts[name]
        joint = one["group"] is not None and one["wish"] == "together"
        blocks.setdefault(f"group/{one['group']}" if joint else name, []).append(name)
    order = sorted(
        blocks.values(), key=lambda block: (all(facts[n]["near"] is None for n in block), ticket(key, block[0]))
    )
    found: dict[str, int] = {}
    for block in order:
        near = {facts[name]["near"] for name in block} - {None}
        away = {at for name in block for at in facts[name]["away"]}
        if facts[block[0]]["wish"] == "apart":
            away |= {found[n] for n in found if facts[n]["group"] and facts[n]["group"] == facts[block[0]]["group"]}
        fitting = []
        for at in sorted(near) or range(len(rooms)):
            size = sum(rooms[at].values())
            if at not in away and size + len(block) <= said["size"]:
                same = sum(rooms[at].get(facts[name]["gender"], 0) for name in block)
                fitting.append((size, same, ticket(key, f"{block[0]}/{at}"), at))
        if not fitting:
            raise DifferenceError(f"no class has room for {block[0]}")
        for name in block:
            found[name] = min(fitting)[-1]
            gender = facts[name]["gender"]
            rooms[found[name]][gender] = rooms[found[name]].get(gender, 0) + 1
    return found


def own_class(public: Json, receipt: str, salt: str) -> str:
    name = sha((LABEL + "receipt/1").encode(), bytes.fromhex(salt), receipt.encode()).hex()
    number = public["assignment"].get(name)
    if number is None:
        raise DifferenceError(f"the roll has no line for this receipt and salt ({name})")
    return f"receipt {receipt} is line {name}: class {number}"


def audit(arguments: argparse.Namespace) -> list[str]:
    public = load(arguments.public, "classes-public/1")
    said = public["announcement"]
    check_digest(public)
    agree("announcement_digest", public["announcement_digest"], plain_digest(said))
    if arguments.announced:
        agree("the digest you noted", arguments.announced.lower(), public["announcement_digest"])
    leaves = check_roll(public)
    check_domains(said)
    seed = check_seed(public)
    agree_table("pupils of the assignment", dict.fromkeys(public["assignment"], 1), dict.fromkeys(leaves, 1))
    check_sizes(public)
    told = [f"{len(leaves)} pupils in {said['classes']} classes: roll, seed, seals and sizes agree"]
    if arguments.full:
        check_full(public, load(arguments.full, "classes-full/1"), leaves, seed)
        told.append("every class and every teacher follows from the frozen roll and the seed")
    elif public["teachers"] is not None:
        check_teachers(public, public["teachers"], public["teachers_salt"], seed)
        told.append("the teachers follow from the seed; who is in which class only the full file shows")
    else:
        told.append("not checked without the full file: the teachers, and who is in which class")
    if arguments.receipt:
        told.append(own_class(public, arguments.receipt, arguments.salt))
    return told


def main(given: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Check a published class assignment.")
    parser.add_argument("public", help="classes-public.json")
    parser.add_argument("--full", help="classes-full.json, which notary and inspector hold")
    parser.add_argument("--announced", help="the digest of the announcement that you noted before the draw")
    parser.add_argument("--receipt", default="", help="your receipt number")
    parser.add_argument("--salt", default="", help="your child's salt, 64 hexadecimal digits")
    try:
        told = audit(parser.parse_args(given))
    except DifferenceError as difference:
        sys.stderr.write(f"DIFFERENT: {difference}\n")
        return 1
    except BadInputError as bad:
        sys.stderr.write(f"cannot be used: {bad}\n")
        return 2
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as bad:
        sys.stderr.write(f"DIFFERENT: a part is missing or malformed: {type(bad).__name__} {bad}\n")
        return 1
    sys.stdout.write("\n".join(["AGREES", *told]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
