"""One child under two documents, entered twice by one guardian or once by each parent; a twin born past midnight.

Doubles have the same birth date and sex and another kind of document. In one account the same name is refused when
it is added (``filing.drafts.services``); with another name, such as Latin letters against Chinese, nobody but a person
can tell a child from its twin. In another account the name is the same, too, and the child has applied there: two
children of one name, day and sex are rare enough for a person to look at.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Exists, OuterRef, Q, Value

from enrollment.guardians.binding.keys import APART
from enrollment.seasons.models import Application, Child
from enrollment.seasons.states import LIVE_STATES

COMPARED: Final = ("guardian_id", "birth_date", "sex", "document_kind", "name_index")


@dataclass(frozen=True, slots=True)
class Others:
    """Other children beside those of some applications."""

    of_account: Mapping[int, Sequence[Child]]  # all that an account has entered
    named: Mapping[tuple[str, date, str], Sequence[Child]]  # by name, birth date and sex, those who have applied

    def of(self, child: Child) -> list[Child]:
        """The children beside one: its account's, and its namesakes in any account."""
        alike = self.named.get((child.name_index, child.birth_date, child.sex), ())
        return [*self.of_account.get(child.guardian_id, ()), *alike]


def others_beside(applications: Collection[Application]) -> Others:
    """What stands beside these applications, in one query, however many there are.

    The children of their accounts and of the accounts of their children; and the namesakes that have applied, whatever
    account entered them, in the stages of these applications: to have gone to a kindergarten is no second application
    to a primary school.
    """
    accounts = {account for one in applications for account in (one.guardian_id, one.child.guardian_id)}
    names = {one.child.name_index for one in applications} - {""}
    same = {name: {getattr(one, name) for one in applications} for name in ("stage", "rehearsal")}
    live = Application.objects.filter(child=OuterRef("pk"), state__in=LIVE_STATES)
    filed = Exists(live.filter(**{f"{name}__in": values for name, values in same.items()}))
    own = Child.objects.filter(guardian__in=accounts).annotate(filed=Value(value=False)).only(*COMPARED)
    alike = Child.objects.filter(filed, name_index__in=names).annotate(filed=Value(value=True)).only(*COMPARED)
    of_account: dict[int, list[Child]] = {account: [] for account in accounts}
    named: dict[tuple[str, date, str], list[Child]] = defaultdict(list)
    # two halves, each by an index of its own: a condition over both would read every child
    for child in own.union(alike, all=True) if names else own:
        if child.filed:
            named[child.name_index, child.birth_date, child.sex].append(child)
        else:
            of_account[child.guardian_id].append(child)
    return Others(of_account, named)


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
