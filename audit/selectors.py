"""Reads of the audit log."""

from datetime import timedelta

from audit.models import Anchor, Entry, Seal
from audit.services import GENESIS, chain_digest, entry_digest
from foundation import clock


def times_lately(*, actor_id: int, action: str) -> int:
    """How often somebody did this in the last 24 hours, by the log: for bounds on looking things up."""
    since = clock.now() - timedelta(days=1)
    return Entry.objects.filter(actor_id=actor_id, action=action, at__gte=since).count()


def verify_chain() -> list[str]:
    """Recompute every seal and every entry; the differences found, oldest first (empty when all is as it was)."""
    problems = []
    previous = GENESIS
    for seal in Seal.objects.order_by("id").iterator():
        covered = []
        for entry in Entry.objects.filter(seal=seal).order_by("id").iterator():
            if entry_digest(entry) != entry.digest:
                problems.append(f"entry {entry.pk} was altered")
            covered.append((entry.pk, entry.digest))
        if seal.previous != previous or chain_digest(previous, covered) != seal.digest or len(covered) != seal.entries:
            problems.append(f"seal {seal.pk} does not fit the entries it covers")
        previous = seal.digest
    return problems


def anchors_differ() -> list[str]:
    """The published anchors that the chain does not have any more, in words (empty when it has them all)."""
    rows = Anchor.objects.select_related("seal").order_by("day")
    return [f"the anchor of {one.day} is another than its seal" for one in rows if one.digest != one.seal.digest]


def looked_at(*, object_id: object, most: int = 50) -> list[Entry]:
    """Who read or changed one thing, the newest first: for supervisors."""
    rows = Entry.objects.filter(object_type="application", object_id=str(object_id))
    return list(rows.order_by("-id")[:most])
