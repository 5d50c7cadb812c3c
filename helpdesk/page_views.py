"""Views of the public pages: from the counters into the table, and what the bureau reads there."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection, transaction
from django.db.models import Sum

from enrollment.public import page_views
from foundation import clock
from foundation.valkey import away
from helpdesk.models import PageViews, VisitFlush

KEPT = timedelta(days=7)  # names of batches; one that is in the table is removed from Valkey within seconds
ADD = """
    INSERT INTO helpdesk_pageviews (day, page, views) VALUES (%s, %s, %s)
    ON CONFLICT (day, page) DO UPDATE SET views = helpdesk_pageviews.views + EXCLUDED.views
"""


def page_views_flush() -> int:
    """Move every waiting batch into the table; returns the number of views added. Safe to kill at any point."""
    added = 0
    try:
        for batch, counts in page_views.batches():
            added += _batch_store(batch, counts)
            page_views.forget(batch)
    except away():
        return added
    VisitFlush.objects.filter(at__lt=clock.now() - KEPT).delete()
    return added


@transaction.atomic
def _batch_store(batch: str, counts: Mapping[str, int]) -> int:
    """Add a batch with its name in one transaction; a name that is there already means that it was added before."""
    _row, fresh = VisitFlush.objects.get_or_create(batch=batch, defaults={"at": clock.now()})
    if not fresh:
        return 0
    with connection.cursor() as cursor:
        for field, views in sorted(counts.items()):  # a few dozen
            day, _space, page = field.partition(" ")
            cursor.execute(ADD, [day, page, views])
    return sum(counts.values())


@dataclass(frozen=True, slots=True)
class Total:
    """Views of all public pages: today, in the last 30 days, and since counting began."""

    today: int
    month: int
    ever: int


def page_views_total() -> Total:
    """What has been flushed so far."""
    today = clock.today()
    return Total(_sum(today), _sum(today - timedelta(days=29)), _sum(None))


def _sum(since: date | None) -> int:
    rows = PageViews.objects.all() if since is None else PageViews.objects.filter(day__gte=since)
    return int(rows.aggregate(views=Sum("views"))["views"] or 0)
