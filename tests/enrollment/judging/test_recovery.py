"""An agency that was away is asked again: by itself when it is back, for one case, and for all of a day."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.models import Account
from enrollment.judging.later.recovery import ask_again_where_back, case_ask_again, day_ask_again
from enrollment.seasons.models import Application, Round
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.agencies import City, agencies, agency_service
from verification.checking import MAX_ATTEMPTS, checks_run
from verification.item_services import item_switch
from verification.models import AgencySwitch, Check, Finding
from verification.selectors import findings

__all__ = ["agencies", "agency_service"]
pytestmark = pytest.mark.django_db


def run(application: Application) -> Application:
    """Make its checks until none is pending."""
    version = application.versions.get(number=application.version)
    for _time in range(MAX_ATTEMPTS):
        due = Check.objects.filter(subject=version.pk, state="pending").order_by("-next_attempt_at").first()
        if due is None:
            break
        with clock.at(max(clock.now(), due.next_attempt_at)):
            checks_run(subject=version.pk)
    application.refresh_from_db()
    return application


def away(agencies: City, agency: str = "real_estate") -> Application:
    """A family whose only trouble is that an agency was away."""
    one = factories.family(factories.world())
    agencies.believe(one)
    agencies.knobs(**{agency: {"down": 1}})
    application = run(one.submit())
    assert application.state == "attention"
    assert findings(application.versions.get().pk)[agency].outcome == "unavailable"
    return application


def test_what_only_waited_goes_on_by_itself_when_the_agency_is_back(agencies: City) -> None:
    application = away(agencies)
    version = application.versions.get()
    told = Message.objects.count()
    assert not ask_again_where_back()
    application.refresh_from_db()
    assert application.state == "attention"  # it waits ten minutes before it is asked about again
    agencies.knobs()
    AgencySwitch.objects.all().delete()
    with clock.at(clock.now() + timedelta(minutes=11)):
        ask_again_where_back()
        application.refresh_from_db()
        assert application.state == "verifying"
        run(application)
    assert application.state == "approved"
    version.refresh_from_db()
    assert version.assessed_at is not None
    assert findings(version.pk)["real_estate"].outcome == "match"
    assert Finding.objects.filter(check_made__agency="real_estate").count() == 2  # what was found before stays
    events = list(application.transitions.order_by("pk").values_list("event", flat=True))
    assert events == ["submit", "start_checks", "needs_person", "ask_again", "confirm", "approve"]
    assert Message.objects.count() == told + 1  # "approved"; nobody is told twice that a person looks


def test_an_agency_that_stays_away_is_asked_about_ever_more_rarely(agencies: City) -> None:
    application = away(agencies)
    at = clock.now()
    for minutes in (11, 20 + 1, 40 + 1):
        at += timedelta(minutes=minutes)
        with clock.at(at):
            AgencySwitch.objects.all().delete()
            ask_again_where_back()
            application.refresh_from_db()
            assert application.state == "verifying", minutes
            run(application)
            assert application.state == "attention"
            ask_again_where_back()
            application.refresh_from_db()
            assert application.state == "attention"
        at = max(at, Finding.objects.latest("at").at)
    assert Message.objects.filter(template="attention").count() == 1


def test_of_many_one_is_the_probe_until_the_agency_is_heard(agencies: City) -> None:
    world = factories.world()
    agencies.knobs(real_estate={"down": 1})
    waiting = []
    for _number in range(4):
        one = factories.family(world)
        agencies.believe(one)
        waiting.append(run(one.submit()))
        AgencySwitch.objects.all().delete()
    assert {one.state for one in waiting} == {"attention"}
    agencies.knobs()
    with clock.at(clock.now() + timedelta(minutes=11)):
        ask_again_where_back()
        probes = Application.objects.filter(state="verifying")
        assert probes.count() == 1
        run(probes.get())
        ask_again_where_back()
        for application in Application.objects.filter(state="verifying"):
            run(application)
    again = Finding.objects.filter(check_made__turn=1)
    assert list(again.values_list("outcome", flat=True)) == ["match"] * 4


def test_nobody_is_asked_while_the_agency_is_off_or_the_round_is_frozen(agencies: City) -> None:
    application = away(agencies)
    official = factories.staff("official")
    agencies.knobs()
    with clock.at(clock.now() + timedelta(minutes=11)):
        item_switch(actor=official, division="430702", agency="real_estate", enabled=False, note="维护")
        ask_again_where_back()
        assert not Check.objects.filter(turn=1).exists()
        item_switch(actor=official, division="430702", agency="real_estate", enabled=True)
        Round.objects.update(state="frozen")
        ask_again_where_back()
        assert not Check.objects.filter(turn=1).exists()
        with pytest.raises(Refused):
            case_ask_again(reviewer=official, application_id=application.pk)


def test_a_case_that_a_person_has_taken_up_is_left_to_that_person(agencies: City) -> None:
    from enrollment.review.services import review_open

    application = away(agencies)
    reviewer = factories.staff("official")
    review_open(reviewer=reviewer, application_id=application.pk)
    agencies.knobs()
    AgencySwitch.objects.all().delete()
    with clock.at(clock.now() + timedelta(minutes=11)):
        ask_again_where_back()
        application.refresh_from_db()
        assert application.state == "in_review"
        case_ask_again(reviewer=reviewer, application_id=application.pk)
        assert run(application).state == "approved"
    with pytest.raises(Refused):
        case_ask_again(reviewer=reviewer, application_id=application.pk)
    stranger: Account = factories.staff("official", district="430703")
    with pytest.raises(NotAllowed):
        case_ask_again(reviewer=stranger, application_id=application.pk)


def test_all_of_a_day_are_asked_again(agencies: City) -> None:
    application = away(agencies)
    agencies.knobs()
    AgencySwitch.objects.all().delete()
    today, official = clock.today(), factories.staff("official")
    whom = partial(day_ask_again, official=official, division="430702")
    assert whom(agency="real_estate", day=today - timedelta(days=1)) == 0
    assert whom(agency="household", day=today) == 0
    assert whom(agency="real_estate", day=today) == 1
    assert run(application).state == "approved"
    with pytest.raises(NotAllowed):
        day_ask_again(agency="real_estate", day=today, official=official, division="4307")
