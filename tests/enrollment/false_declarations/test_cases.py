"""A case of false declaration: notice, hearing, another person's finding, an appeal to a third; approval waits."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from accounts.models import Account
from enrollment.false_declarations.models import DeclarationCase, DeclarationEvent
from enrollment.false_declarations.services import (
    case_answer,
    case_appeal,
    case_clear,
    case_decide,
    case_find,
    case_finish,
    case_hearing,
    case_open,
)
from enrollment.review.services import review_approve, review_refuse
from enrollment.seasons.models import Application, Round
from enrollment.seasons.services.rounds import refuse_unsettled
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import REASON, checked
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
WHAT = "填报的住房份额与不动产登记不一致（登记簿2026年6月1日）"


def reviewer() -> Account:
    return factories.staff("reviewer", school="WL01")


def approved(agencies: City) -> Application:
    one = factories.family(factories.world())
    agencies.believe(one)
    application = checked(one.submit())
    assert application.state == "approved"
    return application


def heard(application: Application, opener: Account) -> DeclarationCase:
    """A case whose hearing was yesterday."""
    with clock.at(clock.now() - timedelta(days=9)):
        case = case_open(reviewer=opener, application_id=application.pk, what=WHAT)
        case_hearing(reviewer=opener, case_id=case.public_id, at=clock.now() + timedelta(days=8), where="教育局201室")
    return DeclarationCase.objects.get(pk=case.pk)


def test_an_open_case_stops_the_approval_and_tells_the_family(agencies: City) -> None:
    application = approved(agencies)
    case = case_open(reviewer=reviewer(), application_id=application.pk, what=WHAT)
    application.refresh_from_db()
    assert application.state == "in_review"  # it is not drawn while the case is open
    assert Message.objects.filter(template="declaration_noticed").count() == 1
    with pytest.raises(Refused) as refused:
        review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    assert refused.value.code == "false_declaration"
    with pytest.raises(Refused) as again:
        case_open(reviewer=reviewer(), application_id=application.pk, what=WHAT)
    assert again.value.code == "open"
    case_clear(reviewer=reviewer(), case_id=case.public_id, reason="登记机构更正")
    review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)


def test_nothing_is_found_without_notice_hearing_and_another_person(agencies: City) -> None:
    opener, application = reviewer(), approved(agencies)
    case = case_open(reviewer=opener, application_id=application.pk, what=WHAT)
    with pytest.raises(Refused) as refused:
        case_find(reviewer=reviewer(), case_id=case.public_id, reason=REASON)
    assert refused.value.code == "illegal_step"
    with pytest.raises(Refused) as soon:
        case_hearing(reviewer=opener, case_id=case.public_id, at=clock.now() + timedelta(days=1), where="x")
    assert soon.value.field == "at"
    later = clock.now() + timedelta(days=4)
    case_hearing(reviewer=opener, case_id=case.public_id, at=later, where="教育局201室")
    case_answer(guardian=application.guardian, case_id=case.public_id, text="我们有另一本证")
    with pytest.raises(Refused) as ahead:
        case_find(reviewer=reviewer(), case_id=case.public_id, reason=REASON)
    assert ahead.value.code == "hearing"
    with clock.at(later + timedelta(hours=1)):
        with pytest.raises(Refused) as same:
            case_find(reviewer=opener, case_id=case.public_id, reason=REASON)
        assert same.value.code == "same_person"
        assert case_find(reviewer=reviewer(), case_id=case.public_id, reason=REASON).state == "found"


def test_an_appeal_goes_to_a_third_person(agencies: City) -> None:
    opener, finder, application = reviewer(), reviewer(), approved(agencies)
    case = heard(application, opener)
    case_find(reviewer=finder, case_id=case.public_id, reason=REASON)
    with pytest.raises(Refused) as early:
        case_finish(reviewer=finder, case_id=case.public_id)
    assert early.value.code == "early"
    case_appeal(guardian=application.guardian, case_id=case.public_id, reason="登记有误，请再查")
    for one in (opener, finder):
        with pytest.raises(Refused) as same:
            case_decide(reviewer=one, case_id=case.public_id, upheld=False, reason=REASON)
        assert same.value.code == "same_person"
    done = case_decide(reviewer=reviewer(), case_id=case.public_id, upheld=True, reason=REASON)
    assert done.state == "cleared"
    assert [one.event for one in case.events.all()] == ["open", "set_hearing", "find", "appeal", "annul"]


def test_what_is_final_ends_the_application_by_the_policy(agencies: City) -> None:
    application = approved(agencies)
    case = heard(application, reviewer())
    found = case_find(reviewer=reviewer(), case_id=case.public_id, reason=REASON)
    assert found.appeal_by is not None
    with clock.at(found.appeal_by + timedelta(days=1)):
        with pytest.raises(Refused) as late:
            case_appeal(guardian=application.guardian, case_id=case.public_id, reason="太迟了吗")
        assert late.value.code == "late"
        assert case_finish(reviewer=reviewer(), case_id=case.public_id).state == "final"
        with pytest.raises(Refused) as refused:
            review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
        assert refused.value.code == "false_declaration"
        assert review_refuse(reviewer=reviewer(), application_id=application.pk, reason=WHAT).state == "not_eligible"


def test_strangers_see_and_do_nothing(agencies: City) -> None:
    application = approved(agencies)
    case = case_open(reviewer=reviewer(), application_id=application.pk, what=WHAT)
    stranger = factories.staff("reviewer", school="WL02")
    with pytest.raises(NotAllowed):
        case_open(reviewer=stranger, application_id=application.pk, what=WHAT)
    with pytest.raises(NotAllowed):
        case_clear(reviewer=stranger, case_id=case.public_id, reason=REASON)
    with pytest.raises(NotAllowed):
        case_answer(guardian=factories.guardian(), case_id=case.public_id, text="不是我的")
    with pytest.raises(DatabaseError), transaction.atomic():
        DeclarationEvent.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        DeclarationCase.objects.update(what="别的")


def test_the_pages(agencies: City) -> None:
    application = approved(agencies)
    browser, family = signed_in(reviewer()), Client()
    family.force_login(application.guardian)
    assert browser.post("/official/declarations/", {"receipt": "x", "what": WHAT}).status_code == 422
    assert browser.post("/official/declarations/", {"receipt": application.receipt, "what": WHAT}).status_code == 302
    case = DeclarationCase.objects.get()
    address, own = f"/official/declarations/{case.public_id}/", f"/my/applications/{application.pk}/declaration/"
    assert application.receipt in browser.get("/official/declarations/").content.decode()
    assert WHAT in browser.get(address).content.decode()
    assert browser.post(address, {"step": "hearing", "at": "x"}).status_code == 422
    assert browser.post(address, {"step": "nothing"}).status_code == 422
    assert WHAT in family.get(own).content.decode()
    assert own in family.get(f"/my/applications/{application.pk}/").content.decode()
    assert family.post(own, {"text": "不"}).status_code == 422
    assert family.post(own, {"text": "我们有另一本证"}).status_code == 302
    assert "我们有另一本证" in browser.get(address).content.decode()
    assert signed_in(factories.staff("reviewer", school="WL02")).get(address).status_code == 404
    stranger = Client()
    stranger.force_login(factories.guardian())
    assert stranger.get(own).status_code == 404


# -- a case that is open when the round is frozen ------------------------------------------------------------------


def closed(application: Application) -> Round:
    Round.objects.filter(pk=application.round_id).update(state="closed", closes_at=clock.now() - timedelta(minutes=5))
    return Round.objects.get(pk=application.round_id)


def test_once_the_round_is_closed_an_open_case_holds_nobody_back(agencies: City) -> None:
    application = approved(agencies)
    case_open(reviewer=reviewer(), application_id=application.pk, what=WHAT)
    round_ = closed(application)
    with pytest.raises(Refused) as undecided:
        refuse_unsettled(round_)  # the desk has to decide it: nobody is left out of the roll
    assert undecided.value.code == "unsettled"
    review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    refuse_unsettled(round_)
    page = signed_in(factories.staff("official")).get(f"/official/rounds/{round_.pk}/").content.decode()
    assert 'data-qa="accused"' in page
    assert application.receipt in page


def test_a_case_about_an_approved_application_of_a_closed_round_leaves_it_on_the_roll(agencies: City) -> None:
    application = approved(agencies)
    round_ = closed(application)
    case_open(reviewer=reviewer(), application_id=application.pk, what=WHAT)
    application.refresh_from_db()
    assert application.state == "approved"
    refuse_unsettled(round_)


@pytest.mark.parametrize(("state", "then"), [("approved", "in_review"), ("in_pool", "in_pool"), ("offered", "offered")])
def test_what_is_found_leaves_review_before_the_freeze_and_nothing_after_it(
    agencies: City, state: str, then: str
) -> None:
    application = approved(agencies)
    round_ = closed(application)
    case = heard(application, reviewer())
    found = case_find(reviewer=reviewer(), case_id=case.public_id, reason=REASON)
    assert found.appeal_by is not None
    Application.objects.filter(pk=application.pk).update(state=state)
    with clock.at(found.appeal_by + timedelta(days=1)):
        case_finish(reviewer=reviewer(), case_id=case.public_id)
    application.refresh_from_db()
    assert application.state == then
    if then == "in_review":
        with pytest.raises(Refused):
            refuse_unsettled(round_)
        with pytest.raises(Refused):
            review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
