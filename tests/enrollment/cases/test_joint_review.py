"""A reviewer asks departments: who sees what, who answers what, and what an answer settles."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.cases.models import CaseEvent, Enquiry, JointCase, Opinion
from enrollment.cases.owners import OWNER
from enrollment.cases.selectors import desk, joinable, newest_opinions, told_to_family
from enrollment.cases.services.answering import (
    enquiry_pass_on,
    enquiry_remind,
    opinion_give,
    reminders_go_out,
)
from enrollment.cases.services.opening import (
    Asking,
    case_ask_more,
    case_close,
    case_join,
    case_open,
    enquiry_withdraw,
)
from enrollment.cases.services.sweeps import withdrawn_close
from enrollment.cases.services.taking import opinion_take
from enrollment.documents.models import Document
from enrollment.filing.submission.services import application_withdraw
from enrollment.privacy.own_data import people_data
from enrollment.review.services import review_approve
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.documents.test_documents import add, told
from tests.entering import signed_in
from tests.threads import at_once
from verification.models import Agency

pytestmark = pytest.mark.django_db
SHARE = "home.ownership_share"
QUESTION = "请核实该不动产权证的份额（合成）"
REASON = "登记簿记载为共同共有，各占一半"


def reviewer(school: str = "WL01") -> Account:
    return factories.staff("reviewer", school=school)


def officer(department: str = "natural_resources", district: str = factories.DISTRICT) -> Account:
    return factories.staff("department", district=district, department=department)


def asked(by: Account | None = None, *, application: Application | None = None, **changed: Any) -> JointCase:
    """A case about the share of a home, put to natural resources."""
    application = application or factories.application("attention")
    wanted: dict[str, Any] = {"question": QUESTION, "departments": ["natural_resources"], "fact": SHARE, **changed}
    return case_open(reviewer=by or reviewer(), application_id=application.pk, asking=Asking(**wanted))


def enquiry_of(case: JointCase, department: str = "natural_resources") -> Enquiry:
    return case.enquiries.get(department=department, state__in=("open", "answered"))


def answered(case: JointCase, value: str = "50%", verdict: str = "different", **who: Account) -> Opinion:
    enquiry = enquiry_of(case)
    by = who.get("by") or officer()
    return opinion_give(officer=by, enquiry_id=enquiry.public_id, verdict=verdict, value=value, reason=REASON)


def fact(application: Application, name: str = SHARE) -> dict[str, Any]:
    version = application.versions.get(number=application.version)
    return dict((version.facts or {})[name])


def test_every_data_item_has_an_owner_that_can_be_asked() -> None:
    assert set(OWNER) == set(Agency.values)


def test_a_departments_answer_is_taken_as_a_fact_with_the_department_as_its_source() -> None:
    by = reviewer()
    case = asked(by)
    assert case.state == "asked"
    assert case.about["rows"] == [{"field": "home_share", "declared": "100", "held": "50"}]
    opinion = answered(case)
    case.refresh_from_db()
    assert case.state == "answered"
    taken = opinion_take(reviewer=by, case_id=case.public_id, opinion_id=opinion.pk)
    assert taken.state == "taken"
    application = Application.objects.get(pk=case.application_id)
    assert application.state == "attention"  # the decision stays the reviewer's
    said = fact(application)
    assert (said["value"], said["status"], said["source"]) == (0.5, "verified", "natural_resources")
    assert said["at"][:10] == clock.today().isoformat()
    version = application.versions.get()
    assert SHARE not in (version.evaluation or {})["questions"]
    review_approve(reviewer=by, application_id=application.pk, reason=REASON)
    assert fact(application)["source"] == "natural_resources"


def test_nothing_waits_for_a_department_that_is_silent() -> None:
    by = reviewer()
    case = asked(by)
    with clock.at(clock.now() + timedelta(days=60)):
        assert enquiry_of(case).is_late
        assert review_approve(reviewer=by, application_id=case.application_id, reason=REASON).state == "approved"


def test_only_the_department_in_its_division_sees_the_question_and_answers_it() -> None:
    case = asked()
    enquiry = enquiry_of(case)
    nobody = factories.staff("department")  # an officer of no department
    for stranger in (officer("housing"), officer(district="430703"), nobody, reviewer(), factories.guardian()):
        assert desk(stranger) == []
        with pytest.raises(NotAllowed):
            opinion_give(officer=stranger, enquiry_id=enquiry.public_id, verdict="confirmed", value="100%")
    assert desk(officer(district="4307")) == [enquiry]  # the city's office
    over = officer()
    over.roles.update(until_day=clock.today() - timedelta(days=1))
    assert desk(Account.objects.get(pk=over.pk)) == []


@pytest.mark.parametrize(
    ("verdict", "value", "reason", "field"),
    [
        ("", "50%", REASON, "verdict"),
        ("perhaps", "50%", REASON, "verdict"),
        ("confirmed", "", "", "value"),
        ("confirmed", "half", "", "value"),
        ("different", "50%", "", "reason"),
        ("different", "500%", REASON, "value"),
        ("unknown", "", "？", "reason"),
        ("confirmed", "5" * 300, "", "value"),
        ("different", "50%", "长" * 1001, "reason"),
    ],
)
def test_an_answer_that_helps_nobody_is_refused_at_its_field(verdict: str, value: str, reason: str, field: str) -> None:
    case = asked()
    with pytest.raises(Refused) as refused:
        opinion_give(
            officer=officer(), enquiry_id=enquiry_of(case).public_id, verdict=verdict, value=value, reason=reason
        )
    assert refused.value.field == field
    assert not Opinion.objects.exists()


def test_a_corrected_answer_is_a_second_row_and_an_answer_that_was_overtaken_is_not_taken() -> None:
    by, case, who = reviewer(), asked(), officer()
    first, second = answered(case, by=who), answered(case, "100%", "confirmed", by=who)
    assert newest_opinions(JointCase.objects.get(pk=case.pk)) == [second]
    with pytest.raises(Refused) as changed:
        opinion_take(reviewer=by, case_id=case.public_id, opinion_id=first.pk)
    assert changed.value.code == "changed"
    opinion_take(reviewer=by, case_id=case.public_id, opinion_id=second.pk)
    with pytest.raises(Refused) as over:
        answered(case, "40%", by=who)
    assert over.value.code == "over"
    for row in (Opinion.objects.all(), CaseEvent.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        Opinion.objects.update(verdict="unknown")


def test_who_cannot_tell_settles_nothing() -> None:
    by, case = reviewer(), asked()
    opinion = answered(case, "", "unknown")
    with pytest.raises(Refused) as refused:
        opinion_take(reviewer=by, case_id=case.public_id, opinion_id=opinion.pk)
    assert refused.value.code == "value"
    assert case_close(reviewer=by, case_id=case.public_id, reason="部门无法判断").state == "closed"


def test_what_the_family_changed_after_the_question_is_not_settled_by_its_answer() -> None:
    by, case = reviewer(), asked()
    opinion = answered(case)
    Application.objects.filter(pk=case.application_id).update(version=2)
    with pytest.raises(Refused) as refused:
        opinion_take(reviewer=by, case_id=case.public_id, opinion_id=opinion.pk)
    assert refused.value.code == "version"


def test_the_wrong_department_hands_it_on() -> None:
    case = asked(departments=["housing"])
    enquiry = enquiry_of(case, "housing")
    who = officer("housing")
    for department, why, field in (
        ("housing", REASON, "department"),
        ("x", REASON, "department"),
        ("market", "", "reason"),
    ):
        with pytest.raises(Refused) as refused:
            enquiry_pass_on(officer=who, enquiry_id=enquiry.public_id, department=department, reason=why)
        assert refused.value.field == field
    made = enquiry_pass_on(
        officer=who, enquiry_id=enquiry.public_id, department="natural_resources", reason="应由自然资源部门答复"
    )
    assert (made.due_at, made.passed_from_id) == (enquiry.due_at, enquiry.pk)
    assert desk(who) == []
    with pytest.raises(NotAllowed):
        opinion_give(officer=who, enquiry_id=enquiry.public_id, verdict="confirmed", value="100%")
    case.refresh_from_db()
    assert case.state == "asked"
    answered(case)
    case.refresh_from_db()
    assert case.state == "answered"


def test_a_case_is_answered_when_nobody_is_asked_any_more() -> None:
    by, case = reviewer(), asked(departments=["natural_resources", "housing"])
    answered(case)
    case.refresh_from_db()
    assert case.state == "asked"
    enquiry_withdraw(reviewer=by, enquiry_id=enquiry_of(case, "housing").public_id)
    case.refresh_from_db()
    assert case.state == "answered"
    case_ask_more(reviewer=by, case_id=case.public_id, departments=["civil_affairs"], days=3)
    case.refresh_from_db()
    assert case.state == "asked"
    assert [one.event for one in case.events.all()] == ["open", "answer", "withdraw", "complete", "ask"]


def test_a_person_reminds_once_a_day_and_the_portal_once_before_and_once_after_the_day() -> None:
    by, case, who = reviewer(), asked(days=5), officer()
    Account.objects.filter(pk=who.pk).update(phone="+8619955550009")
    enquiry = enquiry_of(case)
    enquiry_remind(reviewer=by, enquiry_id=enquiry.public_id)
    with pytest.raises(Refused) as soon:
        enquiry_remind(reviewer=by, enquiry_id=enquiry.public_id)
    assert soon.value.code == "soon"
    assert Message.objects.filter(template="case_reminder").count() == 1
    assert not reminders_go_out()
    assert case.events.filter(event="remind").count() == 1  # too early for the portal
    for at, count in ((enquiry.due_at - timedelta(hours=2), 2), (enquiry.due_at + timedelta(minutes=2), 3)):
        with clock.at(at):
            reminders_go_out()
            reminders_go_out()
            assert case.events.filter(event="remind").count() == count
    assert Message.objects.filter(template="case_reminder").count() == 3


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"question": "？"}, "question"),
        ({"question": "长" * 1001}, "question"),
        ({"departments": []}, "departments"),
        ({"departments": ["fishing"]}, "departments"),
        ({"days": 0}, "days"),
        ({"days": 31}, "days"),
        ({"fact": "insurance.months"}, "fact"),
        ({"documents": ["x"]}, "documents"),
        ({"documents": ["00000000-0000-4000-8000-000000000000"]}, "documents"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_at_its_field(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        asked(**changed)
    assert refused.value.field == field
    assert not JointCase.objects.exists()


def test_no_question_is_asked_twice_nor_by_or_about_strangers() -> None:
    by = reviewer()
    case = asked(by)
    with pytest.raises(Refused) as twice:
        asked(by, application=case.application)
    assert twice.value.code == "open"
    with pytest.raises(NotAllowed):
        asked(reviewer("WL02"), application=case.application)
    with pytest.raises(Refused) as frozen:
        asked(by, application=factories.application("in_pool"))
    assert frozen.value.code == "illegal_step"
    stranger = reviewer("WL02")
    enquiry = enquiry_of(case)
    acts: list[Callable[[], object]] = [
        lambda: case_close(reviewer=stranger, case_id=case.public_id, reason=REASON),
        lambda: case_ask_more(reviewer=stranger, case_id=case.public_id, departments=["housing"], days=2),
        lambda: enquiry_remind(reviewer=stranger, enquiry_id=enquiry.public_id),
        lambda: enquiry_withdraw(reviewer=stranger, enquiry_id=enquiry.public_id),
        lambda: opinion_take(reviewer=stranger, case_id=case.public_id, opinion_id=1),
    ]
    for act in acts:
        with pytest.raises(NotAllowed):
            act()


def test_one_answer_serves_two_children_of_one_home() -> None:
    place, by = factories.world(), factories.staff("official")
    home = factories.certificate()
    both = [factories.family(place, home_certificate=home).bring("attention") for _ in range(2)]
    first, second = (asked(by, application=one) for one in both)
    other = asked(by, application=factories.application("attention"))
    assert joinable(second) == [first]
    with pytest.raises(Refused):
        case_join(reviewer=by, case_id=second.public_id, other_id=other.public_id)
    case_join(reviewer=by, case_id=second.public_id, other_id=first.public_id)
    assert enquiry_states(second) == ["withdrawn"]
    with pytest.raises(Refused) as waits:
        case_close(reviewer=by, case_id=first.public_id, reason=REASON)
    assert waits.value.code == "joined"
    opinion = answered(first)
    second.refresh_from_db()
    assert second.state == "answered"
    opinion_take(reviewer=by, case_id=second.public_id, opinion_id=opinion.pk)
    opinion_take(reviewer=by, case_id=first.public_id, opinion_id=opinion.pk)
    assert [fact(one)["source"] for one in both] == ["natural_resources"] * 2


def enquiry_states(case: JointCase) -> list[str]:
    return list(case.enquiries.order_by("pk").values_list("state", flat=True))


def test_about_a_withdrawn_application_nobody_is_asked() -> None:
    case, who = asked(), officer()
    application = case.application
    application_withdraw(guardian=application.guardian, application_id=application.pk)
    assert desk(who) == []
    assert not withdrawn_close()
    case.refresh_from_db()
    assert (case.state, enquiry_states(case)) == ("closed", ["withdrawn"])


@pytest.mark.django_db(transaction=True)
def test_of_two_reviewers_at_once_one_takes_and_one_closes() -> None:
    one, other, case = reviewer(), reviewer(), asked()
    opinion = answered(case)
    results = at_once(
        [
            lambda: opinion_take(reviewer=one, case_id=case.public_id, opinion_id=opinion.pk),
            lambda: case_close(reviewer=other, case_id=case.public_id, reason="不采纳"),
        ]
    )
    refused = [result for result in results if isinstance(result, Refused)]
    assert len(refused) == 1
    case.refresh_from_db()
    assert case.state in {"taken", "closed"}


@pytest.mark.django_db(transaction=True)
def test_pressed_twice_at_once_one_case_is_open() -> None:
    by, application = reviewer(), factories.application("attention")
    results = at_once([lambda: asked(by, application=application)] * 2)
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert JointCase.objects.count() == 1


# -- the pages -----------------------------------------------------------------------------------------------------


def test_the_reviewers_pages_from_the_question_to_the_settled_fact() -> None:
    by, application = reviewer(), factories.application("attention")
    browser = signed_in(by)
    page = browser.get(f"/admin/enrollment/application/{application.pk}/change/").content.decode()
    way = f"/official/cases/about/{application.pk}/"
    assert way in page
    assert 'value="natural_resources"' in browser.get(way).content.decode()
    typed = {"fact": SHARE, "question": QUESTION, "days": "5"}
    refused = browser.post(way, typed)
    assert refused.status_code == 422
    assert QUESTION in refused.content.decode()
    assert browser.post(way, {**typed, "departments": ["natural_resources"]}).status_code == 302
    case = JointCase.objects.get()
    here = f"/official/cases/{case.public_id}/"
    queue = "/admin/enrollment/application/?departments="
    assert application.receipt in browser.get(f"{queue}asked").content.decode()
    assert application.receipt not in browser.get(f"{queue}answered").content.decode()
    opinion = answered(case)
    assert application.receipt in browser.get(f"{queue}answered").content.decode()
    assert "50%" in browser.get(here).content.decode()
    assert browser.post(here, {"step": "take", "opinion": "x"}).status_code == 422
    assert browser.post(here, {"step": "take", "opinion": opinion.pk}).status_code == 302
    assert fact(application)["source"] == "natural_resources"
    case_page = browser.get(f"/admin/enrollment/application/{application.pk}/change/").content.decode()
    assert "自然资源部门答复" in case_page
    assert Entry.objects.filter(action="joint_case.view", actor_id=by.pk).exists()
    assert signed_in(reviewer("WL02")).get(here).status_code == 404


def test_the_desk_shows_what_the_question_needs_and_nothing_else() -> None:
    one = factories.family(factories.world())
    told(one, household="empty", real_estate="empty")
    add(one)
    application = factories.judged(one, real_estate=factories.HALF)
    given, child = Document.objects.get(application=application), one.child
    case = asked(application=application, documents=[str(given.public_id)])
    browser = signed_in(officer())
    listed = browser.get("/official/enquiries/").content.decode()
    enquiry = enquiry_of(case)
    here = f"/official/enquiries/{enquiry.public_id}/"
    assert here in listed
    page = browser.get(here).content.decode()
    assert QUESTION in page
    for secret in (
        child.name,
        child.id_number,
        one.guardian.name,
        one.answers["guardian_id"],
        one.answers["home_address"],
    ):
        assert secret not in page
    once = browser.get(f"{here}papers/{given.public_id}/?page=1")  # as the address was called before
    assert (once.status_code, once["Location"]) == (308, f"{here}documents/{given.public_id}/?page=1")
    picture = browser.get(f"{here}documents/{given.public_id}/")
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert browser.get(f"/documents/{given.public_id}/").status_code == 404  # only through the question
    assert browser.get(f"/admin/enrollment/application/{application.pk}/change/").status_code != 200
    refused = browser.post(here, {"verdict": "different", "value": "50%", "reason": ""})
    assert refused.status_code == 422
    assert 'value="50%"' in refused.content.decode()
    assert browser.post(here, {"verdict": "different", "value": "50%", "reason": REASON}).status_code == 302
    assert signed_in(officer("housing")).get(here).status_code == 404
    assert signed_in(reviewer()).get("/official/enquiries/").status_code == 404
    seen = Entry.objects.filter(action__in=("enquiry.view", "enquiry.paper"), object_id=str(enquiry.pk))
    assert seen.count() == 2


def test_name_and_number_are_shown_where_they_are_needed() -> None:
    case = asked(names_child=True)
    page = signed_in(officer()).get(f"/official/enquiries/{enquiry_of(case).public_id}/").content.decode()
    assert case.application.child.name in page
    assert case.application.child.id_number in page


def test_an_officer_hands_on_and_a_reviewer_reminds_by_the_pages() -> None:
    by, case = reviewer(), asked(departments=["housing"])
    enquiry = enquiry_of(case, "housing")
    here = f"/official/enquiries/{enquiry.public_id}/"
    browser = signed_in(officer("housing"))
    handing = {"step": "pass_on", "department": "natural_resources"}
    assert browser.post(here, {**handing, "why": ""}).status_code == 422
    assert browser.post(here, {**handing, "why": "份额由不动产登记机构记载"}).status_code == 302
    assert browser.get(here).status_code == 404
    desk_of = signed_in(by)
    page = f"/official/cases/{case.public_id}/"
    named = {"step": "remind", "enquiry": str(enquiry_of(case).public_id)}
    assert desk_of.post(page, named).status_code == 302
    assert desk_of.post(page, named).status_code == 422
    assert desk_of.post(page, {"step": "remind", "enquiry": "x"}).status_code == 422
    assert desk_of.post(page, {"step": "nothing"}).status_code == 422
    assert "已催办" in desk_of.get(page).content.decode()


def test_the_family_reads_who_was_asked_and_not_what_a_register_holds() -> None:
    case = asked()
    application = case.application
    family = Client()
    family.force_login(application.guardian)
    way = f"/my/applications/{application.pk}/"
    assert "自然资源" in family.get(way).content.decode()
    answered(case)
    page = family.get(way).content.decode()
    assert "不符" in page
    assert REASON not in page
    assert [one.answer != "" for one in told_to_family(application)] == [True]
    copy = people_data(application.guardian)["departments_asked"]
    assert [(one["receipt"], one["department"]) for one in copy] == [(application.receipt, "自然资源")]


def test_an_official_invites_an_officer_of_a_department_by_the_page() -> None:
    factories.world()
    browser = signed_in(factories.staff("official"))
    way = "/staff/people/invite/"
    assert 'value="department:housing"' in browser.get(way).content.decode()
    typed = {"name": "合成专员", "phone": "", "role-0": "department:housing", "place-0": factories.DISTRICT}
    assert browser.post(way, {**typed, "role-0": "department:fishing"}).status_code == 422
    answer = browser.post(way, typed)
    assert answer.status_code == 302
    assert "住房和城乡建设" in browser.get(answer["Location"]).content.decode()
