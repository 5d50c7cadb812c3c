"""From submission to a decision: judging, reviewing, correcting, appealing - and what can never be changed."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from accounts.models import Account
from enrollment import services
from enrollment.models import Application, ApplicationState, ApplicationVersion, Offer, ReturnRequest, Transition
from enrollment.services.submission import Submission
from enrollment.services.transitions import application_step
from enrollment.states import APPLICATION, LIVE_STATES
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.agencies import City
from tests.threads import at_once
from verification.checking import MAX_ATTEMPTS, checks_run
from verification.models import AgencySwitch

pytestmark = pytest.mark.django_db
REASON = "按登记机构的数据确认"


def checked(application: Application) -> Application:
    """Make every check of the newest version over HTTP, as often as it takes, and judge it."""
    version = application.versions.get(number=application.version)
    at = clock.now()
    for _ in range(MAX_ATTEMPTS):
        with clock.at(at):
            checks_run(subject=version.pk)
        at += timedelta(minutes=2)
    assert not services.application_assess(version_id=version.pk)  # the last check judged it already
    application.refresh_from_db()
    return application


def case(city: City, **changed: str) -> tuple[factories.Family, Application]:
    """A case on the reviewer's desk: the register knows another share than the family declares."""
    one = factories.family(factories.world(), **changed)
    held = factories.records(one)
    held["real_estate"][0]["owners"][0]["share"] = 0.5
    for agency, found in held.items():
        city.put(agency, *found)
    return one, checked(one.submit())


def reviewer() -> Account:
    return factories.staff("reviewer", school="WL01")


def week() -> Any:
    return clock.now() + timedelta(days=7)


def test_when_everything_matches_nobody_has_to_look(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    application = checked(one.submit())
    assert application.state == "approved"
    assert (application.group_code, application.zone_code, application.tier) == ("class_1", "滨湖路学区", 1)
    assert application.review_school_id == "WL01"
    assert Message.objects.filter(template="approved").count() == 1
    version = application.versions.get()
    assert version.facts["household.zone_relation"]["status"] == "verified"
    assert version.evaluation["trace"]


def test_a_mismatch_goes_to_a_person(agencies: City) -> None:
    _one, application = case(agencies)
    assert (application.state, application.needs_person) == ("attention", True)
    assert "home.ownership_share" in application.versions.get().evaluation["questions"]
    assert Message.objects.filter(template="attention").count() == 1


@pytest.mark.parametrize("agency", ["household", "real_estate", "contract", "permit", "insurance"])
def test_silence_of_any_agency_never_refuses(agencies: City, agency: str) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    AgencySwitch.objects.create(agency=agency, enabled=False)
    application = checked(one.submit())
    assert application.state in {"attention", "approved"}
    if agency in {"household", "real_estate"}:
        assert application.state == "attention"


def test_all_agencies_silent_is_attention(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.knobs(**{"*": {"down": 1}})
    application = checked(one.submit())
    assert application.state == "attention"
    assert application.versions.get().evaluation["questions"]


def test_a_version_is_judged_once_and_not_before_its_checks(agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    application = one.submit()
    version = application.versions.get()
    assert services.application_assess(version_id=version.pk) is False
    checked(application)
    assert services.application_assess(version_id=version.pk) is False
    assert Transition.objects.filter(application=application, event="approve").count() == 1


def test_approving_keeps_reason_and_settled_facts(agencies: City) -> None:
    _one, application = case(agencies)
    who = reviewer()
    services.review_approve(
        reviewer=who, application_id=application.pk, reason=REASON, settled={"home.ownership_share": 0.5}
    )
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
        services.review_approve(reviewer=who, application_id=application.pk, reason=" 好 ")
    assert refused.value.field == "reason"
    with pytest.raises(Refused):
        services.review_refuse(reviewer=who, application_id=application.pk, reason="")
    application.refresh_from_db()
    assert application.state == "attention"


def test_what_the_policy_does_not_admit_cannot_be_approved(agencies: City) -> None:
    one = factories.family(factories.world(), child_id=factories.child_number(born=date(2020, 12, 1)))
    agencies.believe(one)
    application = checked(one.submit())
    assert (application.state, application.needs_person) == ("attention", True)  # too young: a person says so
    with pytest.raises(Refused) as refused:
        services.review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
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
        services.review_return(
            reviewer=reviewer(),
            application_id=application.pk,
            items=items,
            reason=REASON,
            deadline=clock.now() + timedelta(days=days),
        )
    assert refused.value.field == field


def returned(city: City) -> tuple[factories.Family, Application]:
    one, application = case(city)
    services.review_return(
        reviewer=reviewer(), application_id=application.pk, items=["home_share"], reason=REASON, deadline=week()
    )
    application.refresh_from_db()
    return one, application


def test_only_the_named_items_open_again_and_the_correction_is_a_new_version(agencies: City) -> None:
    one, application = returned(agencies)
    draft = services.draft_save(
        guardian=one.guardian,
        draft_id=one.draft.public_id,
        answers={"home_share": "50", "home_address": factories.ELSEWHERE, "choices": "WL02"},
    )
    assert draft.answers["home_share"] == "50"
    assert draft.answers["home_address"] == one.answers["home_address"]
    assert draft.answers["choices"] == "WL01,WL02"
    again = one.submit()
    assert (again.pk, again.receipt, again.version) == (application.pk, application.receipt, 2)
    first, second = application.versions.order_by("number")
    assert (first.claims["answers"]["home_share"], second.claims["answers"]["home_share"]) == ("100", "50")
    assert ReturnRequest.objects.get().answered_at is not None
    assert checked(again).state == "approved"


def test_a_correction_counts_until_the_end_of_its_minute(agencies: City) -> None:
    one, application = returned(agencies)
    deadline = ReturnRequest.objects.get().deadline.replace(second=0, microsecond=0)
    with clock.at(deadline + timedelta(minutes=1)), pytest.raises(Refused) as refused:
        one.submit()
    assert refused.value.code == "late"
    with clock.at(deadline + timedelta(seconds=59)):
        assert one.submit().version == 2
    assert application.versions.count() == 2


def test_an_overdue_correction_goes_to_a_person_not_to_a_refusal(agencies: City) -> None:
    _one, application = returned(agencies)
    assert services.lapse_sweep() == 0
    with clock.at(week() + timedelta(minutes=2)):
        assert services.lapse_sweep() == 1
        assert services.lapse_sweep() == 0
    application.refresh_from_db()
    assert application.state == "attention"


def test_a_submitted_form_cannot_be_edited(agencies: City) -> None:
    one, _application = case(agencies)
    with pytest.raises(Refused) as refused:
        services.draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"home_share": "1"})
    assert refused.value.code == "filed"


def test_a_refusal_may_be_appealed_by_the_family_alone(agencies: City) -> None:
    one, application = case(agencies)
    services.review_refuse(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    with pytest.raises(NotAllowed):
        services.appeal_file(guardian=factories.guardian(), application_id=application.pk, reason=REASON)
    appeal = services.appeal_file(guardian=one.guardian, application_id=application.pk, reason="份额已经变更")
    assert appeal.application.state == "appealed"
    assert Transition.objects.get(application=application, event="appeal").reason == "份额已经变更"
    services.appeal_decide(reviewer=reviewer(), appeal_id=appeal.public_id, upheld=True, reason=REASON)
    services.review_approve(reviewer=reviewer(), application_id=application.pk, reason=REASON)
    application.refresh_from_db()
    assert application.state == "approved"


@pytest.mark.parametrize(
    ("role", "district", "school"),
    [("reviewer", "430702", "WL02"), ("official", "430703", ""), ("supervisor", "430702", ""), ("notary", "43", "")],
)
def test_a_decision_out_of_scope_is_answered_like_a_missing_case(
    agencies: City, role: str, district: str, school: str
) -> None:
    _one, application = case(agencies)
    with pytest.raises(NotAllowed):
        services.review_approve(
            reviewer=factories.staff(role, district=district, school=school),
            application_id=application.pk,
            reason=REASON,
        )
    with pytest.raises(NotAllowed):
        services.review_refuse(reviewer=factories.guardian(), application_id=application.pk, reason=REASON)


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_decide_once(agencies: City) -> None:
    _one, application = case(agencies)
    first, second = reviewer(), reviewer()
    results = at_once(
        [
            lambda: services.review_approve(reviewer=first, application_id=application.pk, reason=REASON),
            lambda: services.review_refuse(reviewer=second, application_id=application.pk, reason=REASON),
        ]
    )
    assert [isinstance(result, Refused) for result in results].count(True) == 1
    decisions = Transition.objects.filter(application=application, event__in=["approve", "refuse"])
    assert decisions.count() == 1
    assert Message.objects.filter(template__in=["approved", "not_eligible"]).count() == 1


EVENTS = tuple(dict.fromkeys(step.event for step in APPLICATION.steps))


def test_every_step_of_the_table_and_no_other_is_possible() -> None:
    application = factories.family(factories.world()).submit()
    for state in APPLICATION.states():
        for event in EVENTS:
            Application.objects.filter(pk=application.pk).update(state=state)
            application.refresh_from_db()
            if event in APPLICATION.events(state):
                application_step(application=application, event=event, actor=None)
                assert application.state == APPLICATION.target(state, event)
            else:
                with pytest.raises(Refused) as refused:
                    application_step(application=application, event=event, actor=None)
                assert refused.value.code == "illegal_step"
    steps = Transition.objects.filter(application=application).count()
    assert steps == len(APPLICATION.steps) + 2  # and the two of the submission


def test_a_step_from_a_state_that_has_passed_changes_nothing() -> None:
    application = factories.family(factories.world()).submit()
    Application.objects.filter(pk=application.pk).update(state="withdrawn")
    with pytest.raises(Refused) as refused:
        application_step(application=application, event="confirm", actor=None)
    assert refused.value.code == "changed"
    assert not Transition.objects.filter(application=application, event="confirm").exists()


def test_every_state_has_a_name_and_the_ended_ones_free_the_child() -> None:
    assert set(APPLICATION.states()) == set(ApplicationState.values)
    assert not {"withdrawn", "declined", "lapsed", "draft"} & set(LIVE_STATES)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE enrollment_transition SET reason = 'x'",
        "DELETE FROM enrollment_transition",
        "UPDATE enrollment_applicationversion SET claims = 'x'",
        "UPDATE enrollment_applicationversion SET policy_id = policy_id + 1",
        "DELETE FROM enrollment_applicationversion",
        "UPDATE enrollment_policyversion SET text = 'x'",
        "DELETE FROM enrollment_policyversion",
        "UPDATE verification_finding SET outcome = 'match'",
        "DELETE FROM verification_finding",
    ],
)
def test_the_database_itself_refuses_to_rewrite_the_past(agencies: City, statement: str) -> None:
    case(agencies)
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_offer_is_answered_in_time_by_its_own_family() -> None:
    one = factories.family(factories.world())
    application = one.submit()
    Application.objects.filter(pk=application.pk).update(state="offered", next_step_by=week())
    Offer.objects.create(
        application=application,
        school=one.world.school,
        kind="choice",
        run_id=1,
        published_at=clock.now(),
        answer_by=week(),
    )
    with pytest.raises(NotAllowed):
        services.offer_answer(guardian=factories.guardian(), application_id=application.pk, answer="accept")
    with pytest.raises(Refused):
        services.offer_answer(guardian=one.guardian, application_id=application.pk, answer="perhaps")
    with clock.at(week() + timedelta(minutes=2)), pytest.raises(Refused) as refused:
        services.offer_answer(guardian=one.guardian, application_id=application.pk, answer="accept")
    assert refused.value.code == "late"
    assert (
        services.offer_answer(guardian=one.guardian, application_id=application.pk, answer="accept").state == "accepted"
    )


def test_a_round_is_not_frozen_over_an_undecided_application(agencies: City) -> None:
    one, application = case(agencies)
    official = factories.staff("official")
    place = one.world.round
    second = factories.staff("official")
    services.round_step(official=official, round_id=place.pk, event="close", second=second)
    with pytest.raises(Refused) as refused:
        services.round_step(official=official, round_id=place.pk, event="freeze", second=second)
    assert refused.value.code == "unsettled"
    services.review_approve(reviewer=official, application_id=application.pk, reason=REASON)
    assert services.round_step(official=official, round_id=place.pk, event="freeze", second=second).state == "frozen"
    application.refresh_from_db()
    assert application.state == "in_pool"
    with pytest.raises(Refused):
        services.application_withdraw(guardian=one.guardian, application_id=application.pk)


def test_the_policy_of_the_submission_judges_it() -> None:
    one = factories.family(factories.world())
    application = one.submit()
    version = ApplicationVersion.objects.get(application=application)
    assert version.policy_id == one.world.round.policy_id
    with pytest.raises(NotAllowed):
        services.application_submit(guardian=factories.guardian(), submission=Submission(one.draft.public_id, uuid4()))
