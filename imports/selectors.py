"""What staff see of imports: the kinds and tables that are in their care, and one table with what may be done now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from foundation.errors import NotAllowed
from foundation.progress import Progress, progress
from imports.kinds import Kind, Place, kind_of, kinds, may_anywhere, tables_of
from imports.models import Import
from imports.services import import_for
from imports.states import AT_WORK, KEPT
from imports.working import progress_name

NEWEST: Final = 30
SORTS: Final[dict[str, Promise]] = {
    "new": lazy("New"),
    "changed": lazy("Changed"),
    "gone": lazy("No longer there"),
    "same": lazy("Unchanged"),
}
PHASES: Final[dict[str, Promise]] = {
    "checking": lazy("Checking the rows"),
    "returning": lazy("Writing the returned sheet"),
    "storing": lazy("Storing the rows"),
    "undoing": lazy("Putting back what stood before"),
}
STATE = Import.State
WAITING: Final = frozenset({STATE.READY, STATE.UNDO_ASKED, STATE.STALE, *AT_WORK})  # for a person, or for a worker


@dataclass(frozen=True, slots=True)
class KindPage:
    """One kind with the places where this person may bring it in, and the newest tables of them."""

    kind: Kind
    places: tuple[Place, ...]
    tables: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class TablePage:
    """One table, what it would change, and what this person may do."""

    made: Import
    kind: Kind
    place: Place
    at_work: bool
    own: bool  # brought in by this very person: another one takes it
    own_undo: bool
    sorts: tuple[tuple[str, Promise, int, Sequence[Any]], ...]

    @property
    def may_take(self) -> bool:
        return self.made.state == STATE.READY and not self.own and bool(self.made.changes)

    @property
    def may_refuse(self) -> bool:
        return self.made.state in {STATE.READY, STATE.STALE}

    @property
    def may_undo(self) -> bool:
        return self.made.state == STATE.UNDO_ASKED and not self.own_undo


def own_kinds(account: Account) -> tuple[Kind, ...]:
    """The kinds that the person may bring in anywhere."""
    return tuple(kind for kind in kinds() if may_anywhere(account, kind))


def own_tables(account: Account, only: Kind | None = None) -> tuple[Import, ...]:
    """The newest tables in the person's care, what waits for somebody first."""
    said = Q(pk__in=[])
    for kind in [only] if only else own_kinds(account):
        said |= Q(pk__in=tables_of(account, kind, Import.objects.all()).values("pk"))
    rows = Import.objects.filter(said).select_related("uploaded_by", "decided_by").defer("report")
    newest = list(rows.order_by("-pk")[:NEWEST])
    return tuple(sorted(newest, key=lambda one: one.state not in WAITING))


def kind_page(account: Account, name: str) -> KindPage:
    """Raises NotAllowed."""
    kind = kind_of(name)
    if kind is None or not may_anywhere(account, kind):
        raise NotAllowed(_("You may not bring in such a table here."))
    return KindPage(kind, tuple(kind.places(account)), own_tables(account, kind))


def table_page(account: Account, import_id: int) -> TablePage:
    """Raises NotAllowed."""
    made, kind, place = import_for(account, import_id)
    counts, shown = made.counts, made.report
    return TablePage(
        made,
        kind,
        place,
        at_work=made.state in AT_WORK,
        own=made.uploaded_by_id == account.pk,
        own_undo=made.undo_by_id == account.pk,
        sorts=tuple(
            (sort, words, counts.get(sort, 0), shown.get(sort, ())) for sort, words in SORTS.items() if counts.get(sort)
        ),
    )


def table_progress(made: Import) -> tuple[Progress | None, str]:
    """How far a worker is, and the words of what it does."""
    found = progress(progress_name(made.pk))
    return found, str(PHASES.get(found.phase, "")) if found else ""


def named_files(digests: Sequence[str]) -> set[str]:
    """Which of these stored files a table still needs; of one that is decided the bytes are not kept."""
    rows = Import.objects.filter(state__in=KEPT, sha256__in=digests).values_list("sha256", flat=True)
    returned = Import.objects.filter(state=STATE.WRONG, returned__in=digests).values_list("returned", flat=True)
    return {*rows, *returned}
