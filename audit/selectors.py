"""Reads of the audit log."""

from datetime import timedelta

from audit.models import Entry, Seal
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
