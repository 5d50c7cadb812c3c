"""Announcements: made and ended by the bureau's people, shown to everybody while they last."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock
from foundation.wording import content_language
from helpdesk.models import Announcement
from helpdesk.publishing import publisher
from schools.services import district_ensure

LONGEST: Final = 300
MOST: Final = 3  # of a county at once: more than that nobody reads
FRESH_SECONDS: Final = 20  # within which every process knows of a new one
MINUTE: Final = "%Y-%m-%dT%H:%M"


@dataclass(frozen=True, slots=True)
class Shown:
    """An announcement in the language of the page."""

    district: str
    text: str


@lru_cache(maxsize=1)
def _now(_turn: int) -> tuple[tuple[str, Mapping[str, str], datetime, datetime], ...]:
    """What stands or is about to, as every page may ask: read at most once in a while by each process."""
    rows = Announcement.objects.filter(ended_at=None, ends_at__gt=clock.now()).select_related("district")
    return tuple((row.district.name, row.text, row.starts_at, row.ends_at) for row in rows.order_by("starts_at", "pk"))


def forget() -> None:
    """Read anew at the next page."""
    _now.cache_clear()


def announcements_now() -> list[Shown]:
    """What stands at the top of the page now."""
    now, language = clock.now(), content_language()
    rows = _now(int(now.timestamp()) // FRESH_SECONDS)
    return [
        Shown(district, text.get(language) or text.get("zh", ""))
        for district, text, starts, ends in rows
        if starts <= now < ends
    ]


def announcements_of(district: str) -> QuerySet[Announcement]:
    """What stands and what is to come in a county."""
    rows = Announcement.objects.filter(district=district, ended_at=None, ends_at__gt=clock.now())
    return rows.select_related("made_by").order_by("starts_at", "pk")


@transaction.atomic
def announcement_make(*, official: Account, district: str, texts: Mapping[str, str]) -> Announcement:
    """Announce something; ``texts`` are zh, en, starts and ends as typed. Raises NotAllowed, Refused (a field)."""
    publisher(official, district)
    lock(f"announcements {district}")
    for name in ("zh", "en"):
        if not 1 <= len(texts[name]) <= LONGEST:
            text = _("Write it in both languages, at most %(most)d characters each.")
            raise Refused(text % {"most": LONGEST}, code="text", field=f"announce_{name}")
    starts, ends = _moment(texts["starts"], "starts") or clock.now(), _moment(texts["ends"], "ends")
    if ends is None:
        raise Refused(_("Say until when it stands."), code="ends", field="announce_ends")
    if ends <= max(starts, clock.now()):
        raise Refused(_("The end lies before the beginning, or has passed."), code="order", field="announce_ends")
    beside = announcements_of(district).filter(Q(starts_at__lt=ends) & Q(ends_at__gt=starts))
    if beside.filter(text={"zh": texts["zh"], "en": texts["en"]}, ends_at=ends).exists():
        raise Refused(_("This is announced already."), code="twice", field="announce_zh")
    if beside.count() >= MOST:
        text = _("%(most)d announcements stand in this time already. End one first: more than that nobody reads.")
        raise Refused(text % {"most": MOST}, code="too_many")
    made = Announcement.objects.create(
        district=district_ensure(code=district),
        text={"zh": texts["zh"], "en": texts["en"]},
        starts_at=starts,
        ends_at=ends,
        made_by=official,
        made_at=clock.now(),
    )
    _note(made, "make", official)
    return made


@transaction.atomic
def announcement_end(*, official: Account, announcement_id: int) -> Announcement:
    """Take it down before its time. Raises NotAllowed, Refused (it is over)."""
    row = Announcement.objects.select_for_update().filter(pk=announcement_id).first()
    if row is None:
        raise NotAllowed(_("There is no such announcement."))
    publisher(official, row.district_id)
    if row.ended_at is not None or row.ends_at <= clock.now():
        raise Refused(_("It is over already."), code="over")
    row.ended_by, row.ended_at = official, clock.now()
    row.save(update_fields=["ended_by", "ended_at"])
    _note(row, "end", official)
    return row


def _moment(text: str, name: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, MINUTE).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        raise Refused(_("Write the time as 2027-07-20T09:30."), code="time", field=f"announce_{name}") from None


def _note(row: Announcement, action: str, actor: Account) -> None:
    record(
        actor=actor,
        action=f"announcement.{action}",
        object_type="announcement",
        object_id=row.pk,
        district=row.district_id,
        details={"text": row.text, "starts": clock.written(row.starts_at), "ends": clock.written(row.ends_at)},
    )
    transaction.on_commit(forget)
