"""What the screen in the hall shows: public facts only, cheap enough to be asked for every two seconds by everybody."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from enrollment.seasons.models import Round
from foundation import clock
from lottery.ceremony.digests import ceremony_digest
from lottery.ceremony.models import CeremonyPlan, Confirmation, Draw, Nonce, PublicFile
from lottery.ceremony.states import STATES, DrawState, FinalStep
from schools.models import School

LAYOUT = 1  # part of the ETag: a screen that was left on takes a new layout


@dataclass(frozen=True, slots=True)
class Seat:
    """One witness's part: what has come in so far. Digests are grouped by four digits."""

    name: str
    duty: str
    committed: bool
    revealed: bool
    commitment: str
    part: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """The state of a ceremony from two queries, and its name as an ETag."""

    round: Round
    state: str
    plan: CeremonyPlan | None
    draw: Draw | None
    seats: tuple[Seat, ...]
    etag: str


@dataclass(frozen=True, slots=True)
class Column:
    """The first tickets of one school: public names of groups, and what a person reads of their tickets."""

    title: str
    code: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HallPage:
    """The screen. `deadline` is the end of the minute named."""

    pulse: Pulse
    number: int
    steps: int
    title: str
    told: str
    deadline: datetime | None
    deadline_label: str
    committed: int
    revealed: int
    root: str
    seed: str
    public_value: str
    confirmed: tuple[str, ...]
    columns: tuple[Column, ...]
    states: tuple[str, ...]  # "done", "now" or "later" for every step of the way


def fours(digest: str) -> str:
    """A digest in groups of four digits, as people compare it aloud."""
    return " ".join(digest[at : at + 4] for at in range(0, len(digest), 4))


def pulse(round_id: int, language: str) -> Pulse | None:
    """Where the ceremony stands; None when there is no such round or neither plan nor draw."""
    made = Count("confirmations", filter=Q(confirmations__step=FinalStep.DRAW))
    found = (
        Round.objects.select_related("season__district", "plan", "draw")
        .defer("draw__commitment", "draw__seats")
        .annotate(confirmed=made)
        .filter(pk=round_id)
        .first()
    )
    if found is None:
        return None
    draw: Draw | None = getattr(found, "draw", None)
    plan: CeremonyPlan | None = getattr(found, "plan", None)
    if draw is None and plan is None:
        return None
    seats = seats_of(draw, plan)
    state = draw.state if draw else DrawState.PLANNED
    shown = [LAYOUT, language, state, found.confirmed, draw and [draw.public_value, draw.seed], _plan_text(plan)]
    shown.append([[one.name, one.committed, one.revealed] for one in seats])
    etag = hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]
    return Pulse(found, state, plan, draw, seats, f'"{etag}"')


def _plan_text(plan: CeremonyPlan | None) -> list[str]:
    return [str(getattr(plan, name, "")) for name in ("place", "starts_at", "commit_by", "reveal_by", "value_by")]


def seats_of(draw: Draw | None, plan: CeremonyPlan | None) -> tuple[Seat, ...]:
    """Everybody named and what came in of them; one query."""
    nonces = {one.witness.username: one for one in _nonces(draw)}
    named = {one["name"]: one["duty"] for one in plan.witnesses} if plan else dict.fromkeys(nonces, "witness")
    return tuple(_seat(name, duty, nonces.get(name)) for name, duty in named.items())


def _nonces(draw: Draw | None) -> Sequence[Nonce]:
    if draw is None:
        return ()
    return list(Nonce.objects.filter(draw=draw).select_related("witness").order_by("committed_at"))


def _seat(name: str, duty: str, nonce: Nonce | None) -> Seat:
    if nonce is None:
        return Seat(name, duty_name(duty), committed=False, revealed=False, commitment="", part="")
    part = hashlib.sha256(nonce.value.encode()).hexdigest() if nonce.revealed_at else ""
    return Seat(
        name,
        duty_name(duty),
        committed=True,
        revealed=bool(part),
        commitment=fours(nonce.commitment[:16]),
        part=fours(part[:16]),
    )


def duty_name(duty: str) -> str:
    """The duty in the reader's language."""
    names = {
        "notary": pgettext("duty", "Notary"),
        "inspector": _("Discipline inspector"),
        "deputy": _("People's deputy"),
        "press": _("Press"),
        "parent": _("Parents' delegate"),
    }
    return names.get(duty, pgettext("duty", "Witness"))


def hall_page(found: Pulse) -> HallPage:
    """Everything on the screen, in the reader's language."""
    draw, plan = found.draw, found.plan
    title, told = _words(found.state)
    here = STATES.index(DrawState(found.state))
    name, label = {
        DrawState.FROZEN: ("commit_by", _("Commitments end in")),
        DrawState.WITNESSING: ("commit_by", _("Commitments end in")),
        DrawState.REVEALING: ("reveal_by", _("Reveals end in")),
        DrawState.PLANNED: ("starts_at", _("The ceremony begins in")),
    }.get(DrawState(found.state), ("", ""))
    deadline = getattr(plan, name, None) if name else None
    confirmed: tuple[str, ...] = ()
    if draw is not None and found.state == DrawState.READY:
        now = Confirmation.objects.filter(round=found.round, step=FinalStep.DRAW, subject=ceremony_digest(draw))
        confirmed = tuple(now.order_by("at").values_list("official__username", flat=True))
    return HallPage(
        pulse=found,
        number=here + 1,
        steps=len(STATES),
        title=title,
        told=told,
        deadline=clock.ended(deadline) if deadline and found.state != DrawState.PLANNED else deadline,
        deadline_label=label,
        committed=sum(one.committed for one in found.seats),
        revealed=sum(one.revealed for one in found.seats),
        root=fours(draw.roll_root) if draw else "",
        seed=fours(draw.seed) if draw else "",
        public_value=draw.public_value if draw else "",
        confirmed=confirmed,
        columns=_columns(found.round) if draw and draw.seed else (),
        states=tuple("done" if at < here else "now" if at == here else "later" for at in range(len(STATES))),
    )


def _words(state: str) -> tuple[str, str]:
    return {
        DrawState.PLANNED: (
            _("The draw will be held here"),
            _("Nothing is fixed yet: first the roll is frozen and published."),
        ),
        DrawState.FROZEN: (
            _("The roll is frozen"),
            _("Nobody can be added, left out or changed any more. The witnesses now commit to secrets of their own."),
        ),
        DrawState.WITNESSING: (
            _("The witnesses commit"),
            _("Each publishes the digest of a secret. The secrets themselves nobody knows yet."),
        ),
        DrawState.REVEALING: (
            _("The witnesses reveal"),
            _("Each secret must match the digest published before, or it is refused."),
        ),
        DrawState.READY: (
            _("Everything is in"),
            _("Two people confirm with their one-time passwords. The second confirmation makes the draw."),
        ),
        DrawState.DRAWN: (_("Drawn"), _("The order follows from the seed alone. Anybody can compute it again.")),
        DrawState.PUBLISHED: (
            _("The places are published"),
            _("Every family has its result. The notary now certifies."),
        ),
        DrawState.CERTIFIED: (_("Certified"), _("The minutes are public. The ceremony is closed.")),
    }[DrawState(state)]


def _columns(round_: Round) -> tuple[Column, ...]:
    file = PublicFile.objects.filter(round=round_, name="first.json").first()
    if file is None:
        return ()
    body: Mapping[str, Any] = json.loads(b"".join(file.content()))
    names = dict(School.objects.filter(code__in=list(body["schools"])).values_list("code", "name"))
    whole = Column(_("The whole round"), "", _rows(body["order"]))
    schools = (Column(names.get(code, code), code, _rows(rows)) for code, rows in sorted(body["schools"].items()))
    return (whole, *schools)


def _rows(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((group[:8], shown) for group, shown in rows)


def public_file(round_id: int, name: str) -> PublicFile | None:
    """A published file with its body."""
    return PublicFile.objects.filter(round_id=round_id, name=name).first()
