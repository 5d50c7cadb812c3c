"""Reads of the audit log."""

from audit.models import Entry, Seal
from audit.services import GENESIS, chain_digest, entry_digest


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
