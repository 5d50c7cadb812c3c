"""The door of the audit log."""

import hashlib
import warnings
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol

from django.db import transaction

from audit.models import Anchor, Entry, Seal
from audit.words import SYSTEM, unworded
from foundation import acting, clock
from foundation.bulk import insert, insert_alike
from foundation.canonical import digest_of
from foundation.crypto import blind_index
from foundation.locks import lock

GENESIS = "0" * 64


def typed_name(name: str) -> str:
    """What the log has in the place of a name that somebody typed at the staff's door: equal names can be found, none
    can be read (it may be a password in the wrong field).
    """
    return blind_index("staff-name", name.strip())


class Actor(Protocol):
    """Whoever acts: an account, or None for the system itself."""

    @property
    def pk(self) -> Any: ...
    @property
    def username(self) -> str: ...


def entry_digest(entry: Entry) -> str:
    """SHA-256 over the canonical JSON of everything the entry says (64 hex digits)."""
    body = [
        entry.at.astimezone(clock.SHANGHAI).isoformat(),
        entry.actor_id,
        entry.actor_label,
        entry.action,
        entry.object_type,
        entry.object_id,
        entry.district_code,
        entry.details,
    ]
    return digest_of(body)


def entry(
    *,
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: object,
    district: str = "",
    details: Mapping[str, Any] | None = None,
) -> Entry:
    """One entry that is not stored yet, for whoever inserts it with the rows it tells of (``foundation.bulk.insert``).

    ``details`` must hold no ID number, phone or name.
    """
    for part in unworded(action):
        warnings.warn(f"audit.words has no words for {part!r} of {action!r}", stacklevel=2)
    assist = acting.current()
    by = {"operator": assist.operator_label, "visit": assist.visit_id} if assist else {}
    made = Entry(
        at=clock.now(),
        actor_id=actor.pk if actor else None,
        actor_label=actor.username if actor else SYSTEM,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        district_code=district,
        details={**(details or {}), **by},
    )
    made.digest = entry_digest(made)
    return made


def record(
    *,
    actor: Actor | None,
    action: str,
    object_type: str,
    object_id: object,
    district: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one entry in the caller's transaction. ``details`` must hold no ID number, phone or name."""
    made = entry(
        actor=actor,
        action=action,
        object_type=object_type,
        object_id=object_id,
        district=district,
        details=details,
    )
    insert([made])


def record_all(entries: Sequence[Entry]) -> None:
    """Write entries of many objects (see ``entry``), in the caller's transaction."""
    insert_alike(entries)


def record_views(*, actor: Actor, action: str, object_type: str, places: Mapping[str, str]) -> None:
    """Write one entry per row that a person was shown on a list; ``places`` names each row's id and its district."""
    insert_alike(
        [
            entry(actor=actor, action=action, object_type=object_type, object_id=one, district=district)
            for one, district in places.items()
        ]
    )


def seal(limit: int = 50_000) -> Seal | None:
    """Chain the entries that have no seal yet; None when there are none. One sealer at a time."""
    with transaction.atomic():
        lock("audit.seal")
        entries = list(Entry.objects.filter(seal__isnull=True).order_by("id")[:limit].only("id", "digest"))
        if not entries:
            return None
        last = Seal.objects.order_by("-id").first()
        previous = last.digest if last else GENESIS
        digest = chain_digest(previous, [(entry.pk, entry.digest) for entry in entries])
        made = Seal.objects.create(previous=previous, digest=digest, entries=len(entries), sealed_at=clock.now())
        Entry.objects.filter(pk__in=[entry.pk for entry in entries]).update(seal=made)
        return made


def chain_digest(previous: str, covered: list[tuple[int, str]]) -> str:
    """The digest of a seal: SHA-256 over the previous digest and each (id, entry digest) in id order."""
    state = hashlib.sha256(previous.encode())
    for pk, digest in covered:
        state.update(f"\n{pk} {digest}".encode())
    return state.hexdigest()


def anchor(day: date) -> Anchor | None:
    """Publish what the chain of a day ended with; None while entries of that day are not sealed, or nothing is."""
    end = datetime.combine(day + timedelta(days=1), time.min, tzinfo=clock.SHANGHAI)
    if clock.now() < end or Entry.objects.filter(at__lt=end, seal__isnull=True).exists():
        return None
    last = Seal.objects.order_by("-id").first()
    if last is None:
        return None
    made, _new = Anchor.objects.get_or_create(
        day=day,
        defaults={
            "seal": last,
            "digest": last.digest,
            "seals": Seal.objects.filter(pk__lte=last.pk).count(),
            "published_at": clock.now(),
        },
    )
    return made
