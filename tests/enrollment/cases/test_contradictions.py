"""A family says in the form that a register is wrong: after the submission its owner is asked to correct it."""

import pytest
from django.test import Client

from enrollment.cases.models import JointCase
from enrollment.cases.services.answering import opinion_give
from enrollment.cases.services.opening import case_close
from enrollment.cases.services.taking import opinion_take
from enrollment.filing.drafts.services import draft_prefill
from enrollment.judging.later.again import looks_go_on
from enrollment.judging.looks import looks_ask
from enrollment.judging.models import SecondLook
from enrollment.review.services import review_approve
from enrollment.seasons.models import Application
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import checked
from tests.entering import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
REASON = "登记已更正"


def contradicting(agencies: City, *, share: float = 0.5, through_page: bool = True) -> Application:
    """A family that was shown a share of one half and typed the whole, through the form."""
    one = factories.family(factories.world(), home_share="")
    held = factories.records(one)
    held["real_estate"][0]["owners"][0]["share"] = share
    for agency, found in held.items():
        agencies.put(agency, *found)
    factories.assured(one.guardian, name=one.answers["guardian_name"], id_number=one.answers["guardian_id"])
    draft_prefill(guardian=one.guardian, draft_id=one.draft.public_id)
    if through_page:
        family = Client()
        family.force_login(one.guardian)
        way = f"/my/apply/{one.draft.public_id}/home/"
        assert 'data-qa="known"' in family.get(way).content.decode()
        one.draft.refresh_from_db()
        typed = {name: value for name, value in one.draft.answers.items() if name.startswith("home_")}
        answer = family.post(way, {**typed, "home_share": "100"})
        assert answer.status_code == 302, answer.content.decode()
    return checked(one.submit())


def test_the_owner_of_the_register_is_asked_by_itself_and_the_family_reads_it(agencies: City) -> None:
    application = contradicting(agencies)
    assert application.state == "attention"
    case = JointCase.objects.get()
    assert (case.kind, case.agency, case.fact) == ("register", "real_estate", "home.ownership_share")
    assert {"field": "home_share", "declared": "100", "held": "50"} in case.about["rows"]
    enquiry = case.enquiries.get()
    assert enquiry.department == "natural_resources"
    family = Client()
    family.force_login(application.guardian)
    way = f"/my/applications/{application.pk}/"
    page = family.get(way).content.decode()
    assert "您提出登记数据有误" in page
    officer = factories.staff("department", department="natural_resources")
    desk = signed_in(officer)
    here = f"/official/enquiries/{enquiry.public_id}/"
    asked = desk.get(here).content.decode()
    assert application.child.id_number in asked  # a register is looked up by it
    assert desk.post(here, {"verdict": "confirmed", "value": "100%", "reason": REASON}).status_code == 302
    assert "登记已更正" in family.get(way).content.decode()
    by = factories.staff("reviewer", school="WL01")
    opinion_take(reviewer=by, case_id=case.public_id, opinion_id=enquiry.opinions.get().pk)
    said = (application.versions.get().facts or {})["home.ownership_share"]
    assert (said["value"], said["source"]) == (1.0, "natural_resources")


def test_a_difference_that_the_family_was_not_shown_opens_no_case(agencies: City) -> None:
    one = factories.family(factories.world())
    held = factories.records(one)
    held["real_estate"][0]["owners"][0]["share"] = 0.5
    for agency, found in held.items():
        agencies.put(agency, *found)
    assert checked(one.submit()).state == "attention"
    assert not JointCase.objects.exists()


def test_who_takes_over_what_the_register_says_contradicts_nothing(agencies: City) -> None:
    application = contradicting(agencies, through_page=False)
    assert application.versions.get().claims["answers"]["home_share"] == "50"
    assert not JointCase.objects.exists()


def test_what_was_settled_or_asked_before_is_not_asked_again(agencies: City) -> None:
    application = contradicting(agencies)
    case = JointCase.objects.get()
    by = factories.staff("reviewer", school="WL01")
    case_close(reviewer=by, case_id=case.public_id, reason="已电话核实")
    looks_ask([application.pk], SecondLook.Cause.REGISTER)
    looks_go_on()
    review_approve(
        reviewer=by, application_id=application.pk, reason="按登记机构的数据", settled={"home.ownership_share": 0.5}
    )
    looks_ask([application.pk], SecondLook.Cause.REGISTER)
    looks_go_on()
    assert JointCase.objects.count() == 1


def test_the_department_may_answer_that_its_record_stands(agencies: City) -> None:
    contradicting(agencies)
    case = JointCase.objects.get()
    officer = factories.staff("department", department="natural_resources")
    opinion_give(
        officer=officer,
        enquiry_id=case.enquiries.get().public_id,
        verdict="different",
        value="50%",
        reason="登记簿记载各半",
    )
    case.refresh_from_db()
    assert case.state == "answered"
