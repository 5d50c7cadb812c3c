"""Whether the draw a run would follow is the one that was announced, confirmed and logged; and the alarm if it is not.

Whoever has rights on the database can change a row, also one that the portal itself never changes. What was
published before any entropy existed, what two people confirmed and what the sealed log says do not change with it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from audit.models import Entry
from audit.services import record
from enrollment.seasons.models import Round
from foundation.errors import Refused
from foundation.wording import say
from lottery.ceremony.digests import announcement_digest, ceremony_digest, domain, entropy_of
from lottery.ceremony.models import Confirmation, Draw, PublicFile
from lottery.ceremony.states import FinalStep
from lottery.engine.admission.entries import COORDINATION, Site
from lottery.engine.drawing.bound import check_same
from lottery.engine.drawing.transcript import seed_of
from lottery.engine.messages import MESSAGES, LotteryError
from policy import PolicyError, digest


class NotBound(Refused):
    """What a run would read is not what the draw bound: nothing is computed, and the log raises an alarm."""

    def __init__(self, error: LotteryError) -> None:
        what = say(MESSAGES[error.code], error.params)
        if error.code == "bound.school":
            advice = _("Nothing was computed. Enter it again as it was announced, then compute the places again.")
        else:
            advice = _(
                "Nothing was computed or published. Leave everything as it is, and tell the notary and whoever"
                " supervises the bureau: somebody has changed stored data. The audit log has an alarm."
            )
        super().__init__(f"{what} {advice}", code="stale" if error.code == "bound.school" else "bound")
        self.error = error


@contextmanager
def bound_only() -> Iterator[None]:
    """What the pure core says of a line, a root or a seed that does not fit, as a refusal."""
    try:
        yield
    except LotteryError as error:
        raise NotBound(error) from None


@contextmanager
def alarm_outside(round_id: int) -> Iterator[None]:
    """Raise the alarm of a refusal after its transaction was rolled back."""
    try:
        yield
    except NotBound as problem:
        alarm(round_id, problem)
        raise


def alarm(round_id: int, problem: NotBound) -> None:
    """The entry of the log that says what did not fit."""
    record(
        actor=None,
        action="alarm.bound",
        object_type="round",
        object_id=round_id,
        district=Round.objects.values_list("season__district_id", flat=True).get(pk=round_id),
        details={"code": problem.error.code, **{name: str(value) for name, value in problem.error.params.items()}},
    )


def check_draw(draw: Draw) -> None:
    """Hold the stored draw against its announcement, the log, the confirmations and the policy. Raises LotteryError."""
    body, round_ = draw.commitment, draw.round
    mark = announcement_digest(draw)
    file = PublicFile.objects.filter(round=round_, name="announcement.json").first()
    published = hashlib.sha256(b"".join(file.content())).hexdigest() if file else ""
    check_same("announcement.json", (published, file.sha256 if file else ""), (mark, mark))
    logged = Entry.objects.filter(action="roll.freeze", object_type="draw", object_id=str(draw.pk)).first()
    details: Mapping[str, Any] = logged.details if logged else {}
    check_same("the log of the freeze", details.get("announcement"), mark)
    policy = round_.policy
    for what, stored, announced in (
        ("sibling_rule", draw.sibling_rule, body["sibling_rule"]),
        ("method", draw.method, body["method"]),
        ("roll_root", draw.roll_root, body["roll"]["root"]),
        ("roll_count", draw.roll_count, body["roll"]["rows"]),
        ("seats", draw.seats, body["school_seats"]),
        ("domain", asdict(domain(round_, COORDINATION, "order")), body["domain"]),
        ("policy", {"code": policy.code, "number": policy.number, "digest": policy.digest}, body["policy"]),
        ("policy text", _digest(policy.text), policy.digest),
    ):
        check_same(what, stored, announced)
    _check_seed(draw)


def _digest(text: str) -> str:
    try:
        return digest(text)
    except PolicyError:
        return ""


def _check_seed(draw: Draw) -> None:
    """The seed follows from the reveals and the public value, and two people confirmed exactly these."""
    try:
        seed = seed_of(draw.commitment, entropy_of(draw)).hex()
    except LotteryError:
        seed = ""
    given = Confirmation.objects.filter(round=draw.round, step=FinalStep.DRAW, subject=ceremony_digest(draw))
    if not seed or seed != draw.seed or given.values("official").distinct().count() < 2:
        raise LotteryError("bound.seed")


def check_sites(announced: Mapping[str, Any], sites: Mapping[str, Site]) -> None:
    """Hold the table of schools against what was announced of each. Raises LotteryError bound.school."""
    for code, before in announced.items():
        now = sites[code].to_json() if code in sites else {}
        changed = [name for name, value in before.items() if now.get(name) != value]
        if changed:
            raise LotteryError("bound.school", school=code, field=", ".join(changed))
