"""The plan of a ceremony: where, when, which randomness, which witnesses; it may change until the roll is frozen."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.seasons.models import Round
from enrollment.seasons.services.rounds import round_for
from enrollment.seasons.states import BEFORE_CLOSING
from foundation import clock
from foundation.days import moment_said
from foundation.errors import Refused
from lottery.ceremony.models import CeremonyPlan, Draw
from lottery.ceremony.people import is_notary, witnesses_of
from lottery.ceremony.states import DUTIES
from lottery.engine.drawing.methods import DEFAULT, METHODS
from lottery.refusals import one_line

MOST_PLACE, MOST_TEXT, MOST_WITNESSES = 200, 1000, 40
# Part of the announcement, not of the screen: both languages stand in the one text that is hashed.
PUBLIC_VALUE = (
    "上证综合指数（000001）在名册冻结（frozen_at）之后第一个交易日的收盘值，保留两位小数，以上海证券交易所公布为准 / "
    "SSE Composite Index (000001), closing value of the first trading day after frozen_at, two decimals, "
    "as published by the Shanghai Stock Exchange"
)
FALLBACK = (
    "未按时承诺或公开的见证人以空值计入，并在记录中注明；其余见证人的随机数与公开数值照常使用。"
    "公开数值三个交易日内未公布的，改用其后一个交易日的收盘值 / "
    "A witness who does not commit or reveal in time enters as an empty part and is named in the transcript; the other "
    "nonces and the public value stand. If the value is not published within three trading days, that of the next "
    "trading day is taken."
)


@transaction.atomic
def ceremony_plan(
    *,
    official: Account,
    round_id: int,
    place: str,
    starts_at: datetime | None,
    witnesses: Mapping[str, str],
    public_value: str = PUBLIC_VALUE,
    fallback: str = FALLBACK,
    commit_by: datetime | None = None,
    reveal_by: datetime | None = None,
    value_by: datetime | None = None,
    method: str = DEFAULT,
) -> CeremonyPlan:
    """Write or replace the plan of a round whose roll is not frozen. `witnesses` maps user names to duties.

    Deadlines are aware; where one is left out the step ends when the official ends it. Raises NotAllowed, Refused.
    """
    round_ = round_for(official, round_id, Ability.ROUND_RUN)
    if Draw.objects.filter(round=round_).exists():
        text = _("The roll is frozen and the plan is published with it. It cannot be changed any more.")
        raise Refused(text, code="illegal_step")
    _check_times(commit_by, reveal_by, value_by)
    # later it is known when applications closed
    if starts_at is not None and round_.state in BEFORE_CLOSING and starts_at <= round_.closes_at:
        text = _("Applications close on %(closes)s: the ceremony must begin after that.")
        raise Refused(text % {"closes": moment_said(round_.closes_at)}, code="time", field="starts_at")
    if method not in METHODS:
        raise Refused(_("Choose one of the published ways to draw."), code="method", field="method")
    fields = {
        "place": one_line(place, "place", MOST_PLACE),
        "starts_at": starts_at,
        "method": method,
        "public_value": one_line(public_value, "public_value", MOST_TEXT),
        "fallback": one_line(fallback, "fallback", MOST_TEXT),
        "commit_by": commit_by,
        "reveal_by": reveal_by,
        "value_by": value_by,
        "witnesses": _checked_witnesses(witnesses, round_),
    }
    return _store(round_, official, fields)


def plan_default(round_: Round, official: Account) -> CeremonyPlan:
    """The plan of the round; where none was made, everybody appointed is a witness and no deadline is set."""
    found = CeremonyPlan.objects.select_for_update().filter(round=round_).first()
    if found is not None:
        return found
    everybody = [{"name": name, "duty": "witness"} for name in witnesses_of(round_)]
    return _store(round_, official, {"public_value": PUBLIC_VALUE, "fallback": FALLBACK, "witnesses": everybody})


def _store(round_: Round, official: Account, fields: Mapping[str, object]) -> CeremonyPlan:
    made = {**fields, "planned_by": official, "planned_at": clock.now()}
    plan, _made = CeremonyPlan.objects.update_or_create(round=round_, defaults=made)
    record(
        actor=official,
        action="ceremony.plan",
        object_type="round",
        object_id=round_.pk,
        district=round_.season.district_id,
        details={"witnesses": len(plan.witnesses), "method": plan.method},
    )
    return plan


def _check_times(commit_by: datetime | None, reveal_by: datetime | None, value_by: datetime | None) -> None:
    last, now = None, clock.now()
    for field, moment in (("commit_by", commit_by), ("reveal_by", reveal_by), ("value_by", value_by)):
        if moment is None:
            continue
        if moment <= now:
            raise Refused(_("This deadline has passed already. Name a later one."), code="past", field=field)
        if last is not None and moment <= last:
            text = _("The deadlines follow each other: commitments, reveals, public value.")
            raise Refused(text, code="deadline_order", field=field)
        last = moment


def _checked_witnesses(witnesses: Mapping[str, str], round_: Round) -> list[dict[str, str]]:
    if not 1 <= len(witnesses) <= MOST_WITNESSES:
        text = _("Name 1 to %(most)d witnesses.") % {"most": MOST_WITNESSES}
        raise Refused(text, code="witnesses", field="witnesses")
    accounts = {one.username: one for one in Account.objects.filter(username__in=list(witnesses), is_staff=True)}
    district = round_.season.district_id
    for name, duty in witnesses.items():
        account = accounts.get(name)
        if account is None or not scope(account).may(Ability.ROUND_WITNESS, district=district):
            text = _("%(name)s is not appointed as a witness of this district. Appoint the person first.")
            raise Refused(text % {"name": name[:64]}, code="not_appointed", field="witnesses")
        if duty not in DUTIES:
            raise Refused(_("Choose the duty of every witness."), code="duty", field="witnesses")
        if duty == "notary" and not is_notary(account, district):
            text = _("%(name)s does not hold the role of a notary.") % {"name": name}
            raise Refused(text, code="not_notary", field="witnesses")
    return [{"name": name, "duty": witnesses[name]} for name in sorted(witnesses)]
