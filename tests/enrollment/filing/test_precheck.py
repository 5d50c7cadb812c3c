"""The pre-check: what the registers know, judged before anything is typed; nothing is stored, nobody is bound."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.limit_rules import REGISTERS
from audit.models import Entry
from enrollment.filing.expectations.services import precheck
from enrollment.seasons.models import Draft, Round
from enrollment.seasons.selectors import owned_child
from foundation import clock
from foundation.errors import Refused
from tests import factories
from tests.agencies import City

pytestmark = pytest.mark.django_db


def known(agencies: City, place: factories.World) -> factories.Family:
    """A guardian who signed in through the government; the registers hold home and household; no draft is begun."""
    one = factories.family(place)
    agencies.believe(one)
    factories.assured(one.guardian, name=one.answers["guardian_name"], id_number=one.answers["guardian_id"])
    Draft.objects.all().delete()
    return one


def test_the_registers_alone_give_group_and_an_empty_list_of_documents(agencies: City) -> None:
    one = known(agencies, factories.world())
    found = precheck(guardian=one.guardian, child=one.child, round_=one.world.round)
    assert found.known["household"] == found.known["real_estate"] == "found"
    assert found.judged.group is not None
    assert found.judged.group.id == "class_1"
    assert found.materials == ()
    assert not Draft.objects.exists()


def test_it_works_before_the_round_opens(agencies: City, client: Client) -> None:
    one = known(agencies, factories.world())
    later = clock.now() + timedelta(days=3)
    Round.objects.update(state="planned", opens_at=later, closes_at=later + timedelta(days=7))
    client.force_login(one.guardian)
    path = reverse("enrollment:expect", args=[one.child.public_id, one.world.round.pk])
    assert path in client.get("/my/").content.decode()
    page = client.get(path).content.decode()
    assert "第一类" in page
    assert '<form method="post"\n            action="/my/children' not in page  # it cannot be begun yet
    assert not Draft.objects.exists()


def test_a_register_that_is_silent_says_nothing_against_the_family(agencies: City) -> None:
    one = known(agencies, factories.world())
    agencies.knobs(
        household={"down": 1}, real_estate={"down": 1}, contract={"down": 1}, permit={"down": 1}, insurance={"down": 1}
    )
    found = precheck(guardian=one.guardian, child=one.child, round_=one.world.round)
    assert set(found.known.values()) == {"silent"}
    assert found.judged.eligible.value is not False


def test_each_look_is_logged_and_there_are_enough_for_a_family(agencies: City) -> None:
    one = known(agencies, factories.world())
    most = min(rule.most for rule in REGISTERS)
    for _look in range(most):
        precheck(guardian=one.guardian, child=one.child, round_=one.world.round)
    assert Entry.objects.filter(action="child.precheck").count() == most
    with pytest.raises(Refused) as refused:
        precheck(guardian=one.guardian, child=one.child, round_=one.world.round)
    assert refused.value.code == "too_often"


def test_somebody_elses_child_is_answered_like_one_that_is_not_there(agencies: City, client: Client) -> None:
    one = known(agencies, factories.world())
    client.force_login(factories.guardian())
    path = reverse("enrollment:expect", args=[one.child.public_id, one.world.round.pk])
    assert client.get(path).status_code == 404
    assert owned_child(one.guardian, one.child.public_id) == one.child


def test_who_is_not_assured_hears_nothing_of_the_registers(agencies: City, client: Client) -> None:
    one = known(agencies, factories.world())
    type(one.guardian).objects.update(assurance=1)
    client.force_login(one.guardian)
    path = reverse("enrollment:expect", args=[one.child.public_id, one.world.round.pk])
    page = client.get(path).content.decode()
    assert "第一类" not in page
    assert 'data-qa="way-point"' in page  # what to do instead: the ways to confirm who one is
    assert not Entry.objects.filter(action="child.precheck").exists()
