"""The lists in somebody's care, and what a parent reads of the own children before anything is filed."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count

import identifiers
from accounts.models import Account
from enrollment.filing.drafts.registers import register_children
from enrollment.judging.lists.kinds import LISTS
from enrollment.judging.lists.listed import LOCAL
from enrollment.judging.lists.own_lists import OwnEntry, own_entries, said_of
from enrollment.judging.models import ListEntry
from enrollment.listed.models import ListGuide
from enrollment.seasons.lists.services import lists_kept
from enrollment.seasons.lists.words import LIST_WORDS
from enrollment.seasons.models import Application
from foundation import clock
from imports.kinds import Kind, Place, may
from imports.models import Import
from schools.kinds import counties


@dataclass(frozen=True, slots=True)
class ListRow:
    """One list of a county: how many children are on it this year, when a table of it last came in, who guides."""

    kind: Kind
    place: Place
    children: int
    newest: Import | None
    guide: ListGuide | None


@dataclass(frozen=True, slots=True)
class ChildLook:
    """A child of the household: the lists it is on, each with its guide."""

    name: str
    number: str  # masked
    entries: tuple[tuple[OwnEntry, ListGuide | None], ...]


@dataclass(frozen=True, slots=True)
class Look:
    """What the parent reads. ``outcome``: ``found``, ``empty`` (no child in the household), ``silent`` (no answer)."""

    outcome: str
    children: tuple[ChildLook, ...] = ()


def care_of(account: Account) -> list[ListRow]:
    """The lists that the person may keep, by county."""
    places = counties()
    mine = [(kind, place) for place in places for kind in LISTS if kind.name != LOCAL and may(account, kind, place)]
    year, codes = clock.today().year, {place.district for _kind, place in mine}
    rows = ListEntry.objects.filter(district__in=codes, year=year).values("district_id", "kind")
    many = {
        (row["district_id"], row["kind"]): row["many"]
        for row in rows.annotate(many=Count("child_index", distinct=True)).order_by()
    }
    guides = guides_of(codes)
    newest = _newest(codes)
    return [
        ListRow(
            kind,
            place,
            many.get((place.district, kind.name), 0),
            newest.get((place.district, kind.name)),
            guides.get((place.district, kind.name)),
        )
        for kind, place in mine
    ]


def _newest(codes: Collection[str]) -> dict[tuple[str, str], Import]:
    kinds = [one.name for one in LISTS]
    there = Import.objects.filter(kind__in=kinds, district_code__in=codes, state=Import.State.APPLIED).defer("report")
    newest = there.order_by("district_code", "kind", "-pk").distinct("district_code", "kind")
    return {(one.district_code, one.kind): one for one in newest}


def guides_of(districts: Collection[str]) -> dict[tuple[str, str], ListGuide]:
    """Who guides, by county and list."""
    return {(one.district_id, one.kind): one for one in ListGuide.objects.filter(district__in=districts)}


def kept_with_guides() -> list[tuple[str, str, ListGuide]]:
    """(county, list, guide) of the lists that counties keep and have named somebody for: for everybody."""
    guides = ListGuide.objects.filter(district__active=True).select_related("district").order_by("district", "kind")
    found = list(guides)
    kept = lists_kept({one.district_id for one in found})
    return [(str(one.district), str(LIST_WORDS[one.kind]), one) for one in found if one.kind in kept[one.district_id]]


def entries_told(reader: Account, application: Application) -> list[tuple[OwnEntry, ListGuide | None]]:
    """The lists that this application's child is on, as far as the reader may know, each with its guide."""
    entries = own_entries(reader, application)
    guides = guides_of([application.district_code]) if entries else {}
    return [(one, guides.get((application.district_code, one.kind))) for one in entries]


def look_before(guardian: Account) -> Look:
    """The lists on which the children of the own household are in a season that is not over, and who guides.

    The household register is asked, which is logged and counted. Raises NotAllowed (nobody vouches for who asks),
    TooOften.
    """
    answer = register_children(guardian=guardian)
    if answer.outcome != "found":
        return Look(answer.outcome)
    indices = [one.index for one in answer.children]
    rows = ListEntry.objects.filter(child_index__in=indices, year__gte=clock.today().year)
    entries = list(rows.exclude(kind=LOCAL).select_related("district").order_by("-year", "kind", "pk"))
    guides = guides_of({one.district_id for one in entries})
    return Look(
        answer.outcome,
        tuple(
            ChildLook(
                child.name,
                identifiers.mask("id", child.id_number),
                tuple(
                    (said_of(one), guides.get((one.district_id, one.kind)))
                    for one in entries
                    if one.child_index == child.index
                ),
            )
            for child in answer.children
        ),
    )
