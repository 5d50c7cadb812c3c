"""Reads of the lottery: what everybody may see, what a family may see of its own, what an official needs next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from enrollment.seasons.models import Round
from lottery.admission.models import AdmissionRun
from lottery.ceremony.digests import announcement_digest, ceremony_digest
from lottery.ceremony.models import Confirmation, Draw, DrawStep, Nonce, PublicFile
from lottery.ceremony.states import DrawEvent, DrawState, FinalStep, reached
from lottery.engine.admission.wording import score as score_words
from lottery.engine.drawing.draw import SiblingRule
from schools.selectors import schools_by_code

PUBLIC_FILES = ("announcement.json", "roll.csv", "transcript.json", "first.json", "admission.json", "minutes.pdf")


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
    last_score: str
    groups: tuple[tuple[str, int, int, int], ...]  # (name, applied, placed, percent of the placed)


@dataclass(frozen=True, slots=True)
class Promise:
    kept: bool
    text: str


@dataclass(frozen=True, slots=True)
class AnnouncedSeats:
    """One school's seats as announced with the roll; `shared` is the surplus for children of its big zone, or None."""

    name: str
    seats: int
    shared: int | None
    private: bool
    score_file: str  # SHA-256 of the scores that rank here, "" where none do


def announced_seats(draw: Draw) -> tuple[AnnouncedSeats, ...]:
    """The seats of every school, by code, with what is special about it."""
    said = draw.commitment
    names = schools_by_code(sorted(draw.seats))
    shared, private, scored = said.get("shared_seats", {}), said.get("private_schools", ()), said.get("score_files", {})
    return tuple(
        AnnouncedSeats(names[code].name, seats, shared.get(code), code in private, scored.get(code, ""))
        for code, seats in sorted(draw.seats.items())
    )


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
    seats: tuple[AnnouncedSeats, ...]


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
        seats=announced_seats(draw) if draw else (),
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
    confirmed = Confirmation.objects.filter(round_id=draw.round_id, step=FinalStep.DRAW, subject=ceremony_digest(draw))
    revealed = [one.revealed_at for one in nonces if one.revealed_at]
    committed_note = _("%(count)d of %(named)d witnesses") % {
        "count": len(nonces),
        "named": len(draw.commitment["entropy"]["witnesses"]),
    }
    revealed_note = _("%(count)d of %(named)d") % {"count": len(revealed), "named": len(nonces)}
    first = confirmed.order_by("at").values_list("at", flat=True).first()
    entered = reached(draw.state, DrawState.READY)
    times = dict(DrawStep.objects.filter(draw=draw).order_by("at").values_list("event", "at"))
    fell_back = _("%(value)s, by the announced fallback") % {"value": draw.public_value}
    return (
        Moment(_("Roll frozen, announcement published"), draw.frozen_at),
        Moment(
            _("Witnesses committed"), nonces[-1].committed_at if nonces else None, committed_note, done=bool(nonces)
        ),
        Moment(_("Witnesses revealed"), max(revealed, default=None), revealed_note, done=bool(revealed)),
        Moment(
            _("Public value entered"),
            times.get(DrawEvent.CORRECT_VALUE) or times.get(DrawEvent.ENTER_VALUE) or times.get(DrawEvent.USE_FALLBACK),
            fell_back if DrawEvent.USE_FALLBACK in times else draw.public_value,
            done=entered,
        ),
        Moment(_("First confirmation"), first, done=first is not None),
        Moment(_("Second confirmation: drawn"), draw.drawn_at, done=draw.drawn_at is not None),
        Moment(_("Places published"), run.published_at if run else None, done=run is not None),
        Moment(_("Certified by a notary"), times.get(DrawEvent.CERTIFY), done=draw.state == DrawState.CERTIFIED),
    )


def school_rows(result: Mapping[str, Any], language: str) -> tuple[SchoolRow, ...]:
    """The cut-off table of a run, by school code."""
    names = {code: str(words[language]) for code, words in result["groups"].items()}
    rows = []
    for code, facts in sorted(result["schools"].items()):
        placed = sum(facts["groups"].values()) or 1
        counted = [(code, n, facts["groups"].get(code, 0)) for code, n in facts["applicants"].items()]
        mix = tuple((names.get(group, "–"), n, taken, round(100 * taken / placed)) for group, n, taken in counted)
        last = facts["last"]
        score = score_words(last["score"]) if last and last["score"] is not None else ""
        rows.append(SchoolRow(code, facts, str(last["group"][language]) if last else "", score, mix))
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
