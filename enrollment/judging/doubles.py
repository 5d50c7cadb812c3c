"""One child under two documents, entered twice by one guardian or once by each parent; a twin born past midnight.

Doubles have the same birth date and sex and another kind of document. In one account the same name is refused when
it is added (``filing.drafts.services``); with another name, such as Latin letters against Chinese, nobody but a person
can tell a child from its twin. In another account the name is the same, too, and the child has applied there: two
children of one name, day and sex are rare enough for a person to look at.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q

from enrollment.guardians.binding.keys import APART
from enrollment.seasons.models import Application, Child
from enrollment.seasons.states import LIVE_STATES

COMPARED: Final = ("guardian_id", "birth_date", "sex", "document_kind", "name_index")


def children_beside(applications: Iterable[Application]) -> dict[int, list[Child]]:
    """By account all children it has entered: the accounts of these applications and of their children; one query."""
    accounts = {account for one in applications for account in (one.guardian_id, one.child.guardian_id)}
    found: dict[int, list[Child]] = {account: [] for account in accounts}
    for child in Child.objects.filter(guardian__in=accounts).only(*COMPARED):
        found[child.guardian_id].append(child)
    return found


def namesakes_of(applications: Collection[Application]) -> dict[tuple[str, date, str], list[Child]]:
    """By name, birth date and sex the children who have applied, whatever account entered them; one query.

    In the stages of these applications: to have gone to a kindergarten is no second application to a primary school.
    """
    named = {one.child.name_index for one in applications} - {""}
    same = {name: {getattr(one, name) for one in applications} for name in ("stage", "rehearsal")}
    live = Application.objects.filter(child=OuterRef("pk"), state__in=LIVE_STATES)
    filed = Exists(live.filter(**{f"{name}__in": values for name, values in same.items()}))
    found: dict[tuple[str, date, str], list[Child]] = defaultdict(list)
    for child in Child.objects.filter(filed, name_index__in=named).only(*COMPARED) if named else ():
        found[child.name_index, child.birth_date, child.sex].append(child)
    return found


def doubled(child: Child, children: Iterable[Child]) -> list[int]:
    """Those of the children, by their keys, that may be this child under another document."""
    alike = (
        other
        for other in children
        if (other.birth_date, other.sex) == (child.birth_date, child.sex)
        and (other.guardian_id == child.guardian_id or other.name_index == child.name_index)
    )
    return sorted({other.pk for other in alike if other.document_kind != child.document_kind})


def born_a_day_apart(child: Child, children: Iterable[Child]) -> tuple[date, ...]:
    """The birth dates among the children that lie a day before or after this child's."""
    return tuple(sorted({one.birth_date for one in children if abs(one.birth_date - child.birth_date) == APART}))


def doubles_of(child: Child) -> list[tuple[Child, list[Application]]]:
    """The other entries that may be this child, each with its applications, newest first."""
    rows = Child.objects.filter(birth_date=child.birth_date, sex=child.sex)
    rows = rows.filter(Q(guardian=child.guardian_id) | Q(name_index=child.name_index))
    others = rows.exclude(document_kind=child.document_kind).prefetch_related("applications").order_by("pk")
    return [
        (other, sorted(other.applications.all(), key=lambda one: one.submitted_at, reverse=True)) for other in others
    ]
