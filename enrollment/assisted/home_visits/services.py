"""Families to be visited at home: who is on the list, and what came of each visit."""

from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record
from enrollment.assisted.models import HomeVisit
from enrollment.assisted.visits.services import no_such_visit
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.posted import one_line
from schools.models import District
from schools.switches import refuse_unless_offered

ABILITY: Final = Ability.APPLICATION_ASSIST


OPEN: Final = (HomeVisit.Result.TODO, HomeVisit.Result.LATER)


LONGEST: Final = 200


@transaction.atomic
def home_visit_add(*, operator: Account, district: str, family: str, address: str, reason: str) -> HomeVisit:
    """Put a family on the list. Raises NotAllowed, Refused (a field)."""
    if not scope(operator).may(ABILITY, district=district):
        raise NotAllowed(_("You may not do this here."))
    refuse_unless_offered("home_visits", district)
    words = {"family": family, "address": address}
    said = {name: one_line(text)[:LONGEST] for name, text in words.items()}
    for name, text in said.items():
        if not text:
            raise Refused(_("Please fill this in."), code="missing", field=name)
    if reason not in HomeVisit.Reason.values:
        raise Refused(_("Please choose one of the answers."), code="choice", field="reason")
    made = HomeVisit.objects.create(
        district=District.objects.get(pk=district), reason=reason, listed_by=operator, listed_at=clock.now(), **said
    )
    record(actor=operator, action="home_visit.add", object_type="home_visit", object_id=made.pk, district=district)
    return made


@transaction.atomic
def home_visit_result(*, operator: Account, visit_id: UUID, result: str) -> HomeVisit:
    """What came of the visit; one that is finished stays so. Raises NotAllowed, Refused."""
    visit = HomeVisit.objects.filter(public_id=visit_id).first()
    if visit is None or not scope(operator).may(ABILITY, district=visit.district_id):
        raise no_such_visit()
    if result not in HomeVisit.Result.values or result == HomeVisit.Result.TODO:
        raise Refused(_("Please choose one of the answers."), code="choice", field="result")
    changed = HomeVisit.objects.filter(pk=visit.pk, result__in=OPEN).update(
        result=result, done_by=operator, done_at=clock.now()
    )
    if not changed:
        raise Refused(_("This visit is finished already."), code="changed")
    record(
        actor=operator,
        action="home_visit.result",
        object_type="home_visit",
        object_id=visit.pk,
        district=visit.district_id,
        details={"result": result},
    )
    return visit


def home_visits(operator: Account) -> list[HomeVisit]:
    """What is still to do in a person's places, oldest first; the look is recorded."""
    rows = HomeVisit.objects.filter(result__in=OPEN).select_related("district").order_by("listed_at")
    found = list(scope(operator).rows(rows, ABILITY, district="district__code")[:100])
    if found:
        details = {"rows": len(found)}
        record(actor=operator, action="home_visit.list", object_type="home_visit", object_id="", details=details)
    return found


def home_visit_counts(operator: Account) -> list[tuple[str, int]]:
    """Counts only, by result, in the order of the steps."""
    rows = scope(operator).rows(HomeVisit.objects.all(), ABILITY, district="district__code")
    found = dict(rows.values_list("result").annotate(n=Count("pk")).order_by())
    return [(str(label), found.get(value, 0)) for value, label in HomeVisit.Result.choices]
