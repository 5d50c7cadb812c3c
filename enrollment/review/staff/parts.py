"""The small parts of a case's page, most of which most cases lack, asked for in one statement.

A page that asks for each by itself asks ten times to learn that there is nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.db.models.functions import JSONObject

from accounts.abilities import OF_ROLE, Ability
from accounts.models import Account, Role
from enrollment.desk.models import CaseNote, Errand, ReasonText
from enrollment.desk.selectors import reasons_in_use, worded
from enrollment.documents.models import Document
from enrollment.judging.models import SecondLook
from enrollment.review.readings import readings_for
from enrollment.seasons.models import Application, ApplicationState
from schools.models import School

MOST_COLLEAGUES: Final = 60


@dataclass(frozen=True, slots=True)
class Parts:
    """What there is beside the case itself; the rows of what is there are read by whoever shows them."""

    notes: bool
    errands: bool
    reading: bool  # a decision that the reviewer may read a second time
    documents: bool
    again: str  # why an approved application is before a person again, in words; "" where it is not
    schools: Mapping[str, str]  # the names of the schools that were chosen, by code
    reasons: Mapping[str, Sequence[str]]  # how the district words its reasons, by decision
    colleagues: tuple[str, ...]  # the names of those who may decide the case, for handing it on


def parts_of(application: Application, reviewer: Account, choices: Sequence[str]) -> Parts:
    """The small parts of one case, as this reviewer may see them."""
    of_case = {"application": OuterRef("pk")}
    looks = SecondLook.objects.filter(**of_case, reopened_at__isnull=False)
    reasons = reasons_in_use(application.district_code)
    rows = Application.objects.filter(pk=application.pk).values_list(
        Exists(CaseNote.objects.filter(**of_case)),
        Exists(Errand.objects.filter(**of_case)),
        Exists(readings_for(reviewer).filter(**of_case)),
        Exists(Document.objects.filter(**of_case)),
        ArraySubquery(looks.values("cause")),
        ArraySubquery(School.objects.filter(code__in=choices).values(row=_row("code", "name"))),
        ArraySubquery(reasons.values(row=_row("decision", "zh", "en"))),
        ArraySubquery(_colleagues(application)),
    )
    notes, errands, reading, documents, causes, schools, wordings, colleagues = rows.get()
    reopened = application.state == ApplicationState.IN_REVIEW and causes
    return Parts(
        notes=notes,
        errands=errands,
        reading=reading,
        documents=documents,
        again=str(SecondLook.Cause(causes[0]).label) if reopened else "",
        schools={one["code"]: one["name"] for one in schools},
        reasons=worded([ReasonText(**one) for one in wordings], application.guardian.language),
        colleagues=tuple(colleagues),
    )


def _row(*names: str) -> JSONObject:
    return JSONObject(**{name: name for name in names})


def _colleagues(application: Application) -> QuerySet[Role, Any]:
    """The user names of those who may decide it today."""
    able = [name for name, opened in OF_ROLE.items() if Ability.APPLICATION_REVIEW in opened]
    rows = Role.objects.in_force().filter(name__in=able, account__is_active=True)
    rows = rows.alias(here=Value(application.district_code)).filter(here__startswith=F("district_code"))
    rows = rows.filter(school_code__in=["", application.review_school_id or ""])
    return rows.order_by("account__username").distinct().values("account__username")[:MOST_COLLEAGUES]
