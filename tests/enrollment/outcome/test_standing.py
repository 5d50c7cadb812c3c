"""Where an application stands: every state has its sentence and next step; answers are asked twice and given once."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from enrollment.filing.submission.standing import ACTORS, STEPS, ahead, messages_to, next_step, told
from enrollment.outcome.models import Attendance
from enrollment.outcome.services.offers import attendance_say, offer_answer
from enrollment.seasons.days.deadlines import remaining
from enrollment.seasons.models import Application, ApplicationState, Round, Season
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.services import message_queue
from tests import factories
from tests.enrollment.outcome.test_letters import enter, placed
from tests.threads import at_once

CHECK_IN = [{"key": "checkin", "zh": "报到", "en": "Check-in", "starts": "2026-08-31", "ends": "2026-08-31"}]


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "draws"), [("frozen", True), ("published", False)])
def test_a_round_whose_results_are_out_announces_no_draw(state: str, draws: bool) -> None:
    application, day = placed("accepted"), (clock.today() + timedelta(days=3)).isoformat()
    rows = [{**CHECK_IN[0], "starts": day, "ends": day, "key": key, "en": key} for key in ("draw", "checkin")]
    Season.objects.update(calendar=rows)
    Round.objects.update(state=state)
    with translation.override("en"):
        labels = {step.label for step in ahead(Application.objects.get(pk=application.pk))}
    assert ("checkin" in labels, "draw" in labels) == (True, draws)


def test_every_state_has_a_sentence_and_says_who_acts() -> None:
    assert set(STEPS) == set(ApplicationState.values)
    for language in ("en", "zh-hans"):
        with translation.override(language):
            sentences = {str(sentence) for sentence, _actor in STEPS.values()}
            assert len(sentences) == len(STEPS)
            assert {actor for _sentence, actor in STEPS.values()} <= set(ACTORS)
    with translation.override("zh-hans"):
        untranslated = [str(sentence) for sentence, _actor in STEPS.values() if str(sentence).isascii()]
        assert untranslated == []


@pytest.mark.django_db
@pytest.mark.parametrize("state", [state for state in ApplicationState.values if state != "draft"])
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_of_every_state_opens_with_its_sentence(state: str, language: str) -> None:
    application = placed(state)
    with translation.override(language):
        sentence = next_step(application).sentence
    page = enter(application.guardian, language).get(f"/my/applications/{application.pk}/")
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert page["Cache-Control"] == "no-store"


@pytest.mark.django_db
@pytest.mark.parametrize("action", ["accept", "decline"])
def test_an_answer_is_asked_first_and_changes_nothing_until_it_is_pressed(action: str) -> None:
    application = placed("offered")
    client, path = enter(application.guardian, "en"), f"/my/applications/{application.pk}/{action}/"
    assert "Please answer by" in client.get(path).content.decode()
    application.refresh_from_db()
    assert application.state == "offered"
    assert client.post(path).status_code == 302
    assert client.post(path).status_code == 302
    application.refresh_from_db()
    assert application.state == {"accept": "accepted", "decline": "declined"}[action]
    assert application.transitions.filter(event=action).count() == 1


@pytest.mark.django_db
def test_a_step_that_is_not_possible_leads_back_with_the_reason() -> None:
    application = placed("submitted")
    client = enter(application.guardian, "en")
    answer = client.get(f"/my/applications/{application.pk}/accept/", follow=True)
    assert "This is not possible while" in answer.content.decode()


@pytest.mark.django_db
def test_the_deadline_between_page_and_press_is_refused_in_words() -> None:
    application = placed("offered")
    offer = application.offer
    assert offer is not None
    client, path = enter(application.guardian, "en"), f"/my/applications/{application.pk}/accept/"
    last = offer.answer_by.astimezone(clock.SHANGHAI).replace(second=59, microsecond=0)
    with clock.at(last):
        assert client.get(path).status_code == 200
    with clock.at(last + timedelta(seconds=1)):
        shown = client.post(path, follow=True).content.decode()
    assert "The time to answer is over." in shown
    application.refresh_from_db()
    assert application.state == "offered"


@pytest.mark.django_db(transaction=True)
def test_accept_and_decline_at_once_give_one_answer() -> None:
    application = placed("offered")
    mine = {"guardian": application.guardian, "application_id": application.pk}
    results = at_once(
        [
            lambda: offer_answer(**mine, answer="accept"),  # type: ignore[arg-type]
            lambda: offer_answer(**mine, answer="decline"),  # type: ignore[arg-type]
        ]
    )
    assert sum(isinstance(one, Application) for one in results) == 1
    application.refresh_from_db()
    assert application.state in {"accepted", "declined"}
    assert application.transitions.filter(event__in=["accept", "decline"]).count() == 1


@pytest.mark.django_db
def test_attendance_is_said_with_one_button_and_may_change_until_the_day() -> None:
    application = placed()
    Season.objects.update(calendar=CHECK_IN)
    application.refresh_from_db()
    mine = {"guardian": application.guardian, "application_id": application.pk}
    day = datetime(2026, 8, 31, 12, tzinfo=clock.SHANGHAI)
    with clock.at(day - timedelta(days=9)):
        attendance_say(**mine, coming=True)  # type: ignore[arg-type]
        attendance_say(**mine, coming=True)  # type: ignore[arg-type]
    with clock.at(day):
        attendance_say(**mine, coming=False)  # type: ignore[arg-type]
    assert list(Attendance.objects.order_by("pk").values_list("coming", flat=True)) == [True, False]
    with clock.at(day + timedelta(days=1)), pytest.raises(Refused) as late:
        attendance_say(**mine, coming=True)  # type: ignore[arg-type]
    assert late.value.code == "late"
    with pytest.raises(NotAllowed):
        attendance_say(guardian=factories.guardian(), application_id=application.pk, coming=True)


@pytest.mark.django_db
@pytest.mark.parametrize(("days", "asked"), [(0, True), (-1, False)])
def test_the_button_goes_with_check_in_day(days: int, asked: bool) -> None:
    application, day = placed(), (clock.today() + timedelta(days=days)).isoformat()
    Season.objects.update(calendar=[{**CHECK_IN[0], "starts": day, "ends": day}])
    page = enter(application.guardian).get(f"/my/applications/{application.pk}/").content.decode()
    assert ('name="coming"' in page) is asked


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["offered", "enrolled", "declined"])
def test_attendance_belongs_to_an_accepted_place(state: str) -> None:
    application = placed(state)
    with pytest.raises(Refused):
        attendance_say(guardian=application.guardian, application_id=application.pk, coming=True)


@pytest.mark.django_db
def test_the_dated_steps_to_come_follow_the_calendar() -> None:
    application = placed("approved")
    Season.objects.update(calendar=[*CHECK_IN, {"key": "checkin", "starts": "bad"}])
    application.refresh_from_db()
    with clock.at(datetime(2026, 8, 1, tzinfo=clock.SHANGHAI)), translation.override("en"):
        assert [step.label for step in ahead(application)][:1] == ["Check-in"]
    with clock.at(datetime(2026, 9, 1, tzinfo=clock.SHANGHAI)), translation.override("en"):
        assert "Check-in" not in [step.label for step in ahead(application)]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (3 * 86400 + 60, "3 days left"),
        (40 * 3600, "2 days left"),
        (26 * 3600, "26 h 1 min left"),
        (5 * 3600, "5 h 1 min left"),
        (600, "11 min left"),
        (-61, "This time is over."),
    ],
)
def test_the_time_left_is_in_words(seconds: int, words: str) -> None:
    now = datetime(2026, 7, 1, 12, 0, 0, tzinfo=clock.SHANGHAI)
    with clock.at(now), translation.override("en"):
        assert remaining(now + timedelta(seconds=seconds)) == words


@pytest.mark.django_db
def test_the_family_sees_what_it_was_told_and_never_a_code() -> None:
    application = placed("submitted")
    parent = application.guardian
    message_queue(key="secret", template="sign_in_code", params={"code": "123456"}, account=parent, secret=True)
    rows = told(application)
    assert len(rows) == 1
    assert application.receipt in rows[0].text
    assert "****" in rows[0].phone
    assert str(parent.phone) not in rows[0].phone
    assert messages_to(application)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["", "receipt/", "letter/", "appeal/", "registry/", "accept/", "withdraw/"])
def test_pages_of_other_families_are_not_there(path: str) -> None:
    application = placed("offered" if path == "accept/" else "accepted")
    assert enter(factories.guardian()).get(f"/my/applications/{application.pk}/{path}").status_code == 404
