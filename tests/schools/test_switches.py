"""Doors that a district opens and closes: by whom, from when, and what each closed door says."""

import json
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.home_visits.services import home_visit_add
from enrollment.assisted.remote_help.services import help_ask
from enrollment.assisted.terminals.services import terminal_make, terminal_pair
from enrollment.documents.places import OfDraft
from enrollment.documents.services import document_add
from enrollment.guardians.confirming import FaceWish, face_check_begin
from enrollment.guardians.services.agreements import Terms, guardian_invite
from enrollment.outcome.services.letters import letter_issue
from foundation import clock
from foundation.errors import NotAllowed, NotOffered, Refused
from helpdesk.calls import Wish as CallWish
from helpdesk.calls import call_ask
from lottery.whatif.services import whatif_request
from schools.models import Switch
from schools.switches import DOORS, Wish, offered, switch_set
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.lottery.factories import token

pytestmark = pytest.mark.django_db
HERE = factories.DISTRICT
AT = f"/official/switches/{HERE}/"


def switch(door: str, *, on: bool = False, since: str = "", until: str = "", by: Account | None = None) -> Switch:
    official = by or factories.staff("official")
    wish = Wish(door, on, since, until, "部门系统检修（示例）")
    return switch_set(official=official, district=HERE, wish=wish, password=token(official))


def day(after: int) -> str:
    return (clock.today() + timedelta(days=after)).isoformat()


def as_family(who: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(who)
    return client


def test_a_door_is_open_until_somebody_closes_it_and_the_newest_word_counts() -> None:
    factories.world()
    assert offered("letters", HERE)
    switch("letters")
    assert not offered("letters", HERE)
    assert offered("letters", "430703")
    switch("letters", on=True)
    assert offered("letters", HERE)
    assert Switch.objects.count() == 2
    last = Entry.objects.filter(action="switch.off").get()
    assert (last.details["before"], last.details["on"], last.details["door"]) == (True, False, "letters")


def test_a_door_that_needs_a_decision_is_closed_until_somebody_opens_it() -> None:
    factories.world()
    assert [door for door in DOORS if not offered(door, HERE)] == ["face_check"]
    with pytest.raises(Refused) as refused:
        switch("face_check")
    assert refused.value.field == "on"
    desk = at_desk(Client(headers={"accept-language": "en"}), factories.staff("official"))
    assert 'data-qa="door-face_check"\n          data-state="off"' in desk.get(AT).content.decode()
    switch("face_check", on=True, until=day(2))
    assert offered("face_check", HERE)
    assert not offered("face_check", "430703")
    assert not offered("face_check", HERE, clock.today() + timedelta(days=3))
    assert 'data-qa="door-face_check"\n          data-state="on"' in desk.get(AT).content.decode()
    switch("face_check")
    assert not offered("face_check", HERE)


def test_a_door_is_closed_for_its_days_only() -> None:
    factories.world()
    switch("expect", since=day(2), until=day(3))
    today = clock.today()
    assert [offered("expect", HERE, today + timedelta(days=n)) for n in range(5)] == [True, True, False, False, True]


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("nothing", False, "", "", "x"), "door"),
        (Wish("letters", False, "", "", "  "), "reason"),
        (Wish("letters", False, "20260601", "", "x"), "since"),
        (Wish("letters", False, "2020-01-01", "", "x"), "since"),
        (Wish("letters", False, "2999-01-02", "2999-01-01", "x"), "until"),
        (Wish("letters", True, "", "", "x"), "on"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(wish: Wish, field: str) -> None:
    official = factories.staff("official")
    with pytest.raises(Refused) as refused:
        switch_set(official=official, district=HERE, wish=wish, password=token(official))
    assert refused.value.field == field
    assert not Switch.objects.exists()


def test_it_takes_the_persons_county_and_a_one_time_password() -> None:
    factories.world()
    for other in (factories.staff("reviewer"), factories.staff("official", district="430703")):
        with pytest.raises(NotAllowed):
            switch("letters", by=other)
        assert at_desk(Client(), other).get(AT).status_code == 404
    official = factories.staff("official")
    with pytest.raises(Refused):
        switch_set(official=official, district=HERE, wish=Wish("letters", False, "", "", "x"), password="000000")
    assert offered("letters", HERE)


def test_the_page_switches_and_keeps_what_was_typed() -> None:
    factories.world()
    official = factories.staff("official")
    desk = at_desk(Client(headers={"accept-language": "en"}), official)
    assert AT in desk.get(f"/official/season/{HERE}/{factories.YEAR}/").content.decode()
    page = desk.get(AT).content.decode()
    assert all(f'data-qa="door-{door}"' in page for door in DOORS)
    body = {"door": "uploads", "on": "no", "reason": "扫描仪检修（示例）", "token": "000000"}
    wrong = desk.post(AT, body)
    assert wrong.status_code == 422
    assert "扫描仪检修（示例）" in wrong.content.decode()
    official.tokendevice_set.update(throttling_failure_count=0)
    assert desk.post(AT, {**body, "token": token(official)}).status_code == 302
    page = desk.get(AT).content.decode()
    assert "扫描仪检修（示例）" in page
    assert not offered("uploads", HERE)


def test_every_door_has_somebody_who_asks_at_it() -> None:
    """One refusal a door, so that no switch is only a line on a page."""
    place = factories.world()
    one = factories.family(place)
    placed = factories.application("offered", place=place)
    official, clerk = factories.staff("official"), factories.staff("clerk")
    _terminal, code = terminal_make(official=official, name="大厅（示例）", district=HERE)
    _made, cookie = terminal_pair(code=code)
    factories.told()
    for door in DOORS:
        if offered(door, HERE):
            switch(door)
    with pytest.raises(NotOffered):
        face_check_begin(account=one.guardian, wish=FaceWish("合成家长", "", True), shared=False)
    with pytest.raises(NotOffered):
        help_ask(guardian=one.guardian, draft_id=one.draft.public_id, show_answers=False)
    terms = Terms(role="parent", may_act=True)
    with pytest.raises(NotOffered):
        guardian_invite(guardian=one.guardian, child_id=one.child.public_id, phone="19900009999", terms=terms)
    with pytest.raises(NotOffered):
        letter_issue(guardian=placed.guardian, application_id=placed.pk)
    with pytest.raises(NotOffered):
        whatif_request(official=official, round_id=place.round.pk, draws=200)
    with pytest.raises(NotOffered):
        call_ask(wish=CallWish("19900008888", HERE, "district", "form", "morning"))
    with pytest.raises(NotOffered):
        home_visit_add(operator=clerk, district=HERE, family="合成", address="示例路1号", reason="hardship")
    with pytest.raises(Refused) as refused:
        document_add(guardian=one.guardian, place=OfDraft(one.draft.public_id, "deed"), filename="a", received=b"x")
    client = as_family(one.guardian)
    for path in (
        f"/my/children/{one.child.public_id}/expect/{place.round.pk}/",
        f"/my/children/{one.child.public_id}/guardians/invite/",
        f"/my/apply/{one.draft.public_id}/help/",
    ):
        answer = client.get(path)
        assert (path, answer.status_code) == (path, 404)
        assert 'data-qa="not-offered"' in answer.content.decode()
    hall = Client()
    hall.cookies[TERMINAL_COOKIE] = cookie
    assert 'data-qa="not-offered"' in hall.get("/").content.decode()
    body = {"client_token": str(uuid.uuid4()), "round": place.round.pk, "child": {"name": "合成", "id_number": "1"}}
    sent = json.dumps({**body, "answers": {}})
    answer = client.post("/api/v1/applications/", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_offered")
    assert refused.value.code in {"not_offered", "not_asked"}
