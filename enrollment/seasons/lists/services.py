"""Which lists a district keeps, and which facts its rules may therefore look at."""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction

from enrollment.seasons.models import KeptList
from enrollment.seasons.rules.sources import LISTS, is_list, unsourced
from foundation import clock
from policy import Policy, PolicyError, PolicyIssue
from schools.models import District
from verification.agencies import FIVE


@transaction.atomic
def lists_keep(*, district: District, kinds: Collection[str]) -> None:
    """Declare that the district keeps these lists; none is ever taken back here, for judgements rest on it.

    Raises ValueError for a list that no rule knows.
    """
    unknown = sorted(kind for kind in kinds if not is_list(kind))
    if unknown:
        raise ValueError(f"no such list: {unknown[0]}; the lists are {', '.join(sorted(LISTS))}")
    rows = [KeptList(district=district, kind=kind, since=clock.now()) for kind in sorted(set(kinds))]
    KeptList.objects.bulk_create(rows, ignore_conflicts=True)


def lists_forget(*, district: District, kinds: Collection[str], since: datetime) -> None:
    """Undo what a table declared that is undone as a whole before anybody was judged by it; what was kept before it
    stays.
    """
    KeptList.objects.filter(district=district, kind__in=list(kinds), since__gte=since).delete()


def lists_kept(districts: Iterable[str]) -> dict[str, frozenset[str]]:
    """The lists that each of the districts keeps, by its code."""
    found: dict[str, set[str]] = {code: set() for code in districts}
    for code, kind in KeptList.objects.filter(district__in=found).values_list("district_id", "kind"):
        found[code].add(kind)
    return {code: frozenset(kinds) for code, kinds in found.items()}


def require_sources(policy: Policy, text: str, kept: Collection[str], items: Collection[str] = FIVE) -> None:
    """Raise PolicyError with each fact and its line where nothing in the district can tell what the policy asks."""
    missing = unsourced(policy, kept, items)
    if missing:
        raise PolicyError(source_issue(name, text) for name in missing)


def source_issue(name: str, text: str) -> PolicyIssue:
    """The refusal of one fact, at the line of the policy that names it first."""
    lines = text.splitlines()
    section = "seat_lock" if name.startswith("home.seat_") else name
    line = next((number for number, one in enumerate(lines, 1) if section in one), 1)
    return PolicyIssue(
        line,
        name,
        "no_source",
        "nothing in this district can tell this fact: keep the list, or have the data item, that it comes from "
        "(season.yaml, lists and items), or take the condition out",
        message_zh="本区县没有能证明这一事实的数据来源：请先登记名单或数据项（season.yaml 的 lists、items）或删去条件",
    )
