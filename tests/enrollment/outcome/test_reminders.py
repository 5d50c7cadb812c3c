"""Places nobody answers: when each reminder is said, whom to call, and that no place lapses unseen."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.outcome.models import PlaceLook, Reminder
from enrollment.outcome.services.offers import lapse_sweep, offer_answer
from enrollment.outcome.services.reminders import lefts, place_look, places_look, reminders_sweep
from enrollment.outcome.unanswered import call_sheet, unanswered
from enrollment.privacy.services import data_of
from enrollment.seasons.models import Application, Offer, Round
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def placed() -> Application:
    """A place with seven days to answer, reminded four, two and one day before its end."""
    made = factories.application("offered", within=timedelta(days=7))
    Round.objects.update(state="published", reminders=[4, 2, 1])
    return made


def end() -> datetime:
    return Offer.objects.get().answer_by


def before(days: float) -> datetime:
    return end() - timedelta(days=days)


def told() -> list[Message]:
    return list(Message.objects.filter(template="answer_reminder").order_by("pk"))


def test_two_texts_and_a_call_each_once(placed: Application) -> None:
    official = factories.staff("official")
    for days, numbers, texts in ((4.1, 0, 0), (4, 1, 1), (3, 1, 1), (2, 2, 2), (1, 3, 2), (0.5, 3, 2)):
        with clock.at(before(days)):
            assert reminders_sweep() is False
            reminders_sweep()
        assert (days, Reminder.objects.count(), len(told())) == (days, numbers, texts)
    assert [one.way for one in Reminder.objects.order_by("number")] == ["text", "text", "call"]
    assert [one.application.pk for one in unanswered(official).places] == [placed.pk]
    assert placed.child.name in told()[0].body
    copy = data_of(placed.guardian)["applications"][0]
    assert [one["number"] for one in copy["reminders"]] == [1, 2, 3]


def test_who_has_answered_is_not_reminded(placed: Application) -> None:
    offer_answer(guardian=placed.guardian, application_id=placed.pk, answer="accept")
    with clock.at(before(1)):
        reminders_sweep()
    assert not Reminder.objects.exists()
    assert unanswered(factories.staff("official")).count == 0


def test_a_worker_that_stood_still_says_the_newest_one_only(placed: Application) -> None:
    with clock.at(before(1.5)):
        reminders_sweep()
    assert [one.number for one in Reminder.objects.all()] == [2]
    assert len(told()) == 1


def test_without_days_of_its_own_a_round_goes_by_sevenths_and_a_short_time_by_what_fits() -> None:
    round_ = factories.world().round
    assert [one.days for one in lefts(round_)] == [4, 2, 1]
    round_.answer_days = 14
    assert [one.days for one in lefts(round_)] == [8, 4, 2]
    factories.application("offered", within=timedelta(days=3))
    Round.objects.update(state="published", reminders=[5, 2, 1])
    with clock.at(before(2.9)):
        reminders_sweep()
    assert not Reminder.objects.exists()  # five days before its end nobody had the place yet


def test_no_place_lapses_that_nobody_has_looked_at(placed: Application) -> None:
    official = factories.staff("official")
    with clock.at(end() + timedelta(days=1)):
        assert lapse_sweep() == 0
        page = unanswered(official)
        assert (page.count, page.overdue) == (1, 1)
        place_look(official=official, application_id=placed.pk, result="not_reached", note="无人接听（示例）")
        assert unanswered(official).count == 0
        assert lapse_sweep() == 1
        assert lapse_sweep() == 0
        with pytest.raises(Refused) as refused:
            place_look(official=official, application_id=placed.pk, result="looked")
    assert refused.value.code == "answered"
    placed.refresh_from_db()
    assert placed.state == "lapsed"
    assert data_of(placed.guardian)["applications"][0]["looks_at_an_unanswered_place"][0]["note"] == "无人接听（示例）"


def test_a_look_does_not_end_the_time_to_answer(placed: Application) -> None:
    official = factories.staff("official")
    with clock.at(before(1)):
        place_look(official=official, application_id=placed.pk, result="reached")
        assert lapse_sweep() == 0
        assert offer_answer(guardian=placed.guardian, application_id=placed.pk, answer="accept").state == "accepted"


@pytest.mark.parametrize(
    ("result", "note", "code"), [("", "", "result"), ("fine", "", "result"), ("looked", "x" * 301, "long")]
)
def test_what_makes_no_sense_is_refused(placed: Application, result: str, note: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        place_look(official=factories.staff("official"), application_id=placed.pk, result=result, note=note)
    assert refused.value.code == code
    assert not PlaceLook.objects.exists()


def test_several_are_looked_at_with_a_word_and_nobody_elses(placed: Application) -> None:
    official = factories.staff("official")
    for chosen, note, code in (([], "x", "none"), ([placed.pk], " ", "note")):
        with pytest.raises(Refused) as refused:
            places_look(official=official, applications=chosen, note=note)
        assert refused.value.code == code
    for other in (factories.staff("official", district="430703"), factories.staff("clerk"), factories.staff("notary")):
        with pytest.raises(NotAllowed):
            places_look(official=other, applications=[placed.pk], note="x")
        with pytest.raises(NotAllowed):
            call_sheet(other, placed.pk)
    assert places_look(official=official, applications=[placed.pk], note="三次无人接听") == 1


def test_the_pages_lead_from_the_list_to_the_call(placed: Application) -> None:
    official = factories.staff("official")
    desk, phone = at_desk(Client(), official), placed.guardian.phone or ""
    with clock.at(end() + timedelta(minutes=2)):
        shown = desk.get("/official/unanswered/").content.decode()
        assert placed.receipt in shown
        assert phone not in shown
        at = f"/official/unanswered/{placed.pk}/"
        assert phone in desk.get(at).content.decode()
        assert Entry.objects.filter(action="place.number", actor_id=official.pk).count() == 1
        wrong = desk.post(at, {"result": "", "note": "打了两次"})
        assert wrong.status_code == 422
        assert "打了两次" in wrong.content.decode()
        assert desk.post("/official/unanswered/", {"place": [str(placed.pk), "x"], "note": ""}).status_code == 422
        assert desk.post(at, {"result": "not_reached", "note": "打了两次"}).status_code == 302
    assert at_desk(Client(), factories.staff("clerk")).get("/official/unanswered/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_four_workers_say_it_once() -> None:
    factories.application("offered", within=timedelta(days=7))
    Round.objects.update(state="published", reminders=[4, 2, 1])
    moment = before(4)

    def sweep() -> bool:
        with clock.at(moment):
            return reminders_sweep()

    at_once([sweep] * 4)
    assert Reminder.objects.count() == 1
    assert len(told()) == 1


def test_a_person_is_a_reader_of_the_whole_number_only_where_it_is_in_care(placed: Application) -> None:
    reader: Account = factories.staff("supervisor")
    with pytest.raises(NotAllowed):
        call_sheet(reader, placed.pk)
