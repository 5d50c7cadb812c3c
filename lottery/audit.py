"""Check a published draw or admission on your own computer: one file, Python 3.10 or later, nothing else to install.

    python audit.py draw TRANSCRIPT.json [--roll ROLL.csv] [--announced SHA256]
    python audit.py ticket TRANSCRIPT.json --receipt NUMBER --salt HEX [--facts TEXT] [--roll ROLL.csv]
    python audit.py ticket TRANSCRIPT.json --proof MY-TICKET.json (ANNOUNCEMENT.json will do before the draw)
    python audit.py ring --numbers N --seats K --start S --interval D [--json]
    python audit.py admission PUBLIC.json [--transcript TRANSCRIPT.json [--roll ROLL.csv] [--proof MY-TICKET.json]]

Exit code 0: everything agrees; 1: something differs, the first difference is named; 2: the input cannot be used.
Files may be compressed with gzip. This file shares no code with the program it checks: it is a second implementation.
"""

from __future__ import annotations

import argparse
import bisect
import gzip
import hashlib
import hmac
import json
import math
import re
import sys
import zlib
from collections import Counter
from functools import cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Json = dict[str, Any]
    Groups = dict[str, list[str]]
    Order = list[tuple[bytes, str]]
    Rank = tuple[Any, ...]
    Lists = dict[str, list[tuple[str, Rank]]]

HEADER = b"receipt_hash,group,leaf\n"
ROW = re.compile(rb'([0-9a-f]{64}),([^\s,"\x00-\x1f\x7f]+),([0-9a-f]{64})\n')
RULES = ("expand", "skip", "stop", "split")
METHODS = ("ticket", "ring", "descending")
PROMISES = ("capacities", "individual_rationality", "no_justified_envy", "no_wasted_seat", "sibling_rule")
CRITERIA = ("same_education_group", "same_town", "nearby", "seats_left")
MOST_NUMBERS = 10_000_000
OUT_OF_ZONE = 100  # added to the tier once for the big zone, twice elsewhere
EARTH_RADIUS_M = 6_371_008.8  # mean radius of the WGS 84 ellipsoid


class DifferenceError(Exception):
    """Something published does not follow from the rest."""


class BadInputError(Exception):
    """The input cannot be used at all."""


def agree(what: str, published: object, computed: object) -> None:
    """Raise DifferenceError unless both values are the same, in type too (1 is not 1.0 and not true)."""
    if type(published) is not type(computed) or published != computed:
        raise DifferenceError(f"{what}: published {short(published)}, computed {short(computed)}")


def agree_rows(what: str, published: Iterable[object], computed: Iterable[object]) -> None:
    """`agree` for two sequences, naming the first position (from 1) that differs."""
    for position, (one, two) in enumerate(zip_longest(published, computed), 1):
        agree(f"{what}, position {position}", one, two)


def short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=True) if not isinstance(value, bytes) else value.hex()
    return text if len(text) <= 100 else text[:97] + "..."


def framed(*parts: bytes) -> bytes:
    return b"".join(len(part).to_bytes(8, "big") + part for part in parts)


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def digest_of(value: object) -> str:
    return "sha256:" + hashlib.sha256(canonical(value)).hexdigest()


def open_file(path: str) -> IO[bytes]:
    try:
        with Path(path).open("rb") as handle:
            packed = handle.read(2) == b"\x1f\x8b"
        return cast("IO[bytes]", gzip.open(path)) if packed else Path(path).open("rb")
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror}") from None


def once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def load(path: str) -> Json:
    try:
        with open_file(path) as handle:
            value = json.loads(handle.read().decode("utf-8"), object_pairs_hook=once, parse_constant=no_number)
    except (ValueError, EOFError, OSError, RecursionError, zlib.error) as error:
        raise BadInputError(f"{path}: not readable JSON: {error}") from None
    if not isinstance(value, dict):
        raise BadInputError(f"{path}: not a JSON object")
    return value


def get(value: Any, path: str, kind: type) -> Any:
    """The value at a dotted path, of the kind expected."""
    for step in path.split("."):
        if not isinstance(value, dict) or step not in value:
            raise BadInputError(f"{path} is missing")
        value = value[step]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise BadInputError(f"{path} is of the wrong type")
    return value


def unhex(text: str, what: str) -> bytes:
    if not re.fullmatch("([0-9a-f]{2})*", text):
        raise DifferenceError(f"{what} is not lower-case hexadecimal: {short(text)}")
    return bytes.fromhex(text)


def new_sm3() -> Any:
    """An SM3 state (GB/T 32905), or None where this Python's OpenSSL has none."""
    try:
        return hashlib.new("sm3")
    except ValueError:
        return None


def sm3_note(published: object) -> str:
    """Says whether the SM3 digests were compared too, so that silence never passes for agreement."""
    if published is None:
        return "no SM3 published"
    return "SM3 too" if new_sm3() else "SM3 NOT checked: this Python's OpenSSL has none"


def agree_digests(what: str, published: Json, parts: Iterable[bytes]) -> None:
    """Compare the SHA-256 and, if both sides have it, the SM3 of the joined parts."""
    agree(f"names of the {what} digests", sorted(published), ["sha256", "sm3"])
    sha256, sm3 = hashlib.sha256(), None
    if published.get("sm3") is not None:
        sm3 = new_sm3()
    for part in parts:
        sha256.update(part)
        if sm3:
            sm3.update(part)
    agree(f"{what} (SHA-256)", published.get("sha256"), sha256.hexdigest())
    if sm3:
        agree(f"{what} (SM3)", published["sm3"], sm3.hexdigest())


def roll_lines(transcript: Json, path: str | None) -> Iterator[bytes]:
    """Lines of the roll with their line feeds, from the file or from the transcript."""
    if path:
        with open_file(path) as handle:
            try:
                yield from handle
            except (OSError, EOFError, zlib.error) as error:
                raise BadInputError(f"{path}: {error}") from None
        return
    rows = transcript.get("roll_rows")
    if not isinstance(rows, list) or not all(isinstance(row, str) for row in rows):
        raise BadInputError("the transcript holds no roll: give the roll file with --roll")
    yield HEADER
    for row in rows:
        yield row.encode("utf-8", "surrogatepass") + b"\n"


def merkle_add(peaks: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Add one leaf to the tree kept as its complete subtrees, so that a roll of any size streams through."""
    node, height = hashlib.sha256(b"\0" + leaf).digest(), 0
    while peaks and peaks[-1][0] == height:
        node, height = hashlib.sha256(b"\1" + peaks.pop()[1] + node).digest(), height + 1
    peaks.append((height, node))


def merkle_top(peaks: list[tuple[int, bytes]]) -> bytes:
    top = peaks[-1][1]
    for _, node in reversed(peaks[:-1]):
        top = hashlib.sha256(b"\1" + node + top).digest()
    return top


def read_roll(transcript: Json, path: str | None) -> Groups:
    """Groups (name -> receipt hashes) of a roll that agrees with the announcement."""
    groups: Groups = {}
    peaks: list[tuple[int, bytes]] = []
    before, number = b"", 0
    embedded = roll_lines(transcript, None) if path and transcript.get("roll_rows") is not None else None
    sm3 = new_sm3()
    for number, line in enumerate(roll_lines(transcript, path)):
        if embedded is not None:
            agree(f"roll line {number + 1}, file and transcript", line, next(embedded, b""))
        if sm3:
            sm3.update(line)
        if number == 0:
            agree("roll line 1", line, HEADER)
            continue
        match = ROW.fullmatch(line)
        if not match:
            raise DifferenceError(f"roll row {number} is not a receipt hash, a group and a leaf: {short(line)}")
        if line[:64] == before[:64] or line < before:
            raise DifferenceError(f"roll row {number} is out of order or stands twice")
        before = line
        merkle_add(peaks, line[:-1])
        try:
            groups.setdefault(match[2].decode("utf-8"), []).append(match[1].decode())
        except UnicodeDecodeError:
            raise DifferenceError(f"roll row {number} is not UTF-8") from None
    if embedded is not None:
        agree("roll, lines missing in the file", next(embedded, b""), b"")
    if not groups:
        raise DifferenceError("the roll is empty")
    announced = get(transcript, "announcement.roll", dict)
    agree("rows of the roll", announced.get("rows"), number)
    agree("groups of the roll", announced.get("groups"), len(groups))
    agree("root of the roll", announced.get("root"), merkle_top(peaks).hex())
    if sm3 and announced.get("sm3") is not None:
        agree("SM3 of the roll", announced["sm3"], sm3.hexdigest())
    return groups


def check_announcement(transcript: Json, announced: str | None) -> None:
    body = get(transcript, "announcement", dict)
    if announced:
        made = hashlib.sha256(canonical(body)).hexdigest()
        agree("announcement against the digest you noted", announced.lower(), made)
    agree_digests("announcement digest", get(transcript, "announcement_digest", dict), [canonical(body)])
    agree("format", get(transcript, "format", str), "enrollment-lottery/draw/1")
    if get(body, "method", str) not in METHODS:
        raise DifferenceError(f"the method {short(body['method'])} is not known")
    domain = get(body, "domain", dict)
    parts = [domain.get(name) for name in ("district", "season", "round", "school", "purpose")]
    text = json.dumps(["enrollment-lottery/domain/1", *parts], ensure_ascii=False, separators=(",", ":"))
    agree("domain string", get(body, "domain_string", str), text)
    if get(body, "sibling_rule", str) not in RULES or get(body, "seats", int) < 0:
        raise DifferenceError("the sibling rule or the seats are not possible")


def check_seed(transcript: Json) -> None:
    root = unhex(get(transcript, "announcement.roll.root", str), "the root")
    reveals = get(transcript, "reveals", list)
    came = [get(one, "witness", str) for one in reveals]
    agree_rows("witness", get(transcript, "announcement.entropy.witnesses", list), came)
    parts = [b"enrollment-lottery/seed/1", root, len(reveals).to_bytes(8, "big")]
    for one in reveals:
        witness, nonce = one["witness"].encode(), b""
        if one.get("nonce") is not None:
            nonce = unhex(get(one, "nonce", str), f"the nonce of {one['witness']}")
            made = hashlib.sha256(framed(b"enrollment-lottery/commit/1", root, witness, nonce)).hexdigest()
            agree(f"commitment of {one['witness']}", get(one, "commitment", str), made)
        parts += [witness, nonce]
    balls = ",".join(str(ball) for ball in get(transcript, "balls", list))
    parts += [balls.encode(), get(transcript, "public_value", str).encode()]
    agree("seed", get(transcript, "seed", str), hashlib.sha256(framed(*parts)).hexdigest())


def hmac_of(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, "sha256").digest()


def uniform(key: bytes, label: bytes, span: int) -> int:
    """1 to span: the first 8 bytes of HMAC(key, label, 8-byte counter) that lie below a whole multiple of span."""
    counter = 0
    while (word := int.from_bytes(hmac_of(key, label + counter.to_bytes(8, "big"))[:8], "big")) >= 2**64 // span * span:
        counter += 1
    return word % span + 1


def decimal_number(key: bytes, ticket: bytes) -> int:
    """Twelve digits: the first 8-byte word of the ticket below a whole multiple of 10^12, or of the ticket's HMAC."""
    for at in range(0, 32, 8):
        word = int.from_bytes(ticket[at : at + 8], "big")
        if word < 2**64 // 10**12 * 10**12:
            return word % 10**12
    return decimal_number(key, hmac_of(key, ticket))


def drawn_values(method: str, key: bytes, groups: Iterable[str]) -> dict[str, bytes]:
    """One value per group; ascending values are the order drawn."""
    if method == "ring":
        circle = sorted({group.encode() for group in groups})
        size = len(circle)
        start, interval = (uniform(key, label, size) for label in (b"start", b"interval"))
        won = enumerate(ring_winners(size, size, start, interval), 1)
        return {circle[one - 1].decode(): place.to_bytes(8, "big") + one.to_bytes(8, "big") for place, one in won}
    tickets = {group: hmac_of(key, group.encode()) for group in groups}
    if method == "descending":
        last = 10**12 - 1
        return {name: (last - decimal_number(key, one)).to_bytes(8, "big") + one[8:] for name, one in tickets.items()}
    return tickets


def draw_order(transcript: Json, groups: Groups) -> tuple[Order, bytes]:
    """(value, group) in ascending order, and the key."""
    seed = unhex(get(transcript, "seed", str), "the seed")
    key = hmac_of(seed, get(transcript, "announcement.domain_string", str).encode())
    values = drawn_values(get(transcript, "announcement.method", str), key, groups)
    order = sorted((value, group) for group, value in values.items())
    for one, two in pairwise(order):
        if one[0] == two[0]:
            raise DifferenceError(f"groups {one[1]} and {two[1]} have the same ticket")
    return order, key


def winners_of(order: Order, groups: Groups, key: bytes, seats: int, rule: str) -> list[str]:
    left, winners = seats, []
    for _, group in order:
        if left <= 0:
            break
        members = sorted(groups[group], key=lambda one: hmac_of(key, f"{group}\x1f{one}".encode()))
        if len(members) > left and rule != "expand":
            if rule == "stop":
                break
            members = members[:left] if rule == "split" else []
        winners += members
        left -= len(members)
    return winners


def command_draw(options: argparse.Namespace) -> str:
    transcript = load(options.transcript)
    check_announcement(transcript, options.announced)
    groups = read_roll(transcript, options.roll)
    check_seed(transcript)
    order, key = draw_order(transcript, groups)
    lines = (f"{ticket.hex()} {group}\n".encode() for ticket, group in order)
    agree_digests("order", get(transcript, "order", dict), lines)
    seats = get(transcript, "announcement.seats", int)
    winners = winners_of(order, groups, key, seats, get(transcript, "announcement.sibling_rule", str))
    agree_rows("winners", get(transcript, "winners", list), winners)
    agree("extra seats", get(transcript, "extra_seats", int), max(0, len(winners) - seats))
    rest = {name: value for name, value in transcript.items() if name != "digest"}
    agree_digests("transcript digest", get(transcript, "digest", dict), [canonical(rest)])
    made = f"{len(groups)} groups, {seats} seats, {len(winners)} winners, order {transcript['order']['sha256']}"
    return f"verified: {made} ({sm3_note(transcript['digest'].get('sm3'))})"


def path_root(leaf: bytes, number: int, leaves: int, path: list[bytes]) -> bytes:
    """The root to which an audit path of RFC 6962, section 2.1.1, leads from leaf `number` of `leaves`."""
    if leaves == 1:
        if path:
            raise DifferenceError("the inclusion proof is too long")
        return hashlib.sha256(b"\0" + leaf).digest()
    if not path:
        raise DifferenceError("the inclusion proof is too short")
    half = 1 << (leaves - 1).bit_length() - 1
    if number < half:
        return hashlib.sha256(b"\1" + path_root(leaf, number, half, path[:-1]) + path[-1]).digest()
    return hashlib.sha256(b"\1" + path[-1] + path_root(leaf, number - half, leaves - half, path[:-1])).digest()


def check_proof(mine: Json, announcement: Json) -> None:
    """Receipt, salt and facts make the leaf; leaf and path make the root; the root is the one announced."""
    receipt, facts, row = get(mine, "receipt", str), get(mine, "facts", str), get(mine, "row", dict)
    secret, name, group = unhex(get(mine, "salt", str), "the salt"), receipt.encode(), get(row, "group", str)
    pseudonym = hashlib.sha256(framed(b"enrollment-lottery/receipt/1", secret, name)).hexdigest()
    agree(f"receipt hash of {receipt}", get(row, "receipt_hash", str), pseudonym)
    leaf = framed(b"enrollment-lottery/leaf/1", secret, name, group.encode(), facts.encode())
    agree(f"leaf of {receipt}", get(row, "leaf", str), hashlib.sha256(leaf).hexdigest())
    number, leaves = get(mine, "leaf_number", int), get(mine, "leaves", int)
    agree(f"leaves in the proof of {receipt}", leaves, get(announcement, "roll.rows", int))
    if not 0 <= number < leaves:
        raise DifferenceError(f"leaf number {number} does not exist among {leaves}")
    path = [unhex(step, "a step of the proof") for step in get(mine, "inclusion_proof", list)]
    root = path_root(f"{pseudonym},{group},{row['leaf']}".encode(), number, leaves, path).hex()
    agree(f"root in the file of {receipt}", get(mine, "root", str), get(announcement, "roll.root", str))
    agree(f"root reached by the proof of {receipt}", mine["root"], root)


def schools_listed(facts: Json, body: Json) -> Iterator[str]:
    """Schools of the run a child applies to: outside its zone the shared seats, "+", where a school has such."""
    for school, level in facts["choices"]:
        if school not in body.get("score_files", {}) or school in facts.get("scores", {}):
            yield f"{school}+" if level and f"{school}+" in body["school_domains"] else school


def check_tickets(mine: Json, transcript: Json) -> str:
    """The ticket at every school the facts list; says what could be compared."""
    shown = get(mine, "tickets", list)
    if "seed" not in transcript:
        agree("tickets before the draw", shown, [])
        return "no draw yet"
    body, seed = transcript["announcement"], unhex(get(transcript, "seed", str), "the seed")
    domains, method = get(body, "school_domains", dict), get(body, "method", str)
    wanted = [school for school in schools_listed(json.loads(mine["facts"]), body) if school in domains]
    agree(f"schools with tickets of {mine['receipt']}", [one.get("school") for one in shown], wanted)
    if method == "ring":
        return f"{len(shown)} tickets stand in admission.json: a place on the ring depends on everybody there"
    for one in shown:
        key = hmac_of(seed, domains[one["school"]].encode())
        made = drawn_values(method, key, [mine["row"]["group"]])[mine["row"]["group"]]
        agree(f"ticket of {mine['receipt']} at {one['school']}", get(one, "ticket", str), made.hex())
    return f"{len(shown)} tickets agree"


def command_proof(options: argparse.Namespace) -> str:
    """A family's own file against the announcement or the transcript; the roll itself is not needed."""
    public, kept = load(options.transcript), load(options.proof)
    drawn = "announcement" in public
    if drawn:
        check_announcement(public, None)
        check_seed(public)
    applications = kept.get("applications", [kept])
    chosen = [one for one in applications if options.receipt in (None, get(one, "receipt", str))]
    if not chosen:
        raise BadInputError("the proof file holds no such receipt")
    lines = []
    for mine in chosen:
        check_proof(mine, public["announcement"] if drawn else public)
        told = check_tickets(mine, public)
        lines.append(f"verified: {mine['receipt']} is line {mine['leaf_number'] + 1} of {mine['leaves']}; {told}")
    return "\n".join(lines)


def command_ticket(options: argparse.Namespace) -> str:
    if options.proof:
        return command_proof(options)
    if options.receipt is None or options.salt is None:
        raise BadInputError("give --receipt and --salt, or --proof")
    transcript = load(options.transcript)
    groups = read_roll(transcript, options.roll)
    try:
        salt = bytes.fromhex(options.salt)
    except ValueError:
        raise BadInputError("--salt is not hexadecimal") from None
    receipt = options.receipt.encode()
    mine = hashlib.sha256(framed(b"enrollment-lottery/receipt/1", salt, receipt)).hexdigest()
    group = next((name for name, members in groups.items() if mine in members), None)
    if group is None:
        raise DifferenceError("this receipt with this salt does not stand in the roll")
    if options.facts is not None:
        leaf = framed(b"enrollment-lottery/leaf/1", salt, receipt, group.encode(), options.facts.encode())
        line = next(line for line in roll_lines(transcript, options.roll) if line.startswith(mine.encode()))
        agree("your leaf in the roll", line.strip().split(b",")[2].decode(), hashlib.sha256(leaf).hexdigest())
    order, _ = draw_order(transcript, groups)
    rank, ticket = next((at, one) for at, (one, name) in enumerate(order, 1) if name == group)
    won = mine in get(transcript, "winners", list)
    found = {"receipt_hash": mine, "group": group, "ticket": ticket.hex(), "rank": rank, "of": len(order), "seat": won}
    return json.dumps(found)


def ring_winners(numbers: int, seats: int, start: int, interval: int) -> list[int]:
    """The start number wins first; the next is `interval` places further, counting only those still in."""
    size = 1 << (numbers - 1).bit_length()
    still_in = [0] * size + [1] * numbers + [0] * (size - numbers)
    for node in range(size - 1, 0, -1):
        still_in[node] = still_in[2 * node] + still_in[2 * node + 1]
    winners, before = [], start - 1
    for _ in range(seats):
        rank, node = before % still_in[1], 1
        before = rank + interval - 1
        still_in[1] -= 1
        while node < size:
            node *= 2
            if rank >= still_in[node]:
                rank -= still_in[node]
                node += 1
            still_in[node] -= 1
        winners.append(node - size + 1)
    return winners


def command_ring(options: argparse.Namespace) -> str:
    numbers = options.numbers
    if not 1 <= numbers <= MOST_NUMBERS:
        raise BadInputError(f"--numbers must be from 1 to {MOST_NUMBERS}")
    for name, least in (("seats", 0), ("start", 1), ("interval", 1)):
        if not least <= getattr(options, name) <= numbers:
            raise BadInputError(f"--{name} must be from {least} to {numbers}")
    winners = ring_winners(numbers, options.seats, options.start, options.interval)
    return json.dumps(winners) if options.json else "\n".join(map(str, winners))


def read_lists(problem: Json) -> Lists:
    """Per pupil the listed schools, each with its rank there: position if it counts, tier, points, order, id."""
    counts = get(problem, "mechanism", str) == "sequential"
    line_of = {school["id"]: school.get("line") or "" for school in problem["schools"]}
    lists: Lists = {}
    for pupil in problem["pupils"]:
        name, above, lists[pupil["id"]] = pupil["id"], Counter[str](), []
        for one in pupil["choices"]:
            # choices are counted on each line apart: a lost private draw costs no rank at a public school
            school, line = one["school"], line_of.get(one["school"], "")
            rank = (above[line] * counts, one.get("tier") or 0, -(one.get("points") or 0), one["order"], name)
            lists[name].append((school, rank))
            above[line] += 1
    return lists


def play(lists: Lists, seats: dict[str, int]) -> dict[str, str]:
    """Everybody applies down the list; a full school lets its last applicant go. Gives the school by pupil."""
    held: dict[str, list[Rank]] = {school: [] for school in seats}
    following = {pupil: iter(schools) for pupil, schools in lists.items()}
    for first in lists:
        pupil = first
        while listed := next(following[pupil], None):
            school, rank = listed
            bisect.insort(held[school], rank)
            if len(held[school]) <= seats[school]:
                break
            pupil = held[school].pop()[-1]
    return {rank[-1]: school for school, ranks in held.items() for rank in ranks}


def splits(lists: Lists, groups: list[list[str]], places: dict[str, str]) -> list[tuple[list[str], str]]:
    """(group, school) for every member refused above its place at a school where a sibling sits."""
    found = []
    for group in groups:
        seated = {places[pupil] for pupil in group if pupil in places}
        for pupil in group:
            place = places.get(pupil)
            school = next((name for name, _ in lists[pupil] if name in seated or name == place), place)
            if school is not None and school != place:
                found.append((group, school))
    return found


class Run(NamedTuple):
    """A run's outcome: school by pupil, seats with the extra ones, the lists without what was withdrawn, passes."""

    places: dict[str, str]
    seats: dict[str, int]
    lists: Lists
    passes: int


def settle(problem: Json) -> Run:
    """Repeat the run until no group is split (or play once under the rule split)."""
    lists, seats = read_lists(problem), {school["id"]: school["seats"] for school in problem["schools"]}
    named: Groups = {}
    for pupil in problem["pupils"]:
        named.setdefault(pupil.get("group") or "", []).append(pupil["id"])
    groups, rule = [members for name, members in named.items() if name], problem.get("siblings") or "expand"
    wished, places, passes = dict(lists), play(lists, seats), 1
    while rule != "split" and (parted := splits(wished, groups, places)):
        limits: dict[str, Rank] = {}
        leaving: set[tuple[str, str]] = set()
        for group, school in parted:
            seats[school] += rule == "expand"
            ranks = [rank for pupil in group for name, rank in lists[pupil] if name == school]
            leaving |= {(pupil, school) for pupil in group if rule == "skip"}
            if rule == "stop":
                limits[school] = min([*ranks, *([limits[school]] if school in limits else [])])
        for pupil, listed in lists.items():
            lists[pupil] = [
                (school, rank)
                for school, rank in listed
                if (pupil, school) not in leaving and not (school in limits and rank >= limits[school])
            ]
        places, passes = play(lists, seats), passes + 1
    return Run(places, seats, lists, passes)


def standings(places: dict[str, str], lists: Lists) -> tuple[Counter[str], dict[str, Rank]]:
    """Per school how many are placed and the rank of the last of them."""
    last: dict[str, Rank] = {}
    for pupil, place in places.items():
        rank = dict(lists.get(pupil, [])).get(place)
        if rank is None:
            raise DifferenceError(f"pupil {pupil} is placed at {place}, which is not open to it")
        last[place] = max(rank, last.get(place, rank))
    return Counter(places.values()), last


def check_promises(places: dict[str, str], seats: dict[str, int], lists: Lists) -> None:
    """Capacities, listed schools only, no justified envy, no wasted seat: on the places as published."""
    filled, last = standings(places, lists)
    for school, count in filled.items():
        if count > seats[school]:
            raise DifferenceError(f"school {school} has {seats[school]} seats and {count} placed")
    for pupil, listed in lists.items():
        for school, rank in listed:
            if school == places.get(pupil):
                break
            if filled[school] < seats[school]:
                raise DifferenceError(f"pupil {pupil} was refused at {school}, which has a seat left")
            if school in last and rank < last[school]:
                raise DifferenceError(f"pupil {pupil} was refused at {school}, where {last[school][-1]} ranks lower")


def check_cutoffs(public: Json, run: Run) -> None:
    planned = {school["id"]: school["seats"] for school in public["problem"]["schools"]}
    published = get(public, "result.cutoffs", dict)
    agree("schools in the cut-offs", sorted(published), sorted(planned))
    filled, last = standings(run.places, run.lists)
    for school, shown in published.items():
        rank = last.get(school, (None, None, None, None))
        made = {"seats": planned[school], "extra_seats": run.seats[school] - planned[school], "filled": filled[school]}
        made |= {"tier": rank[1], "points": rank[2] and -rank[2], "order": rank[3]}
        if public["problem"]["mechanism"] == "sequential":
            made["choice"] = None if rank[0] is None else rank[0] + 1
        agree(f"names in the cut-off of {school}", sorted(shown), sorted(made))
        for name, value in made.items():
            if shown.get(name, "missing") != value:
                agree(f"cut-off of {school}, {name}", shown.get(name, "missing"), value)


def check_names(problem: Json) -> None:
    """No id stands twice, seats are numbers from 0, and every choice names another school of the run."""
    schools, pupils = get(problem, "schools", list), get(problem, "pupils", list)
    for what, rows in (("school", schools), ("pupil", pupils)):
        if twice := [name for name, count in Counter(row["id"] for row in rows).items() if count > 1]:
            raise DifferenceError(f"{what} {twice[0]} stands twice")
    if below := [school["id"] for school in schools if get(school, "seats", int) < 0]:
        raise DifferenceError(f"school {below[0]} has less than no seats")
    known = {school["id"] for school in schools}
    for pupil in pupils:
        listed = [one["school"] for one in pupil["choices"]]
        if not known.issuperset(listed) or len(set(listed)) < len(listed):
            raise DifferenceError(f"pupil {pupil['id']} lists a school twice, or one that is not in the run")


def check_problem(problem: Json) -> None:
    """Known words, and no two ranks at a school that only the names of strangers would tell apart."""
    known = get(problem, "mechanism", str) in ("parallel", "sequential")
    if not known or problem.get("siblings", "expand") not in RULES:
        raise BadInputError("the mechanism or the sibling rule is not known")
    holders: dict[Rank, Json] = {}
    for pupil in get(problem, "pupils", list):
        for one in pupil["choices"]:
            key = (one["school"], one.get("tier") or 0, one.get("points") or 0, one["order"])
            first = holders.setdefault(key, pupil)
            if first is not pupil and (first.get("group") is None or first["group"] != pupil.get("group")):
                raise DifferenceError(f"pupils {first['id']} and {pupil['id']} have equal ranks at {one['school']}")


def check_groups(public: Json) -> None:
    """Children who share a ticket are siblings of the run, and nobody else is."""
    groups, pupils = get(public, "order.groups", dict), get(public, "problem.pupils", list)
    agree_rows("pupils with a ticket", sorted(groups), sorted(pupil["id"] for pupil in pupils))
    sizes = Counter(groups.values())
    for pupil in pupils:
        group = groups[pupil["id"]]
        agree(f"sibling group of {pupil['id']}", pupil.get("group"), group if sizes[group] > 1 else None)


def check_order(public: Json) -> None:
    """Every rank follows from the seed: sorted by what stood before the ticket, then by the ticket of that school."""
    groups, bands = get(public, "order.groups", dict), get(public, "order.bands", dict)
    method = get(public, "order.method", str)
    if method not in METHODS:
        raise DifferenceError(f"the method {short(method)} is not known")
    listed: dict[str, list[tuple[int, Json, str]]] = {}
    same: dict[tuple[str, str], int] = {}
    for pupil in get(public, "problem.pupils", list):
        for band, one in zip(bands[pupil["id"]], pupil["choices"], strict=True):
            listed.setdefault(one["school"], []).append((band, one, pupil["id"]))
            bound = same.setdefault((one["school"], groups[pupil["id"]]), band)
            agree(f"band of {pupil['id']} and of its siblings at {one['school']}", band, bound)
    seed, domains = unhex(get(public, "order.seed", str), "the seed"), get(public, "order.domains", dict)
    for school, applicants in listed.items():
        key = hmac_of(seed, domains[school].encode())
        values = drawn_values(method, key, {groups[name] for _, _, name in applicants})
        rows = [(band, values[groups[name]], one, name) for band, one, name in applicants]
        rows.sort(key=lambda row: row[:2])
        tiers: dict[int, int] = {}
        position, before = 0, None
        for count, (band, ticket, one, name) in enumerate(rows, 1):
            position = position if (band, ticket) == before else count
            before = (band, ticket)
            agree(f"rank of {name} at {school}", one["order"], position)
            tier = one.get("tier") or 0
            agree(f"tier of {name} at {school}", tier, tiers.setdefault(band, tier))


def settle_shared(public: Json) -> Run:
    """The run with its shared seats ("S+"): first all that may be shared, then what the zone leaves, until it stays."""
    problem, limits = public["problem"], get(public, "order.shared", dict)
    rows = {school["id"]: school for school in problem["schools"]}
    agree("schools with shared seats", [f"{one}+" for one in sorted(limits)], sorted(n for n in rows if n[-1:] == "+"))
    shown = {one: rows[f"{one}+"]["seats"] for one in limits}
    shared = {one: min(most, rows[one]["seats"]) for one, most in limits.items()}
    while True:
        for one, seats in shared.items():
            rows[f"{one}+"]["seats"] = seats
        run = settle(problem)
        used = Counter(run.places.values())
        left = {one: min(count, max(0, rows[one]["seats"] - used[one])) for one, count in shared.items()}
        if left == shared:
            agree("shared seats", shown, shared)
            return run
        shared = left


def metres(one: list[float], two: list[float]) -> int:
    """The great circle between two points (longitude, latitude in degrees) by the haversine formula, rounded."""
    (lon_a, lat_a), (lon_b, lat_b) = one, two
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half = math.sin((phi_b - phi_a) / 2) ** 2
    half += math.cos(phi_a) * math.cos(phi_b) * math.sin(math.radians(lon_b - lon_a) / 2) ** 2
    return round(2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, half))))


def seen_from(own: Json | None, site: Json, criteria: list[str]) -> list[int]:
    """How a school stands for a child whose first choice is `own`, the smaller the better; free seats come later."""
    values = {"seats_left": 0, "nearby": metres(own["point"], site["point"]) if own else 0}
    for name, field in (("same_education_group", "education_group"), ("same_town", "town")):
        values[name] = int(not own or not own[field] or own[field] != site[field])
    return [values[name] for name in criteria]


def coordinate(part: Json, families: Iterable[list[str]], free: dict[str, int]) -> dict[str, str]:
    """One family after the other to the best open school with room; `free`, the seats left, is used up."""
    queue, sites, criteria, found = part["queue"], part["sites"], part["criteria"], dict[str, str]()
    at = criteria.index("seats_left") if "seats_left" in criteria else None

    @cache
    def schools(home: str) -> list[tuple[list[int], str]]:
        return sorted((seen_from(sites.get(home), sites[code], criteria), code) for code in free)

    def best(home: str, needed: int) -> str | None:
        room = (row for row in schools(home) if free[row[1]] >= needed)
        if at is None:
            return next((code for _, code in room), None)
        return min((([*key[:at], -free[code], *key[at:]], code) for key, code in room), default=(None, None))[1]

    for members in families:
        together = max(free.values(), default=0) >= len(members)
        for unit in [members] if together else [[one] for one in members]:
            school = best(queue[unit[0]][1], len(unit))
            if school is not None:
                free[school] -= len(unit)
                found |= dict.fromkeys(unit, school)
    return found


def check_queue(part: Json, groups: Json, places: dict[str, str]) -> dict[str, int]:
    """Only children without a place wait, and all of them unless the policy names groups; gives the band by group."""
    queue, criteria, left = get(part, "queue", dict), get(part, "criteria", list), set(groups) - set(places)
    if not set(criteria) <= set(CRITERIA):
        raise DifferenceError(f"the criteria of coordination are not known: {short(criteria)}")
    if stranger := next((one for one in sorted(queue) if one not in left), None):
        raise DifferenceError(f"pupil {stranger} waits for coordination but has a place or is not in the run")
    if get(part, "everybody", bool) or not criteria:
        agree_rows("pupils in the queue of coordination", sorted(queue), sorted(left) if criteria else [])
    bands: dict[str, int] = {}
    for pupil, (band, _) in sorted(queue.items()):
        agree(f"band of {pupil} and of its siblings in coordination", band, bands.setdefault(groups[pupil], band))
    return bands


def check_coordination(public: Json, places: dict[str, str]) -> dict[str, str]:
    """Coordination played again from the queue, the sites and the seats left; gives the school by pupil."""
    part, groups = get(public, "coordination", dict), public["order"]["groups"]
    bands, sites = check_queue(part, groups, places), get(part, "sites", dict)
    seats = {one["id"]: one["seats"] for one in public["problem"]["schools"] if one["id"][-1:] != "+"}
    agree_rows("schools of coordination", sorted(sites), sorted(seats) if part["criteria"] else [])
    key = hmac_of(unhex(public["order"]["seed"], "the seed"), get(public, "order.domains", dict)["*"].encode())
    tickets = drawn_values(public["order"]["method"], key, bands) if bands else {}
    families: Groups = {name: [] for name in sorted(bands, key=lambda name: (bands[name], tickets[name]))}
    for pupil in sorted(part["queue"]):
        families[groups[pupil]].append(pupil)
    filled = Counter(place.removesuffix("+") for place in places.values())
    free = {code: seats[code] - filled[code] for code, site in sites.items() if get(site, "open", bool)}
    found, shown = coordinate(part, families.values(), free), get(part, "places", dict)
    for pupil in sorted(part["queue"] | shown):
        agree(f"coordination of {pupil}", shown.get(pupil), found.get(pupil))
    return found


def check_certificate(public: Json, run: Run) -> None:
    shown = get(public, "result.certificate", dict)
    for name in ("valid", *PROMISES):
        agree(f"certificate, {name}", shown.get(name), True)
    listed = ([pupil["id"], one["school"]] for pupil in public["problem"]["pupils"] for one in pupil["choices"])
    gone = sorted(pair for pair in listed if pair[1] not in dict(run.lists[pair[0]]))
    for name, made in (("violations", []), ("passes", run.passes), ("withdrawn", gone)):
        agree(f"certificate, {name}", shown.get(name), made)
    leaves_of(public)


def leaves_of(public: Json) -> Json:
    """How many leaves of the roll the bureau says it made again from the facts that decided; {} in an older file."""
    shown = public["result"]["certificate"].get("leaves")
    if shown is None:
        return {}
    root = get(shown, "root", str)
    if root and not re.fullmatch("[0-9a-f]{64}", root):
        raise DifferenceError(f"the root of the leaves is not a digest: {short(root)}")
    agree("certificate, leaves compared", get(shown, "compared", int), len(public["problem"]["pupils"]) if root else 0)
    return cast("Json", shown) if root else {}


def check_own(mine: Json, public: Json, body: Json) -> str:
    """The facts bound by a family's own leaf are those that stood for it in the run: its choices and its tiers."""
    check_proof(mine, body)
    facts, name = json.loads(mine["facts"]), mine["row"]["receipt_hash"]
    schools = {one["id"]: one for one in public["problem"]["schools"]}
    row = next((one for one in public["problem"]["pupils"] if one["id"] == name), None)
    if row is None:
        raise DifferenceError(f"{mine['receipt']} does not stand in the run")
    scored = body.get("score_files", {})
    wanted = [one for one in schools_listed(facts, body) if one in schools]
    agree(f"choices of {mine['receipt']} in the run", [one["school"] for one in row["choices"]], wanted)
    levels = dict(facts["choices"])
    for one in row["choices"]:
        code = one["school"].removesuffix("+")
        apart = schools[one["school"]].get("line") or code in scored
        tier, own = one.get("tier") or 0, 0 if apart else facts["tier"] + OUT_OF_ZONE * levels[code]
        # siblings on one ticket stand where the later of them stands
        if tier < own or (tier != own and row["group"] is None):
            agree(f"tier of {mine['receipt']} at {one['school']}", tier, own)
    return f"{mine['receipt']}: {len(wanted)} choices decided as your leaf binds them"


def check_result(public: Json, run: Run) -> None:
    published = get(public, "result.placements", dict)
    check_promises({pupil: place for pupil, place in published.items() if place is not None}, run.seats, run.lists)
    for pupil in sorted(published):
        agree(f"placement of {pupil}", published[pupil], run.places.get(pupil))
    check_cutoffs(public, run)
    agree("digest", get(public, "result.digest", str), digest_of({name: run.places.get(name) for name in published}))
    check_certificate(public, run)


def check_announced(public: Json, options: argparse.Namespace) -> None:
    """The run used the seed, the roll and the rules of this draw, and nothing else."""
    transcript = load(options.transcript)
    check_announcement(transcript, options.announced)
    check_seed(transcript)
    body, order, schools = transcript["announcement"], public["order"], public["problem"]["schools"]
    own = [school for school in schools if school["id"][-1:] != "+"]
    for what, used, announced in (
        ("seed", order["seed"], transcript["seed"]),
        ("method", order["method"], body["method"]),
        ("domains", order["domains"], get(body, "school_domains", dict)),
        ("criteria", public["coordination"]["criteria"], (body.get("coordination") or {}).get("criteria", [])),
        ("limits of shared seats", order["shared"], body.get("shared_limits", {})),
        ("mechanism", public["problem"]["mechanism"], get(body, "mechanism", str)),
        ("sibling rule", public["problem"]["siblings"], body["sibling_rule"]),
        ("seats", {school["id"]: school["seats"] for school in own}, get(body, "school_seats", dict)),
        ("private schools", sorted(one["id"] for one in own if one["line"]), sorted(body.get("private_schools", []))),
    ):
        agree(f"{what} of the run against the draw", used, announced)
    rolled = {one: group for group, members in read_roll(transcript, options.roll).items() for one in members}
    for pupil in sorted(rolled | order["groups"]):
        agree(f"group of {pupil} against the roll", order["groups"].get(pupil), rolled.get(pupil))
    if "sites" in body:
        agree("root of the leaves made again", leaves_of(public).get("root"), get(body, "roll.root", str))
        used = public["coordination"]["sites"]
        agree("sites of coordination against the draw", used, body["sites"] if used else {})


def command_admission(options: argparse.Namespace) -> str:
    public = load(options.public)
    agree("format", get(public, "format", str), "enrollment-lottery/admission/1")
    problem, published = get(public, "problem", dict), get(public, "result.placements", dict)
    check_names(problem)
    drawn = [name for name in ("order", "coordination", "run_digest") if name in public]
    if len(drawn) in (1, 2) or (options.transcript and not drawn):
        raise BadInputError("a file of the portal holds order, coordination and run_digest; this one does not")
    if drawn:
        check_groups(public)
    check_problem(problem)
    if drawn:
        check_order(public)
    if options.transcript:
        check_announced(public, options)
    agree_rows("pupils", sorted(published), sorted(pupil["id"] for pupil in problem["pupils"]))
    problem["pupils"].sort(key=lambda pupil: pupil["id"])
    run = settle_shared(public) if drawn else settle(problem)
    check_result(public, run)
    done = f"verified: {len(published)} pupils, {len(run.places)} placed, {public['result']['digest']}"
    if not drawn:
        return f"{done}; ranks NOT checked: this file holds no draw"
    moved = check_coordination(public, run.places)
    real = {name: place.removesuffix("+") for name, place in run.places.items()} | moved
    agree("run digest", get(public, "run_digest", str), digest_of({name: real.get(name) for name in published}))
    bound, leaves = "seed and roll taken from the file: see --transcript", leaves_of(public)
    if options.transcript:
        made = f"the bureau made {leaves['compared']} leaves again before the run" if leaves else "NO leaf made again"
        bound = f"draw and roll agree; {made}"
    text = f"{done}; ranks agree, {len(moved)} coordinated, {public['run_digest']} ({bound})"
    return "\n".join([text, *check_proofs(public, options)])


def check_proofs(public: Json, options: argparse.Namespace) -> Iterator[str]:
    """A family's own file, where one is given, against what the run used for it."""
    if options.proof:
        if not options.transcript:
            raise BadInputError("--proof needs --transcript: the leaf is bound by its announcement")
        kept, body = load(options.proof), load(options.transcript)["announcement"]
        for mine in kept.get("applications", [kept]):
            yield check_own(mine, public, body)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = made.add_subparsers(required=True)

    def command(name: str, run: Callable[[argparse.Namespace], str], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text)
        added.set_defaults(run=run)
        return added

    draw = command("draw", command_draw, "recompute a draw from its transcript")
    draw.add_argument("--announced", help="the announcement's SHA-256 as you noted it before the draw")
    ticket = command("ticket", command_ticket, "find your own ticket")
    ticket.add_argument("--receipt")
    ticket.add_argument("--salt", help="from your receipt; without --proof both are needed")
    ticket.add_argument("--proof", help="my-ticket.json as you downloaded it: checks line, proof and tickets")
    ticket.add_argument("--facts", help="the facts on your receipt, to check your leaf as well")
    for added in (draw, ticket):
        added.add_argument("transcript")
        added.add_argument("--roll", help="the roll, when it is not inside the transcript")
    ring = command("ring", command_ring, "recompute a ring draw; prints one winning number a line, in order")
    for name in ("numbers", "seats", "start", "interval"):
        ring.add_argument(f"--{name}", type=int, required=True)
    ring.add_argument("--json", action="store_true", help="print one JSON list instead")
    admission = command("admission", command_admission, "recompute an admission run from its public file")
    admission.add_argument("public")
    admission.add_argument("--transcript", help="transcript.json: the run used this seed, this roll and these rules")
    admission.add_argument("--roll", help="the roll, when it is not inside the transcript")
    admission.add_argument("--proof", help="my-ticket.json: your own leaf binds what the run used for you")
    admission.add_argument("--announced", help="the announcement's SHA-256 as you noted it before the draw")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = parser().parse_args(arguments)
    try:
        text = options.run(options)
    except DifferenceError as error:
        sys.stderr.write(f"DIFFERS: {error}\n")
        return 1
    except BadInputError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        sys.stderr.write(f"not in the published form: {type(error).__name__} {error}\n")
        return 2
    sys.stdout.write(f"{text}\n" if text else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
