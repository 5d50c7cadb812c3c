"""Reads of the lottery: what everybody may see, what a family may see of its own, what an official needs next."""

import gzip
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.scopes import scope
from enrollment.models import Application, ApplicationState, Round
from foundation.errors import NotAllowed
from lottery.draw import SiblingRule
from lottery.merkle import inclusion_proof
from lottery.models import AdmissionRun, Confirmation, Draw, Nonce, Placement, PublicFile, RollEntry
from lottery.placing import entry
from lottery.services.common import announcement_digest
from lottery.services.drawing import ceremony_digest
from lottery.tickets import draw_key, ticket
from schools.selectors import schools_by_code

WORKING_ABILITIES = ("round.run", "round.confirm", "round.witness")
PUBLIC_FILES = ("announcement.json", "roll.csv", "transcript.json", "admission.json")


def public_rounds() -> QuerySet[Round]:
    """Rounds whose roll is frozen, newest first: from then on everything about them is public."""
    runs = AdmissionRun.objects.filter(state=AdmissionRun.State.PUBLISHED)
    return (
        Round.objects.filter(draw__isnull=False)
        .select_related("season__district", "draw")
        .prefetch_related(Prefetch("runs", queryset=runs, to_attr="published"))
        .order_by("-season__year", "-draw__frozen_at")
    )


@dataclass(frozen=True, slots=True)
class Moment:
    """One step of the ceremony. `done` is False for what is still to come."""

    label: str
    at: datetime | None
    note: str = ""
    done: bool = True


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """One school's line in the cut-off table, words in the reader's language."""

    code: str
    facts: Mapping[str, Any]
    last_group: str
    groups: tuple[tuple[str, int, int], ...]  # (name, children, percent of the placed)


@dataclass(frozen=True, slots=True)
class Promise:
    kept: bool
    text: str


@dataclass(frozen=True, slots=True)
class RoundPage:
    """Everything the public page of a round shows; no person stands in it."""

    round: Round
    draw: Draw | None
    run: AdmissionRun | None
    digest: str
    rule: str
    timeline: tuple[Moment, ...]
    nonces: tuple[Nonce, ...]
    silent: tuple[str, ...]
    schools: tuple[SchoolRow, ...]
    promises: tuple[Promise, ...]
    files: tuple[PublicFile, ...]


def round_page(round_id: int, language: str) -> RoundPage | None:
    """The public page of a round; None when there is no such round."""
    round_ = Round.objects.select_related("season__district", "policy").filter(pk=round_id).first()
    if round_ is None:
        return None
    draw = Draw.objects.filter(round=round_).first()
    run = AdmissionRun.objects.filter(round=round_, state=AdmissionRun.State.PUBLISHED).first()
    nonces = tuple(Nonce.objects.filter(draw=draw).select_related("witness").order_by("committed_at")) if draw else ()
    named = draw.commitment["entropy"]["witnesses"] if draw else []
    committed = {one.witness.username for one in nonces}
    files = {one.name: one for one in PublicFile.objects.filter(round=round_).defer("body")}
    return RoundPage(
        round=round_,
        draw=draw,
        run=run,
        digest=announcement_digest(draw) if draw else "",
        rule=rule_words(draw.sibling_rule) if draw else "",
        timeline=_timeline(draw, nonces, run) if draw else (),
        nonces=nonces,
        silent=tuple(name for name in named if name not in committed),
        schools=school_rows(run.result, language) if run else (),
        promises=promises(run.result) if run else (),
        files=tuple(files[name] for name in PUBLIC_FILES if name in files),
    )


def rule_words(rule: str) -> str:
    """The sibling rule in plain words."""
    return {
        SiblingRule.EXPAND: _("Siblings are not parted: at the last seat the school adds the seats that are missing."),
        SiblingRule.SKIP: _("Siblings are not parted: a family that no longer fits is passed over."),
        SiblingRule.STOP: _("Siblings are not parted: a school stops before the family that no longer fits."),
        SiblingRule.SPLIT: _("Siblings may be parted at the last seat."),
    }[SiblingRule(rule)]


def _timeline(draw: Draw, nonces: Sequence[Nonce], run: AdmissionRun | None) -> tuple[Moment, ...]:
    confirmed = Confirmation.objects.filter(round_id=draw.round_id, step="draw", subject=ceremony_digest(draw))
    revealed = [one.revealed_at for one in nonces if one.revealed_at]
    committed_note = _("%(count)d of %(named)d witnesses") % {
        "count": len(nonces),
        "named": len(draw.commitment["entropy"]["witnesses"]),
    }
    revealed_note = _("%(count)d of %(named)d") % {"count": len(revealed), "named": len(nonces)}
    first = confirmed.order_by("at").values_list("at", flat=True).first()
    entered = draw.state in {"ready", "drawn", "published"}
    return (
        Moment(_("Roll frozen, announcement published"), draw.frozen_at),
        Moment(
            _("Witnesses committed"), nonces[-1].committed_at if nonces else None, committed_note, done=bool(nonces)
        ),
        Moment(_("Witnesses revealed"), max(revealed, default=None), revealed_note, done=bool(revealed)),
        Moment(_("Public value entered"), None, draw.public_value, done=entered),
        Moment(_("First confirmation"), first, done=first is not None),
        Moment(_("Second confirmation: drawn"), draw.drawn_at, done=draw.drawn_at is not None),
        Moment(_("Places published"), run.published_at if run else None, done=run is not None),
    )


def school_rows(result: Mapping[str, Any], language: str) -> tuple[SchoolRow, ...]:
    """The cut-off table of a run, by school code."""
    names = {code: str(words[language]) for code, words in result["groups"].items()}
    rows = []
    for code, facts in sorted(result["schools"].items()):
        placed = sum(facts["groups"].values()) or 1
        mix = tuple((names.get(group, "–"), n, round(100 * n / placed)) for group, n in facts["groups"].items())
        last = facts["last"]
        rows.append(SchoolRow(code, facts, str(last["group"][language]) if last else "", mix))
    return tuple(rows)


def promises(result: Mapping[str, Any]) -> tuple[Promise, ...]:
    """What the certificate says, in plain words."""
    words = {
        "capacities": _("No school has more children than seats."),
        "individual_rationality": _("Nobody was placed at a school the family did not list (before coordination)."),
        "no_justified_envy": _("Nobody was refused at a school that took somebody with a later rank."),
        "no_wasted_seat": _("No seat stayed empty at a school that refused somebody."),
        "sibling_rule": _("The rule for siblings was kept everywhere."),
    }
    return tuple(Promise(bool(result["certificate"][name]), text) for name, text in words.items())


def public_file(round_id: int, name: str) -> PublicFile | None:
    """A published file with its body."""
    return PublicFile.objects.filter(round_id=round_id, name=name).first()


@lru_cache(maxsize=4)
def _roll_lines(file_id: int) -> tuple[bytes, ...]:
    # a public file never changes, so its lines may be kept
    body = gzip.decompress(PublicFile.objects.values_list("body", flat=True).get(pk=file_id))
    return tuple(body.splitlines()[1:])


@dataclass(frozen=True, slots=True)
class SchoolTicket:
    school: str
    name: str
    ticket: str
    position: int | None


@dataclass(frozen=True, slots=True)
class MyTicket:
    """One application's own line on the roll, with everything needed to check it."""

    application: Application
    entry: RollEntry
    index: int
    size: int
    proof: tuple[str, ...]
    tickets: tuple[SchoolTicket, ...]

    def to_json(self) -> dict[str, Any]:
        """What the family downloads: only its own, and enough for the verifier."""
        return {
            "receipt": self.application.receipt,
            "salt": self.entry.salt,
            "facts": self.entry.facts,
            "row": self.entry.row,
            "leaf_number": self.index,
            "leaves": self.size,
            "inclusion_proof": list(self.proof),
            "root": self.entry.draw.roll_root,
            "tickets": [{"school": one.school, "ticket": one.ticket, "position": one.position} for one in self.tickets],
        }


def my_tickets(guardian: Account, round_id: int) -> list[MyTicket]:
    """The guardian's own lines on the roll of a round. Raises NotAllowed when there are none."""
    entries = list(
        RollEntry.objects.filter(draw__round_id=round_id, application__guardian=guardian)
        .select_related("draw", "application__child")
        .order_by("position")
    )
    if not entries:
        raise NotAllowed(_("None of your applications stands on the roll of this round."))
    lines = _roll_lines(PublicFile.objects.values_list("pk", flat=True).get(round_id=round_id, name="roll.csv"))
    return [_my_ticket(one, lines) for one in entries]


def _my_ticket(one: RollEntry, lines: Sequence[bytes]) -> MyTicket:
    draw, index = one.draw, one.position
    placement = Placement.objects.filter(application=one.application, run__state=AdmissionRun.State.PUBLISHED).first()
    told = placement.explanation["choices"] if placement else []
    positions = {row["school"]: row["own"]["position"] for row in told}
    tickets: tuple[SchoolTicket, ...] = ()
    if draw.seed:
        seed, domains = bytes.fromhex(draw.seed), draw.commitment["school_domains"]
        listed = [school for school, _near in entry("", one.group_id, one.facts).choices if school in domains]
        names = {code: school.name for code, school in schools_by_code(listed).items()}
        tickets = tuple(
            SchoolTicket(
                code, names[code], ticket(draw_key(seed, domains[code]), one.group_id).hex(), positions.get(code)
            )
            for code in listed
        )
    proof = tuple(step.hex() for step in inclusion_proof(lines, index))
    return MyTicket(one.application, one, index, len(lines), proof, tickets)


def official_rounds(account: Account) -> list[Round]:
    """The rounds in which the account has something to do, newest first."""
    rounds = Round.objects.select_related("season__district", "draw").order_by("-season__year", "stage", "kind")
    mine = scope(account)
    reached: dict[int, Round] = {}
    for ability in WORKING_ABILITIES:
        for one in mine.rows(rounds, ability, district="season__district__code"):
            reached.setdefault(one.pk, one)
    return sorted(reached.values(), key=lambda one: (-one.season.year, one.stage, one.kind))


@dataclass(frozen=True, slots=True)
class OfficialPage:
    """One round as an official, a notary or a witness sees it: what may be done now, and by whom."""

    round: Round
    draw: Draw | None
    run: AdmissionRun | None
    counts: tuple[tuple[str, int], ...]
    total: int
    digest: str
    nonces: tuple[Nonce, ...]
    own: Nonce | None
    named: bool
    confirmations: tuple[Confirmation, ...]
    schools: tuple[SchoolRow, ...]
    promises: tuple[Promise, ...]
    may_run: bool
    may_confirm: bool
    may_witness: bool


def official_page(account: Account, round_id: int, language: str) -> OfficialPage:
    """Raises NotAllowed outside the account's scope."""
    round_ = Round.objects.select_related("season__district", "policy").filter(pk=round_id).first()
    mine = scope(account)
    may = {
        ability: round_ is not None and mine.may(ability, district=round_.season.district_id)
        for ability in WORKING_ABILITIES
    }
    if round_ is None or not any(may.values()):
        raise NotAllowed(_("There is no such round in your care."))
    draw = Draw.objects.filter(round=round_).first()
    run = AdmissionRun.objects.filter(round=round_).exclude(state=AdmissionRun.State.DISCARDED).order_by("-id").first()
    nonces = tuple(Nonce.objects.filter(draw=draw).select_related("witness").order_by("committed_at")) if draw else ()
    subject = run.digest if run else ceremony_digest(draw) if draw else ""
    confirmations = Confirmation.objects.filter(round=round_, step="publish" if run else "draw", subject=subject)
    counts = _counts(round_)
    return OfficialPage(
        round=round_,
        draw=draw,
        run=run,
        counts=counts,
        total=sum(count for _label, count in counts),
        digest=announcement_digest(draw) if draw else "",
        nonces=nonces,
        own=next((one for one in nonces if one.witness_id == account.pk), None),
        named=draw is not None and account.username in draw.commitment["entropy"]["witnesses"],
        confirmations=tuple(confirmations.select_related("official").order_by("at")),
        schools=school_rows(run.result, language) if run else (),
        promises=promises(run.result) if run else (),
        may_run=may["round.run"],
        may_confirm=may["round.confirm"],
        may_witness=may["round.witness"],
    )


def _counts(round_: Round) -> tuple[tuple[str, int], ...]:
    found = dict(Application.objects.filter(round=round_).values_list("state").annotate(Count("pk")))
    return tuple((str(label), found[state]) for state, label in ApplicationState.choices if state in found)
