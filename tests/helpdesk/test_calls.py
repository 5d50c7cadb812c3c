"""A family asks to be called: once, in one queue, by level; and helpers and home visits keep to their places."""

from dataclasses import replace

import pytest
from django.test import Client

from accounts.services import phone_checked
from enrollment.assisted.home_visits.services import home_visit_add, home_visit_counts, home_visit_result, home_visits
from enrollment.assisted.visits.selectors import helpers_of
from foundation.errors import NotAllowed, Refused
from helpdesk.calls import Wish, call_ask, call_end, calls_to, counts, queue
from helpdesk.models import CallBack
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk, clerk
from tests.threads import at_once

WISH = Wish(phone="19900001111", district=factories.DISTRICT, level="town", topic="form", best_time="evening")


@pytest.mark.django_db
def test_a_number_waits_once_and_is_put_down_once() -> None:
    factories.world()
    helper = clerk()
    first = call_ask(wish=WISH)
    assert call_ask(wish=replace(WISH, topic="rules")).pk == first.pk
    assert [one.pk for one in queue(helper, "town")] == [first.pk]
    assert queue(helper, "village") == []
    call_end(helper=helper, call_id=first.public_id, result="done")
    with pytest.raises(Refused):
        call_end(helper=helper, call_id=first.public_id, result="missed")
    assert counts(helper) == {"waiting": 0, "done": 1, "missed": 0}


@pytest.mark.django_db
def test_a_number_is_not_asked_for_more_than_three_times_a_day() -> None:
    factories.world()
    helper = clerk()
    for _time in range(3):
        call_end(helper=helper, call_id=call_ask(wish=WISH).public_id, result="missed")
    with pytest.raises(Refused) as refused:
        call_ask(wish=WISH)
    assert refused.value.code == "too_often"


@pytest.mark.django_db
def test_who_asked_finds_the_call_in_the_copy_of_their_data() -> None:
    factories.world()
    mine = factories.guardian()
    mine.phone = phone_checked(WISH.phone)
    call_ask(wish=WISH)
    assert [one["topic"] for one in calls_to(mine)] == [CallBack.Topic(WISH.topic).label]
    assert calls_to(factories.guardian()) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_wish_sent_many_times_at_once_is_one() -> None:
    factories.world()
    at_once([lambda: call_ask(wish=WISH)] * 4)
    assert CallBack.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "value"), [("phone", "123"), ("level", "moon"), ("district", "430799")])
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client: Client, field: str, value: str) -> None:
    factories.world()
    typed = {name: getattr(WISH, name) for name in Wish.__slots__}
    if field == "district":
        with pytest.raises(Refused):
            call_ask(wish=replace(WISH, district=value))
        return
    answer = client.post("/call-back/", typed | {field: value})
    assert answer.status_code == 422
    assert 'value="form"\n' in answer.text or "checked" in answer.text
    assert not CallBack.objects.exists()


@pytest.mark.django_db
def test_the_pages_are_for_those_who_help_here(client: Client) -> None:
    factories.world()
    answer = client.post("/call-back/", {name: getattr(WISH, name) for name in Wish.__slots__})
    assert answer.status_code == 200
    call = CallBack.objects.get()
    assert call.phone not in at_desk(Client(), clerk(district="430721")).get("/assist/calls/").text
    assert at_desk(Client(), factories.staff("reviewer")).get("/assist/calls/").status_code == 404
    with pytest.raises(NotAllowed):
        call_end(helper=clerk(district="430721"), call_id=call.public_id, result="done")
    desk = at_desk(Client(), clerk())
    assert call.phone in desk.get("/assist/calls/?level=town").text
    assert desk.post("/assist/calls/", {"call": str(call.public_id), "result": "done"}).status_code == 302
    assert CallBack.objects.get().state == "done"


@pytest.mark.django_db
def test_home_visits_are_listed_done_and_counted() -> None:
    factories.world()
    operator = clerk(role="helper")
    fields = {"district": factories.DISTRICT, "family": "合成家庭", "address": "3 组", "reason": "left_behind"}
    with pytest.raises(Refused):
        home_visit_add(operator=operator, **(fields | {"address": " "}))
    visit = home_visit_add(operator=operator, **fields)
    assert home_visits(clerk(district="430721")) == []
    home_visit_result(operator=operator, visit_id=visit.public_id, result="later")
    home_visit_result(operator=operator, visit_id=visit.public_id, result="registered")
    with pytest.raises(Refused):
        home_visit_result(operator=operator, visit_id=visit.public_id, result="later")
    assert home_visits(operator) == []
    assert sum(count for _label, count in home_visit_counts(operator)) == 1


@pytest.mark.django_db
def test_an_office_trains_its_own_people_only(client: Client) -> None:
    factories.world()
    here, elsewhere = clerk(trained=False), clerk(district="430721", trained=False)
    official = factories.staff("official")
    assert [one.account.pk for one in helpers_of(official)] == [here.pk]
    desk = at_desk(client, official)
    assert desk.post("/assist/helpers/", {"person": str(here.public_id), "on": "2026-03-01"}).status_code == 302
    assert helpers_of(official)[0].trained_on is not None
    assert desk.post("/assist/helpers/", {"person": str(elsewhere.public_id), "on": "2026-03-01"}).status_code == 404
    assert desk.post("/assist/helpers/", {"person": str(here.public_id), "on": "2999-01-01"}).status_code == 422
