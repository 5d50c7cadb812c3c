"""A reviewer's decision: with a reason, within the policy, within the scope, and once."""

from datetime import date, timedelta

import pytest

from enrollment.review.services import review_approve, review_refuse, review_return
from enrollment.seasons.models import Transition
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import REASON, case, checked, reviewer
from tests.threads import at_once

pytestmark = pytest.mark.django_db


def test_approving_keeps_reason_and_settled_facts(agencies: City) -> None:
    _one, application = case(agencies)
    who = reviewer()
    review_approve(reviewer=who, application_id=application.pk, reason=REASON, settled={"home.ownership_share": 0.5})
    application.refresh_from_db()
    version = application.versions.get()
    assert application.state == "approved"
    assert version.settled["home.ownership_share"]["by"] == who.username
    assert version.facts["home.ownership_share"] == {
        "value": 0.5,
        "status": "verified",
        "source": "review",
        "at": version.facts["home.ownership_share"]["at"],
    }
    assert Transition.objects.get(application=application, event="approve").reason == REASON


def test_a_decision_needs_a_reason(agencies: City) -> None:
    _one, application = case(agencies)
    who = reviewer()
    with pytest.raises(Refused) as refused:
        review_approve(reviewer=who, application_id=application.pk, reason=" 好 ")
    assert refused.value.field == "reason"
    with pytest.raises(Refused):
        review_refuse(reviewer=who, application_id=application.pk, reason="")
    application.refresh_from_db()
    assert application.state == "attention"


def test_what_the_policy_does_not_admit_cannot_be_approved(agencies: City) -> None:
    one = factories.family(factories.world(), child_id=factories.child_number(born=date(2020, 12, 1)))
    agencies.believe(one)
    application = checked(one.submit())
    assert (application.state, application.needs_person) == ("attention", True)  # too young: a person says so
    with pytest.raises(Refused) as refused:
        review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    assert refused.value.code == "not_eligible"
    application.refresh_from_db()
    assert application.state == "attention"
    assert application.versions.get().settled == {}


@pytest.mark.parametrize(
    ("items", "days", "field"),
    [([], 7, "items"), (["mood"], 7, "items"), (["home_share"], -1, "deadline"), (["home_share"], 31, "deadline")],
)
def test_a_return_names_items_and_a_near_deadline(agencies: City, items: list[str], days: int, field: str) -> None:
    _one, application = case(agencies)
    with pytest.raises(Refused) as refused:
        review_return(
            reviewer=reviewer(),
            application_id=application.pk,
            items=items,
            reason=REASON,
            deadline=clock.now() + timedelta(days=days),
        )
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("role", "district", "school"),
    [("reviewer", "430702", "WL02"), ("official", "430703", ""), ("supervisor", "430702", ""), ("notary", "43", "")],
)
def test_a_decision_out_of_scope_is_answered_like_a_missing_case(
    agencies: City, role: str, district: str, school: str
) -> None:
    _one, application = case(agencies)
    with pytest.raises(NotAllowed):
        review_approve(
            reviewer=factories.staff(role, district=district, school=school),
            application_id=application.pk,
            reason=REASON,
        )
    with pytest.raises(NotAllowed):
        review_refuse(reviewer=factories.guardian(), application_id=application.pk, reason=REASON)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_decide_once(agencies: City) -> None:
    _one, application = case(agencies)
    first, second = reviewer(), reviewer()
    results = at_once(
        [
            lambda: review_approve(reviewer=first, application_id=application.pk, reason=REASON),
            lambda: review_refuse(reviewer=second, application_id=application.pk, reason=REASON),
        ]
    )
    assert [isinstance(result, Refused) for result in results].count(True) == 1
    decisions = Transition.objects.filter(application=application, event__in=["approve", "refuse"])
    assert decisions.count() == 1
    assert Message.objects.filter(template__in=["approved", "not_eligible"]).count() == 1
