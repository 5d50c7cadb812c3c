"""A place got by an established false declaration: two people take it back in public, and the seat goes on."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from enrollment.false_declarations.models import DeclarationCase
from enrollment.seasons.models import Application
from enrollment.used_seats.models import UsedSeat
from foundation import clock
from foundation.errors import Refused
from lottery.afterwards import selectors as reads
from lottery.afterwards.models import SeatEvent, TakingBack
from lottery.afterwards.seats import free_seats
from lottery.afterwards.services import check_in_mark, taking_back_approve, taking_back_propose
from tests.lottery.afterwards.test_corrections import settled
from tests.lottery.afterwards.test_waiting_lists import placed_at
from tests.lottery.ceremony.test_draw import unlock
from tests.lottery.factories import Ceremony, staff, token

pytestmark = pytest.mark.django_db
REASON = "经听证认定住房信息系伪造，依据不动产登记中心2026年9月20日的证明"


def case(child: Application, state: str = "final") -> DeclarationCase:
    who = staff("认定人", "reviewer", school="WL01")
    return DeclarationCase.objects.create(
        application=child, state=state, what=REASON, opened_by=who, opened_at=clock.now() - timedelta(days=90)
    )


def propose(one: Ceremony, child: Application, **changed: Any) -> TakingBack:
    first = one.officials[0]
    unlock(first)
    said = {"receipt": child.receipt, "reason": REASON, **changed}
    return taking_back_propose(official=first, round_id=one.round.pk, token=token(first), **said)


def approve(one: Ceremony, made: TakingBack, person: int = 1) -> TakingBack:
    second = one.officials[person]
    unlock(second)
    return taking_back_approve(official=second, taking_back_id=made.pk, token=token(second))


def test_two_people_take_a_place_back_and_its_seat_is_free() -> None:
    one = settled()
    child = placed_at("WL01")
    before = free_seats(one.round).get("WL01", 0)
    case(child)
    made = propose(one, child)
    child.refresh_from_db()
    assert child.state == "accepted"
    approve(one, made)
    child.refresh_from_db()
    assert child.state == "withdrawn"
    assert free_seats(one.round)["WL01"] == before + 1
    assert SeatEvent.objects.get(application=child).cause == "taken"
    (public,) = reads.public_taken_back(one.round.pk)
    assert public.taking_back.reason == REASON
    assert all(public.roles)


def test_the_same_person_twice_approves_nothing() -> None:
    one = settled()
    child = placed_at("WL01")
    case(child)
    made = propose(one, child)
    with pytest.raises(Refused) as refused:
        approve(one, made, person=0)
    assert refused.value.code == "same_person"
    approve(one, made)
    with pytest.raises(Refused) as again:
        approve(one, made)
    assert again.value.code == "approved"


def test_without_a_final_case_no_place_is_taken_back() -> None:
    one = settled()
    child = placed_at("WL01")
    with pytest.raises(Refused) as refused:
        propose(one, child)
    assert refused.value.code == "no_case"
    case(child, "found")
    with pytest.raises(Refused) as still:
        propose(one, child)
    assert still.value.code == "no_case"


def test_the_policy_is_the_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from enrollment.seasons.rules.policies import compiled
    from lottery.afterwards.services import taking_back
    from policy.model import FalseDeclaration

    one = settled()
    child = placed_at("WL01")
    case(child)
    never = replace(compiled(one.round.policy), false_declaration=FalseDeclaration(refuse=True, take_back=False))
    monkeypatch.setattr(taking_back, "compiled", lambda _version: never)
    with pytest.raises(Refused) as refused:
        propose(one, child)
    assert refused.value.code == "policy"


def test_the_reason_names_nobody() -> None:
    one = settled()
    child = placed_at("WL01")
    case(child)
    with pytest.raises(Refused) as refused:
        propose(one, child, reason=f"{child.receipt} 虚假填报")
    assert refused.value.code == "personal"


def test_an_enrolled_childs_home_is_free_again() -> None:
    one = settled()
    child = placed_at("WL01")
    check_in_mark(staff=one.officials[0], application_id=child.pk, mark="arrived")
    live = partial(UsedSeat.objects.filter, application=child, revokes=None, revoked_by=None)
    assert live().count() == 1
    case(child)
    approve(one, propose(one, child))
    child.refresh_from_db()
    assert child.state == "withdrawn"
    assert live().count() == 0
