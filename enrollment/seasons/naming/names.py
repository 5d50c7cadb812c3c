"""Finding an application by a part of the child's name, by its sounds or initials, with nothing kept in clear.

Each word by which a name is found (``identifiers.spoken``) is kept as a keyed digest of 64 bits, with the district in
it: marks of two districts cannot be compared, and a search costs one look into an index for each district in reach.
"""

from collections.abc import Iterable, Sequence

from django.db.models import QuerySet

from enrollment.seasons.models import Application, ApplicationState, NameMarks
from enrollment.seasons.naming.described import described_of
from foundation.crypto import blind_index
from identifiers.spoken import part_asked, parts_of

SIGNED = 1 << 63


def _mark(word: str, district: str) -> int:
    return int(blind_index(f"name part {district}", word)[:16], 16) - SIGNED


def marks_of(name: str, district: str, described: str = "") -> list[int]:
    """The marks of one name in one district, in order; ``described`` is the same name before it was settled."""
    words = parts_of(name) | (parts_of(described) if described else frozenset())
    return sorted(_mark(word, district) for word in words)


def names_note(applications: Iterable[Application]) -> None:
    """Keep by which words the children of these applications are found; in one statement."""
    rows = [
        NameMarks(application=one, marks=marks_of(one.child.name, one.district_code, described_of(one.child)))
        for one in applications
    ]
    NameMarks.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["application"], update_fields=["marks"], batch_size=500
    )


def names_fill(batch: int = 500) -> bool:
    """Note the names of applications that were judged before names were noted; True when there may be more."""
    rows = Application.objects.filter(name_marks=None).exclude(state=ApplicationState.WITHDRAWN).select_related("child")
    found = list(rows.only("pk", "district_code", "child__name", "child__typed")[:batch])
    names_note(found)
    return len(found) == batch


def named(rows: QuerySet[Application], typed: str, districts: Sequence[str]) -> QuerySet[Application]:
    """Of these the applications whose child is found by what was typed; none where it is too short."""
    word = part_asked(typed)
    if not word or not districts:
        return rows.none()
    marks = [_mark(word, district) for district in districts]
    return rows.filter(pk__in=NameMarks.objects.filter(marks__overlap=marks).values("pk"))
