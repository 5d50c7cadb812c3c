"""A whole ceremony with a plan: order of the steps, duties, deadlines, fallbacks."""

import gzip
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from enrollment.seasons.models import Round
from foundation import clock
from foundation.errors import NotAllowed, Refused
from lottery.ceremony.digests import entropy_of
from lottery.ceremony.models import CeremonyPlan, Confirmation, Draw, DrawStep, PublicFile
from lottery.ceremony.services import (
    draw_confirm,
    entropy_close,
    nonce_commit,
    public_value_enter,
    public_value_fallback,
)
from lottery.witnesses.models import StepSign
from lottery.witnesses.services import ceremony_certify, sign_reply
from lottery.witnesses.states import SIGNED, signable
from tests.lottery.factories import VALUE, ceremony, token
from tests.lottery.played import PLACE, Planned, minutes, plan, planned
from tests.threads import at_once


@pytest.mark.django_db
def test_a_whole_ceremony_from_plan_to_certificate() -> None:
    played = planned(12).bring("published")
    for step in SIGNED:
        played.sign(played.notary, step)
    played.sign(played.inspector, "frozen", "object", "大厅的屏幕看不清")
    with pytest.raises(Refused) as refused:
        played.certify()
    assert refused.value.code == "objection"
    objection = StepSign.objects.get(decision="object")
    sign_reply(official=played.official, sign_id=objection.pk, text="已更换屏幕")
    draw = played.certify(note="全程见证")
    assert draw.state == "certified"
    events = list(DrawStep.objects.filter(draw=draw).order_by("at", "pk").values_list("event", flat=True))
    assert events == ["freeze", "open_entropy", "close_commits", "enter_value", "draw", "publish", "certify"]
    body = gzip.decompress(PublicFile.objects.get(round=played.one.round, name="minutes.pdf").body)
    assert body.startswith(b"%PDF-")
    announced = draw.commitment
    assert announced["ceremony"]["duties"] == {"notary-1": "notary", "witness-1": "inspector"}
    assert announced["ceremony"]["place"] == PLACE
    assert (announced["method"], draw.method) == ("ticket", "ticket")


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["ring", "descending"])
def test_the_method_of_the_plan_is_announced_and_drawn(method: str) -> None:
    played = planned(method=method).bring("drawn")
    assert (played.draw.commitment["method"], played.draw.method, played.draw.state) == (method, method, "drawn")


def actions(played: Planned) -> dict[str, Callable[[], object]]:
    """Every action of the ceremony, by the person who may take it."""
    official, notary, draw_id = played.official, played.notary, played.draw.pk
    value = "3246.00"
    found: dict[str, Callable[[], object]] = {
        "plan": lambda: plan(played.one),
        "freeze": played.one.freeze,
        "commit": lambda: played.commit(played.inspector),
        "close": lambda: entropy_close(official=official, draw_id=draw_id),
        "reveal": lambda: played.reveal(notary),
        "value": lambda: public_value_enter(official=official, draw_id=draw_id, value=value),
        "fallback": lambda: public_value_fallback(official=official, draw_id=draw_id, value=value, reason="交易所休市"),
        "draw": lambda: played.confirm(official),
        "certify": played.certify,
    }
    return found | {f"sign {step}": partial(played.sign, played.inspector, step) for step in SIGNED}


LEGAL = {
    "frozen": {"commit", "close"},
    "witnessing": {"commit", "close"},
    "revealing": {"reveal", "value", "fallback"},
    "ready": {"value", "draw"},
    "drawn": set(),
    "published": {"certify"},
    "certified": set(),
}


def stored(played: Planned) -> tuple[str, int, int, int]:
    return played.draw.state, DrawStep.objects.count(), StepSign.objects.count(), Confirmation.objects.count()


def tried(action: Callable[[], object]) -> str:
    """ "done", or the code of the refusal."""
    try:
        action()
    except Refused as refused:
        return refused.code if refused.message else "no reason given"
    return "done"


@pytest.mark.django_db
@pytest.mark.parametrize("state", list(LEGAL))
def test_every_action_in_every_state_is_done_or_refused_with_the_reason(state: str) -> None:
    """All states by all actions; what is legal may still be refused for another reason, never as out of order."""
    played = planned(value_by=None).bring(state)
    legal = LEGAL[state] | {f"sign {step}" for step in signable(state)}
    for name, action in actions(played).items():
        before = stored(played)
        with transaction.atomic():
            outcome = tried(action)
            after = stored(played)
            transaction.set_rollback(True)
        if name in legal:
            assert outcome not in {"illegal_step", "not_allowed"}, (state, name, outcome)
        else:
            assert outcome == "illegal_step", (state, name, outcome)
            assert after == before, (state, name)


@pytest.mark.django_db
def test_before_the_roll_is_frozen_there_is_no_draw_to_act_on() -> None:
    played = planned()
    for action in (
        lambda: entropy_close(official=played.official, draw_id=1),
        lambda: nonce_commit(witness=played.notary, draw_id=1, commitment="0" * 64),
        lambda: ceremony_certify(notary=played.notary, draw_id=1, token="1", certificate_number="1"),
    ):
        with pytest.raises(NotAllowed):
            action()


@pytest.mark.django_db
def test_the_plan_may_be_changed_until_the_freeze_and_is_then_what_was_announced() -> None:
    played = planned()
    plan(played.one, place="另一处", method="ring")
    assert CeremonyPlan.objects.count() == 1
    played.bring("frozen")
    assert played.draw.commitment["ceremony"]["place"] == "另一处"
    with pytest.raises(Refused) as refused:
        plan(played.one)
    assert refused.value.code == "illegal_step"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"place": " "}, "text", "place"),
        ({"place": "x" * 201}, "text", "place"),
        ({"public_value": "a\x00b"}, "text", "public_value"),
        ({"witnesses": {}}, "witnesses", "witnesses"),
        ({"witnesses": {"nobody": "press"}}, "not_appointed", "witnesses"),
        ({"witnesses": {"reviewer-1": "press"}}, "not_appointed", "witnesses"),
        ({"witnesses": {"witness-1": "king"}}, "duty", "witnesses"),
        ({"witnesses": {"witness-1": "notary"}}, "not_notary", "witnesses"),
        ({"method": "dice"}, "method", "method"),
        ({"commit_by": -minutes(1)}, "past", "commit_by"),
        ({"reveal_by": minutes(10)}, "deadline_order", "reveal_by"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(changed: dict[str, object], code: str, field: str) -> None:
    one, now = ceremony(pupils=2), clock.now()
    given = {name: now + value if isinstance(value, timedelta) else value for name, value in changed.items()}
    with pytest.raises(Refused) as refused:
        plan(one, **given)
    assert (refused.value.code, refused.value.field) == (code, field)
    assert not CeremonyPlan.objects.exists()


@pytest.mark.django_db
def test_only_an_official_of_the_district_plans() -> None:
    one = ceremony(pupils=2)
    for account in (one.reviewer, one.witnesses[0], one.officials[2]):
        with pytest.raises(NotAllowed):
            plan(one, official=account)


@pytest.mark.django_db
def test_a_roll_is_not_frozen_under_deadlines_that_have_passed() -> None:
    played = planned()
    with clock.at(played.start + minutes(45)), pytest.raises(Refused) as refused:
        played.one.freeze()
    assert refused.value.code == "past"
    assert not Draw.objects.exists()


@pytest.mark.django_db
def test_a_commitment_after_the_deadline_is_refused_and_before_it_nobody_is_shut_out() -> None:
    played = planned().bring("witnessing")
    with pytest.raises(Refused) as refused:
        entropy_close(official=played.official, draw_id=played.draw.pk)
    assert (refused.value.code, "witness-1" in refused.value.message) == ("early", True)
    with clock.at(played.start + minutes(32)):
        with pytest.raises(Refused) as refused:
            played.commit(played.inspector)
        assert refused.value.code == "late"
        entropy_close(official=played.official, draw_id=played.draw.pk)
    assert played.draw.state == "revealing"


@pytest.mark.django_db
def test_a_withheld_reveal_enters_as_an_empty_part_and_is_named() -> None:
    played = planned().bring("revealing")
    played.reveal(played.inspector)
    with pytest.raises(Refused) as refused:
        public_value_enter(official=played.official, draw_id=played.draw.pk, value=VALUE)
    assert (refused.value.code, "notary-1" in refused.value.message) == ("early", True)
    with clock.at(played.start + minutes(62)):
        with pytest.raises(Refused) as refused:
            played.reveal(played.notary)
        assert refused.value.code == "late"
        public_value_enter(official=played.official, draw_id=played.draw.pk, value=VALUE)
    played.confirm(played.official)
    played.confirm(played.notary)
    assert played.draw.state == "drawn"
    reveals = entropy_of(played.draw).reveals
    assert {one.witness: one.nonce is None for one in reveals} == {"notary-1": True, "witness-1": False}


@pytest.mark.django_db
def test_when_nobody_commits_in_time_the_announced_public_value_stands_alone() -> None:
    played = planned().bring("frozen")
    with clock.at(played.start + minutes(31)):
        entropy_close(official=played.official, draw_id=played.draw.pk)
    public_value_enter(official=played.official, draw_id=played.draw.pk, value=VALUE)
    assert played.draw.state == "ready"


@pytest.mark.django_db
def test_the_fallback_value_needs_its_time_and_its_reason() -> None:
    played = planned().bring("revealing")
    played.reveal(played.notary)
    played.reveal(played.inspector)
    fall_back = partial(public_value_fallback, official=played.official, draw_id=played.draw.pk)
    with pytest.raises(Refused) as refused:
        fall_back(value="3250.01", reason="休市")
    assert refused.value.code == "early"
    with clock.at(played.start + minutes(95)):
        with pytest.raises(Refused) as refused:
            fall_back(value="3250.01", reason="  ")
        assert refused.value.field == "reason"
        assert fall_back(value="3250.01", reason="交易所休市三日").state == "ready"
    assert DrawStep.objects.get(event="use_fallback").note == "交易所休市三日"
    assert played.draw.public_value == "3250.01"


@pytest.mark.django_db
def test_the_draw_needs_the_notary_and_an_official() -> None:
    played = planned().bring("ready")
    played.confirm(played.official)
    with pytest.raises(Refused) as refused:
        played.confirm(played.one.officials[1])
    assert (refused.value.code, "notary-1" in refused.value.message) == ("notary_missing", True)
    with pytest.raises(Refused) as refused:
        played.confirm(played.official)
    assert refused.value.code == "same_person"
    assert played.confirm(played.notary).state == "drawn"


@pytest.mark.django_db(transaction=True)
def test_official_and_notary_pressing_at_once_make_one_draw() -> None:
    played = planned().bring("ready")
    people, draw_id = (played.official, played.notary), played.draw.pk
    tokens = {one.pk: token(one) for one in people}
    jobs = [partial(draw_confirm, official=one, draw_id=draw_id, token=tokens[one.pk]) for one in people]
    results = at_once(jobs)
    assert all(isinstance(found, Draw) for found in results), results
    assert played.draw.state == "drawn"
    assert DrawStep.objects.filter(event="draw").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_officials_pressing_at_once_do_not_draw_without_the_notary() -> None:
    played = planned().bring("ready")
    people, draw_id = played.one.officials[:2], played.draw.pk
    tokens = {one.pk: token(one) for one in people}
    jobs = [partial(draw_confirm, official=one, draw_id=draw_id, token=tokens[one.pk]) for one in people]
    refused = [found.code for found in at_once(jobs) if isinstance(found, Refused)]
    assert refused == ["notary_missing"]
    assert (played.draw.state, Confirmation.objects.count()) == ("ready", 1)


@pytest.mark.django_db
def test_a_ceremony_is_not_planned_before_applications_close() -> None:
    one = planned(2).one
    closes = clock.now() + timedelta(days=2)
    Round.objects.filter(pk=one.round.pk).update(state="open", closes_at=closes)
    with pytest.raises(Refused) as refused:
        plan(one, starts_at=closes - minutes(1))
    assert refused.value.field == "starts_at"
    assert plan(one, starts_at=closes + minutes(1)).starts_at == closes + minutes(1)
