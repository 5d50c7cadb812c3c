"""Petitions: days by law, another person for more time, mediation, an answer, a review, and nobody else's eyes."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from accounts.models import Account
from accounts.services import phone_checked
from audit.models import Entry
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from helpdesk.models import Petition, PetitionStep
from helpdesk.petitions import services
from helpdesk.petitions.selectors import own_petitions, petitions_copied, petitions_seen
from helpdesk.petitions.services import Brought, Talk
from helpdesk.petitions.states import OPEN, PETITION
from notifications.models import Message
from tests import factories
from tests.entering import signed_in
from tests.threads import at_once

pytestmark = pytest.mark.django_db
PHONE = "19900002222"
WORDS = "已与学校和街道核对，情况如下。"


def brought(**changed: object) -> Brought:
    typed = {
        "district": factories.DISTRICT,
        "way": "visit",
        "topic": "place",
        "name": "合成家长",
        "phone": PHONE,
        "what": "孩子被统筹到较远的学校，请求说明理由（合成）。",
        "received_on": clock.today(),
    }
    return Brought(**{**typed, **changed})  # type: ignore[arg-type]


def entered(official: Account, **changed: object) -> Petition:
    return services.petition_enter(official=official, brought=brought(**changed))


def taken_up(official: Account) -> Petition:
    one = entered(official)
    return services.petition_accept(official=official, petition_id=one.public_id, note=WORDS)


@pytest.fixture
def official() -> Account:
    factories.world()
    return factories.staff("official")


def talk(kind: str = "mediation", days: int = 2) -> Talk:
    return Talk(kind, clock.now() + timedelta(days=days), "教育局201室", "招生科、街道办")


def test_the_days_follow_the_law(official: Account) -> None:
    one = entered(official)
    assert one.due_on == clock.today() + timedelta(days=15)
    services.petition_accept(official=official, petition_id=one.public_id, note=WORDS)
    colleague = factories.staff("official")
    with pytest.raises(Refused) as same:
        services.petition_extend(official=official, petition_id=one.public_id, note=WORDS)
    assert same.value.code == "same_person"
    longer = services.petition_extend(official=colleague, petition_id=one.public_id, note=WORDS)
    assert longer.due_on == clock.today() + timedelta(days=90)
    with pytest.raises(Refused):
        services.petition_extend(official=colleague, petition_id=one.public_id, note=WORDS)
    answered = services.petition_answer(
        official=official, petition_id=one.public_id, outcome="explained", note="依据招生办法第十条（合成）。"
    )
    assert answered.due_on == clock.today() + timedelta(days=30)
    with pytest.raises(Refused) as early:
        services.petition_close(official=official, petition_id=one.public_id, note=WORDS)
    assert early.value.code == "early"
    with clock.at(clock.now() + timedelta(days=31)):
        with pytest.raises(Refused) as late:
            services.petition_review(official=official, petition_id=one.public_id, note=WORDS)
        assert late.value.code == "late"
        closed = services.petition_close(official=official, petition_id=one.public_id, note=WORDS)
    assert (closed.state, closed.due_on) == ("closed", None)
    told = Message.objects.order_by("pk").values_list("template", flat=True)
    assert list(told) == ["petition_accepted", "petition_extended", "petition_answered"]


def test_a_mediation_ends_in_an_agreement_after_it_and_only_then(official: Account) -> None:
    one = taken_up(official)
    answer = {"official": official, "petition_id": one.public_id, "outcome": "agreed", "note": WORDS}
    with pytest.raises(Refused):
        services.petition_answer(**answer)  # type: ignore[arg-type]
    services.meeting_arrange(official=official, petition_id=one.public_id, talk=talk())
    moved = services.meeting_arrange(official=official, petition_id=one.public_id, talk=talk(days=3))
    assert one.meetings.filter(moved=True).count() == 1
    hold = {"official": official, "petition_id": one.public_id, "result": "agreed", "text": "双方同意……（合成）"}
    with pytest.raises(Refused) as early:
        services.meeting_hold(**hold)  # type: ignore[arg-type]
    assert early.value.code == "early"
    with clock.at(moved.at + timedelta(hours=1)):
        services.meeting_hold(**hold)  # type: ignore[arg-type]
        found = services.petition_answer(**answer)  # type: ignore[arg-type]
    assert (found.state, found.outcome) == ("answered", "agreed")


def test_a_place_that_no_carrier_delivers_is_refused_where_it_is_typed(official: Account) -> None:
    one = taken_up(official)
    there = replace(talk(), place="见 https://a.cn/b")
    with pytest.raises(Refused) as refused:
        services.meeting_arrange(official=official, petition_id=one.public_id, talk=there)
    assert (refused.value.code, refused.value.field) == ("carrier", "place")


def test_a_plain_talk_ends_in_no_agreement(official: Account) -> None:
    one = taken_up(official)
    held = services.meeting_arrange(official=official, petition_id=one.public_id, talk=talk("talk"))
    with clock.at(held.at + timedelta(hours=1)), pytest.raises(Refused) as wrong:
        services.meeting_hold(official=official, petition_id=one.public_id, result="agreed", text=WORDS)
    assert wrong.value.field == "result"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("way", "pigeon"),
        ("topic", ""),
        ("name", " "),
        ("phone", "123"),
        ("what", "x"),
        ("what", "长" * 2001),
        ("received_on", None),
        ("received_on", "tomorrow"),
        ("receipt", "XX-0000-0000-0000"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored(official: Account, field: str, value: object) -> None:
    found = clock.today() + timedelta(days=1) if value == "tomorrow" else value
    with pytest.raises(Refused) as refused:
        entered(official, **{field: found})
    assert refused.value.field == field
    assert not Petition.objects.exists()


def test_a_wrong_form_keeps_what_was_typed(official: Account) -> None:
    client = signed_in(official)
    typed = {"district": factories.DISTRICT, "way": "visit", "topic": "place", "name": "合成家长", "phone": "123"}
    answer = client.post("/official/petitions/", {**typed, "what": WORDS, "received_on": "2026-02-30"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert WORDS in text
    assert "合成家长" in text


def test_nobody_else_sees_or_steps(official: Account, client: Client) -> None:
    one = taken_up(official)
    address = f"/official/petitions/{one.public_id}/"
    for stranger in (factories.staff("official", district="430703"), factories.staff("reviewer", school="WL01")):
        assert not petitions_seen(stranger).exists()
        assert signed_in(stranger).get(address).status_code == 404
        with pytest.raises(NotAllowed):
            services.petition_withdraw(official=stranger, petition_id=one.public_id, note=WORDS)
    supervisor = factories.staff("supervisor")
    page = signed_in(supervisor).get(address)
    assert page.status_code == 200
    assert b'name="step"' not in page.content
    assert signed_in(supervisor).post(address, {"step": "withdraw", "note": WORDS}).status_code == 404
    assert client.get(address).status_code == 302
    seen = Entry.objects.filter(action="petition.view", object_id=str(one.public_id))
    assert set(seen.values_list("actor_id", flat=True)) == {supervisor.pk}


def test_who_brought_it_reads_it_and_nobody_with_another_number(official: Account) -> None:
    mine, other = factories.guardian(), factories.guardian()
    mine.phone = phone_checked(mine.phone or "")  # as a sign-in stores it
    mine.phone_index = blind_index("phone", mine.phone)
    mine.save()
    one = entered(official, phone=mine.phone)
    assert [found.pk for found in own_petitions(mine)] == [one.pk]
    assert petitions_copied(mine)[0]["number"] == one.number
    assert own_petitions(other) == []
    client = Client()
    client.force_login(mine)
    assert one.number in client.get("/my/petitions/").content.decode()


def test_steps_are_never_changed(official: Account) -> None:
    taken_up(official)
    step = PetitionStep.objects.order_by("-pk")[0]
    for change in (step.delete, lambda: PetitionStep.objects.filter(pk=step.pk).update(note="x")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


@pytest.mark.django_db(transaction=True)
def test_numbers_are_given_once(official: Account) -> None:
    at_once([lambda: entered(official)] * 4)
    assert len(set(Petition.objects.values_list("number", flat=True))) == 4


@pytest.mark.django_db(transaction=True)
def test_two_colleagues_at_once_make_one_step(official: Account) -> None:
    one = entered(official)
    ways = (services.petition_accept, services.petition_pass_on)
    made = at_once([partial(way, official=official, petition_id=one.public_id, note=WORDS) for way in ways])
    assert sum(isinstance(result, Refused) for result in made) == 1
    assert PetitionStep.objects.count() == 2


def test_every_state_has_its_words_and_a_way_on() -> None:
    assert set(PETITION.states()) == set(Petition.State.values)
    assert {step.source for step in PETITION.steps} == set(OPEN)
