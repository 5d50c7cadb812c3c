"""The life of an application and of a round: the steps of the tables and no others, and a past nobody rewrites."""

import pytest
from django.db import connection, transaction
from django.db.utils import DatabaseError

from enrollment.filing.submission.services import application_withdraw
from enrollment.review.services import review_approve
from enrollment.seasons.models import Application, ApplicationState, Transition
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import APPLICATION, LIVE_STATES, ApplicationEvent, RoundEvent
from foundation.errors import Refused
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import REASON, case

pytestmark = pytest.mark.django_db
EVENTS = tuple(dict.fromkeys(ApplicationEvent(step.event) for step in APPLICATION.steps))


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
        application_step(application=application, event=ApplicationEvent.CONFIRM, actor=None)
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


def test_a_round_is_not_frozen_over_an_undecided_application(agencies: City) -> None:
    one, application = case(agencies)
    official = factories.staff("official")
    place = one.world.round
    second = factories.staff("official")
    round_step(official=official, round_id=place.pk, event=RoundEvent.CLOSE, second=second)
    with pytest.raises(Refused) as refused:
        round_step(official=official, round_id=place.pk, event=RoundEvent.FREEZE, second=second)
    assert refused.value.code == "unsettled"
    review_approve(reviewer=official, application_id=application.pk, reason=REASON)
    assert round_step(official=official, round_id=place.pk, event=RoundEvent.FREEZE, second=second).state == "frozen"
    application.refresh_from_db()
    assert application.state == "in_pool"
    with pytest.raises(Refused):
        application_withdraw(guardian=one.guardian, application_id=application.pk)
