"""How many texts were handed over, of which kind, on which day, how many arrived, and what they cost."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from foundation import clock
from foundation.errors import Refused
from notifications.models import UNREACHED, Delivery, Message
from notifications.names import message_name

ABILITIES: Final = (Ability.SEASON_EDIT, Ability.AUDIT_VIEW)
MOST_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One kind of text on one day, or the sum of several: texts, segments, and what is known of their way."""

    kind: str
    day: date | None
    texts: int
    segments: int
    arrived: int
    lost: int

    @property
    def cost(self) -> Decimal | None:
        """Yuan by the price of a segment; None where no price is set."""
        price = Decimal(str(settings.SMS_PRICE))
        return (self.segments * price).quantize(Decimal("0.01")) if price else None


@dataclass(frozen=True, slots=True)
class Figures:
    """What was handed over from a day to a day, both included."""

    since: date
    until: date
    by_kind: tuple[Line, ...]
    by_day: tuple[Line, ...]
    total: Line
    month: int  # segments of this calendar month, in every division one sees
    agreed: int  # segments a month by the contract; 0 for none

    @property
    def share(self) -> int:
        """Percent of the agreed segments that this month has used."""
        return round(100 * self.month / self.agreed) if self.agreed else 0


def allowed(staff: Account) -> bool:
    return any(scope(staff).any(ability) for ability in ABILITIES)


def _handed_over(staff: Account, since: date, until: date) -> QuerySet[Delivery]:
    """The hand-overs of the divisions somebody runs or supervises; sign-in codes belong to no county."""
    first = datetime.combine(since, time.min, clock.SHANGHAI)
    end = datetime.combine(until + timedelta(days=1), time.min, clock.SHANGHAI)
    rows = Delivery.objects.filter(outcome=Delivery.Outcome.SENT, at__gte=first, at__lt=end)
    found, may = Delivery.objects.none(), scope(staff)
    for ability in ABILITIES:
        found |= may.rows(rows, ability, district="message__district_code")
        if may.above_counties(ability):
            found |= rows.filter(message__district_code="")
    return found


def _sum(lines: Sequence[Line], kind: str = "", day: date | None = None) -> Line:
    parts = ([getattr(one, name) for one in lines] for name in ("texts", "segments", "arrived", "lost"))
    return Line(kind, day, *map(sum, parts))


def lines_of(staff: Account, since: date, until: date) -> list[Line]:
    """Each kind on each day, the newest day first. Raises Refused for days that are none, or too many."""
    if until < since or (until - since).days > MOST_DAYS:
        raise Refused(_("Please give two days, the first before the second and at most 400 days apart."), field="since")
    days = _handed_over(staff, since, until).annotate(day=TruncDate("at", tzinfo=clock.SHANGHAI))
    rows = days.values("message__template", "day").annotate(
        texts=Count("pk"),
        segments=Sum("segments"),
        arrived=Count("pk", filter=Q(message__state=Message.State.DELIVERED)),
        lost=Count("pk", filter=Q(message__state__in=UNREACHED)),
    )
    return [
        Line(
            str(message_name(row["message__template"])),
            row["day"],
            row["texts"],
            row["segments"],
            row["arrived"],
            row["lost"],
        )
        for row in rows.order_by("-day", "message__template")
    ]


def figures(staff: Account, since: date, until: date) -> Figures:
    """What was said from a day to a day. Raises Refused."""
    lines = lines_of(staff, since, until)
    kinds = sorted({one.kind for one in lines})
    days = sorted({one.day for one in lines if one.day}, reverse=True)
    by_kind = [_sum([one for one in lines if one.kind == kind], kind) for kind in kinds]
    by_day = [_sum([one for one in lines if one.day == day], day=day) for day in days]
    today = clock.today()
    month = _handed_over(staff, today.replace(day=1), today).aggregate(many=Sum("segments"))["many"]
    return Figures(
        since=since,
        until=until,
        by_kind=tuple(sorted(by_kind, key=lambda one: -one.segments)),
        by_day=tuple(by_day),
        total=_sum(lines),
        month=month or 0,
        agreed=settings.SMS_MONTHLY_SEGMENTS,
    )
