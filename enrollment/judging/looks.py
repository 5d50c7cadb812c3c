"""Asking for second looks: written by whoever makes a change, taken by a worker (``again``)."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from enrollment.judging.models import SecondLook
from foundation import clock
from foundation.lanes import ring_on_commit

LANE: Final = "families"
STORED: Final = 2000  # looks written in one statement


def looks_ask(applications: Iterable[UUID], cause: str) -> None:
    """Have these applications looked at again by a worker, each once however often it is asked for."""
    now, ids = clock.now(), sorted(set(applications))
    for at in range(0, len(ids), STORED):
        SecondLook.objects.bulk_create(
            [SecondLook(application_id=pk, cause=cause, asked_at=now, due_at=now) for pk in ids[at : at + STORED]],
            update_conflicts=True,
            unique_fields=["application"],
            update_fields=["cause", "asked_at", "due_at"],
        )
    if ids:
        ring_on_commit(LANE)
