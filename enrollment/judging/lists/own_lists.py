"""What somebody reads of the bureau's lists: that a child is on one, and only who is proven to be its parent."""

from dataclasses import dataclass

from accounts.assured import assured_person
from accounts.models import Account
from enrollment.judging.lists.listed import LOCAL, POINTS
from enrollment.judging.models import ListEntry
from enrollment.seasons.lists.words import LIST_WORDS
from enrollment.seasons.models import Application
from verification.agencies import number
from verification.agencies.household import people_of
from verification.selectors import findings


@dataclass(frozen=True, slots=True)
class OwnEntry:
    """One list the child is on; of points what the certificate says. A unit is never told."""

    kind: str
    words: str
    total: str = ""
    town: str = ""
    valid_until: str = ""


def own_entries(reader: Account, application: Application) -> list[OwnEntry]:
    """The lists of the application's child, if the reader's identity is assured and the household register names the
    reader with this child: who only typed a classmate's number is told nothing.
    """
    person = assured_person(reader)
    if person is None:  # most families: no query more for them
        return []
    version = application.versions.only("pk").get(number=application.version)
    finding = findings(version.pk).get("household")
    if finding is None or number(person.id_number) not in people_of(finding.record or {}):
        return []
    rows = ListEntry.objects.filter(
        district=application.district_code, year=application.season_year, child_index=application.child_index
    )
    return [said_of(row) for row in rows.exclude(kind=LOCAL).order_by("kind", "pk")]


def said_of(row: ListEntry) -> OwnEntry:
    """What its parent may read of an entry."""
    if row.kind != POINTS:
        return OwnEntry(row.kind, str(LIST_WORDS[row.kind]))
    body = row.body
    return OwnEntry(
        row.kind, str(LIST_WORDS[row.kind]), str(body["total"]), str(body["town"]), str(body.get("valid_until", ""))
    )
