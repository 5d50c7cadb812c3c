"""Appeals: filed by the family, heard, decided by somebody else - and a result never changes by one."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from accounts.models import Account, TokenDevice
from enrollment.appeals.models import Appeal, AppealEvent
from enrollment.appeals.services import (
    appeal_decide,
    appeal_file,
    appeal_take_back,
    hearing_ask_move,
    hearing_confirm,
    hearing_set,
)
from enrollment.filing.submission.services import application_withdraw
from enrollment.seasons.days.calendar import after_working_days
from enrollment.seasons.models import AfterRules, Application, Offer
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from tests import factories
from tests.enrollment.outcome.test_letters import enter, placed
from tests.threads import at_once

pytestmark = pytest.mark.django_db
WHY = "份额登记有误，请再看一次"


def refused_case(place: factories.World | None = None) -> tuple[Application, Account]:
    """An application that a reviewer refused, and that reviewer."""
    who = factories.staff("reviewer", school="WL01")
    return factories.application("not_eligible", place=place, by=who), who


def other() -> Account:
    return factories.staff("reviewer", school="WL01")


def file(application: Application) -> Appeal:
    return appeal_file(guardian=application.guardian, application_id=application.pk, reason=WHY)


def staff_client(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    session = client.session
    session["otp_device_id"] = TokenDevice.objects.get(user=account).persistent_id
    session.save()
    return client


def state(application: Application) -> str:
    application.refresh_from_db()
    return str(application.state)


def test_from_filing_through_a_hearing_to_an_answer() -> None:
    application, _who = refused_case()
    appeal, decider = file(application), other()
    assert state(application) == "appealed"
    assert appeal.reason == WHY
    at = clock.now() + timedelta(days=2)
    hearing_set(reviewer=decider, appeal_id=appeal.public_id, at=at, way="phone", where="学校打电话给您")
    hearing_confirm(guardian=application.guardian, appeal_id=appeal.public_id)
    hearing_confirm(guardian=application.guardian, appeal_id=appeal.public_id)
    with pytest.raises(Refused) as early:
        appeal_decide(reviewer=decider, appeal_id=appeal.public_id, upheld=True, reason=WHY)
    assert early.value.code == "hearing"
    with clock.at(at + timedelta(hours=1)):
        appeal_decide(reviewer=decider, appeal_id=appeal.public_id, upheld=True, reason="材料已补正，重新审核")
    assert state(application) == "in_review"
    templates = list(
        Message.objects.filter(template__startswith="appeal").order_by("pk").values_list("template", flat=True)
    )
    assert templates == ["appeal_filed", "appeal_hearing", "appeal_upheld"]
    events = list(AppealEvent.objects.order_by("pk").values_list("event", flat=True))
    assert events == ["file", "set_hearing", "confirm_hearing", "uphold"]


def test_who_refused_does_not_decide_the_appeal() -> None:
    application, who = refused_case()
    appeal = file(application)
    for upheld in (True, False):
        with pytest.raises(Refused) as refused:
            appeal_decide(reviewer=who, appeal_id=appeal.public_id, upheld=upheld, reason=WHY)
        assert refused.value.code == "same_person"
    assert state(application) == "appealed"


def test_dismissed_is_final_here_and_says_what_else_can_be_done() -> None:
    application, _who = refused_case()
    appeal_decide(reviewer=other(), appeal_id=file(application).public_id, upheld=False, reason=WHY)
    assert state(application) == "not_eligible"
    with pytest.raises(Refused) as refused:
        file(application)
    assert refused.value.code == "decided"
    page = enter(application.guardian, "en").get(f"/my/applications/{application.pk}/appeal/").content.decode()
    assert "administrative reconsideration" in page
    assert WHY in page


def test_an_appeal_against_a_result_changes_nothing_by_itself() -> None:
    application = placed("offered")
    Application.objects.filter(pk=application.pk).update(review_school="WL01")
    appeal = file(application)
    assert (appeal.subject, state(application)) == ("result", "offered")
    with pytest.raises(NotAllowed):  # a school does not decide on results
        appeal_decide(reviewer=other(), appeal_id=appeal.public_id, upheld=True, reason=WHY)
    before = list(Offer.objects.values())
    appeal_decide(reviewer=factories.staff("official"), appeal_id=appeal.public_id, upheld=True, reason=WHY)
    assert state(application) == "offered"
    assert list(Offer.objects.values()) == before


def test_the_family_may_take_it_back_and_file_again() -> None:
    application, _who = refused_case()
    appeal_take_back(guardian=application.guardian, appeal_id=file(application).public_id)
    assert state(application) == "not_eligible"
    file(application)
    assert state(application) == "appealed"


def test_an_application_that_is_withdrawn_leaves_no_appeal_behind() -> None:
    application, _reviewer = refused_case()
    appeal = file(application)
    application_withdraw(guardian=application.guardian, application_id=application.pk)
    appeal.refresh_from_db()
    assert (state(application), appeal.state) == ("withdrawn", "withdrawn")
    assert [event.event for event in appeal.events.order_by("pk")] == ["file", "take_back"]
    with pytest.raises(Refused):
        appeal_decide(reviewer=other(), appeal_id=appeal.public_id, upheld=True, reason="迟到的决定")


def test_another_date_is_asked_for_once() -> None:
    application, _who = refused_case()
    appeal, decider = file(application), other()
    at = clock.now() + timedelta(days=2)
    hearing = {"reviewer": decider, "appeal_id": appeal.public_id, "way": "place", "where": "教育局一楼"}
    hearing_set(**hearing, at=at)  # type: ignore[arg-type]
    mine = {"guardian": application.guardian, "appeal_id": appeal.public_id}
    hearing_ask_move(**mine, reason="当天上班，请改到周五")  # type: ignore[arg-type]
    hearing_set(**hearing, at=at + timedelta(days=1))  # type: ignore[arg-type]
    with pytest.raises(Refused) as again:
        hearing_ask_move(**mine, reason="还是不行")  # type: ignore[arg-type]
    assert again.value.code == "moved"
    with clock.at(at + timedelta(days=2)), pytest.raises(Refused) as late:
        hearing_confirm(**mine)  # type: ignore[arg-type]
    assert late.value.code == "late"


@pytest.mark.parametrize(
    ("days", "way", "where", "field"),
    [(-1, "phone", "x", "at"), (400, "phone", "x", "at"), (1, "letter", "x", "way"), (1, "place", "  ", "where")],
)
def test_a_hearing_needs_a_time_a_way_and_a_place(days: int, way: str, where: str, field: str) -> None:
    application, _who = refused_case()
    at = clock.now() + timedelta(days=days)
    with pytest.raises(Refused) as refused:
        hearing_set(reviewer=other(), appeal_id=file(application).public_id, at=at, way=way, where=where)
    assert refused.value.field == field


def test_other_families_and_other_schools_meet_nothing() -> None:
    application, _who = refused_case()
    appeal = file(application)
    with pytest.raises(NotAllowed):
        appeal_file(guardian=factories.guardian(), application_id=application.pk, reason=WHY)
    with pytest.raises(NotAllowed):
        appeal_take_back(guardian=factories.guardian(), appeal_id=appeal.public_id)
    for account in (factories.staff("reviewer", school="WL02"), factories.staff("supervisor")):
        with pytest.raises(NotAllowed):
            appeal_decide(reviewer=account, appeal_id=appeal.public_id, upheld=True, reason=WHY)
    stranger = enter(factories.guardian())
    path = f"/my/applications/{application.pk}/appeal/{appeal.public_id}/take-back/"
    assert stranger.post(path).status_code in {302, 404}
    assert state(application) == "appealed"
    page = staff_client(factories.staff("reviewer", school="WL02")).get(f"/admin/enrollment/appeal/{appeal.pk}/change/")
    assert page.status_code in {302, 403, 404}
    assert WHY not in page.content.decode()


def test_a_late_appeal_and_one_without_words_are_refused_with_what_was_typed() -> None:
    application, _who = refused_case()
    client, path = enter(application.guardian, "en"), f"/my/applications/{application.pk}/appeal/"
    short = client.post(path, {"reason": "再"})
    assert (short.status_code, "Please write in a few words why." in short.content.decode()) == (422, True)
    with clock.at(clock.now() + timedelta(days=61)):
        late = client.post(path, {"reason": WHY})
    assert late.status_code == 422
    assert WHY in late.content.decode()
    assert Appeal.objects.count() == 0


def test_working_days_leave_out_weekends_and_the_districts_holidays() -> None:
    friday = datetime(2026, 9, 25, 10, tzinfo=clock.SHANGHAI)
    rules = AfterRules(days_off=["2026-10-01"], extra_days=["2026-09-27"])
    assert after_working_days(friday, 1, rules).date().isoformat() == "2026-09-27"
    assert after_working_days(friday, 4, rules).date().isoformat() == "2026-09-30"
    assert after_working_days(friday, 5, rules).date().isoformat() == "2026-10-02"


def test_events_and_what_the_family_wrote_are_never_changed() -> None:
    appeal = file(refused_case()[0])
    changes = (
        lambda: AppealEvent.objects.update(event="x"),
        lambda: Appeal.objects.filter(pk=appeal.pk).update(reason="x"),
        appeal.delete,
    )
    for change in changes:
        with pytest.raises((DatabaseError, ValueError)), transaction.atomic():
            change()


def test_the_staff_page_sets_a_hearing_decides_and_keeps_what_was_typed() -> None:
    application, who = refused_case()
    appeal = file(application)
    path = f"/admin/enrollment/appeal/{appeal.pk}/change/"
    assert "A different person must decide" in staff_client(who).get(path).content.decode()
    client = staff_client(other())
    assert application.receipt in client.get("/admin/enrollment/appeal/").content.decode()
    wrong = client.post(path, {"decision": "hearing", "at": "soon", "way": "phone", "where": "电话 你好"})
    assert (wrong.status_code, "电话 你好" in wrong.content.decode()) == (422, True)
    assert client.post(path, {"decision": "dismiss", "reason": "复核后维持原决定"}).status_code == 302
    assert state(application) == "not_eligible"


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_appeal() -> None:
    application, _who = refused_case()
    results = at_once([lambda: file(application)] * 4)
    assert sum(isinstance(one, Appeal) for one in results) == 1
    assert {one.code for one in results if isinstance(one, Refused)} == {"open"}
    assert Appeal.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_deciders_at_once_give_one_answer() -> None:
    application, _who = refused_case()
    appeal, deciders = file(application), (other(), other())

    def decide(account: Account, upheld: bool) -> Appeal:
        return appeal_decide(reviewer=account, appeal_id=appeal.public_id, upheld=upheld, reason=WHY)

    results = at_once([lambda: decide(deciders[0], True), lambda: decide(deciders[1], False)])
    assert sum(isinstance(one, Appeal) for one in results) == 1
    assert AppealEvent.objects.filter(event__in=["uphold", "dismiss"]).count() == 1
