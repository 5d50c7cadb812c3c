"""Every address of the lottery, asked for by everybody: nobody sees or does what is not theirs.

The addresses come from the URL table itself, so a page added later is tried too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.models import Account
from accounts.services import staff_create
from enrollment.seasons.models import Application, Round
from lottery.urls import urlpatterns
from tests.entering import signed_in
from tests.factories import PASSWORD, guardian
from tests.lottery.classes.factories import assignment
from tests.lottery.factories import CHILD_NAME, VALUE, Ceremony, ceremony, staff

pytestmark = pytest.mark.django_db

# Open to everybody once there is something to see.
PUBLIC = {
    *("results", "verify", "check", "check-saved", "audit-program", "round", "announcement", "transcript", "roll"),
    *("admission", "first", "hall", "hall-live", "minutes"),
    *("classes-all", "classes-audit-program", "classes-public", "classes-announcement", "classes-file"),
}
# Lists of what one may open; for a stranger they are empty. A school's reviewer sees the scores of that school only.
STAFF_LISTS = {"official-rounds", "classes", "check-in-schools"}
REVIEWERS_LISTS = {*STAFF_LISTS, "scores"}
CLOSED = {302, 403, 404, 405}


@dataclass(frozen=True, slots=True)
class Address:
    name: str
    path: str
    acts: bool  # whether it is there to change something


def _actions(view: Callable[..., Any]) -> list[str]:
    return sorted(getattr(import_module(view.__module__), "ACTIONS", {"nonsense": None}))


def addresses(**known: object) -> Iterator[Address]:
    """Every address of the lottery, with the numbers of what exists; every action of an address that takes one."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        wanted = set(pattern.pattern.converters)
        actions = _actions(pattern.callback) if "action" in wanted else [""]
        for action in actions:
            given = {**known, "action": action, "answer": "accept", "mark": "arrived", "school": "WL01"}
            kwargs = {key: given.get(key, "nonsense") for key in wanted}
            yield Address(str(pattern.name), reverse(f"lottery:{pattern.name}", kwargs=kwargs), bool(action))


def footprint() -> dict[str, tuple[int, int]]:
    """How many rows, and the sum of the versions of rows, of each table of the lottery: anything written shows."""
    models: list[type[Model]] = [*apps.get_app_config("lottery").get_models(), Application, Round]
    found = {}
    with connection.cursor() as cursor:
        for model in models:
            table = model._meta.db_table
            cursor.execute(f'SELECT count(*), coalesce(sum(xmin::text::bigint), 0) FROM "{table}"')
            rows, versions = cursor.fetchone()
            found[table] = (rows, int(versions))
    return found


def told(place: Address, text: str) -> list[str]:
    """What of a family stands on a page: the child's name, receipts, numbers of applications.

    The number of an application is the name of its ticket, so in the public files of the draw it stands by design.
    """
    rows = Application.objects.values_list("receipt", "pk")
    words = [CHILD_NAME, *(receipt for receipt, _ in rows)]
    words += [str(pk) for _, pk in rows] if place.name not in PUBLIC else []
    return [word for word in words if word in text and word not in place.path]


def body(answer: Any) -> str:
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode("utf-8", "replace")


SIGNED_OUT = {"anonymous", "another family", "an official without the one-time password"}


def strangers() -> dict[str, Client]:
    """People with nothing to do with the round: each with the strongest rights somewhere else."""
    far, _ = staff_create(username="far-1", password=PASSWORD, name="合成职员", roles=[("official", "430703", "")])
    far_notary, _ = staff_create(username="far-2", password=PASSWORD, name="合成职员", roles=[("notary", "430703", "")])
    nobody, _ = staff_create(username="far-3", password=PASSWORD, name="合成职员", roles=[])
    other_parent, half_signed = Client(), Client()
    other_parent.force_login(guardian())
    half_signed.force_login(Account.objects.get(username="official-1"))  # a password, no one-time password
    return {
        "anonymous": Client(),
        "another family": other_parent,
        "an official without the one-time password": half_signed,
        "an official of another district": signed_in(far),
        "a notary of another district": signed_in(far_notary),
        "staff without a role": signed_in(nobody),
        "a reviewer of another school": signed_in(staff("school-7", "reviewer", "WL03")),
        "a clerk": signed_in(staff("clerk-7", "clerk")),
    }


def try_everything(client: Client, who: str, places: list[Address]) -> None:
    """A stranger opens and presses everything: closed, and nothing said or changed."""
    before = footprint()
    lists = REVIEWERS_LISTS if "reviewer" in who else STAFF_LISTS if who not in SIGNED_OUT else set()
    for place in places:
        answer = client.get(place.path)
        assert answer.status_code in CLOSED or place.name in PUBLIC | lists, (who, place.path, answer.status_code)
        assert not told(place, body(answer)), (who, place.path)
        pressed = client.post(place.path, {"value": VALUE, "token": "000000", "decision": "sign"})
        # a school's reviewer has such an address: what was typed is looked at before whose school it is for
        own = "reviewer" in who and place.name == "scores-act"
        assert pressed.status_code in CLOSED | ({422} if own else set()), (who, place.path, pressed.status_code)
    assert footprint() == before, who


STAGES: dict[str, Callable[[Ceremony], object]] = {
    "before the draw": lambda one: one.ready(),
    "with a run computed": Ceremony.computed,
    "published": Ceremony.published,
}


@pytest.mark.parametrize("stage", ["before the draw", "published"])
def test_a_round_is_closed_to_strangers(stage: str) -> None:
    one = ceremony(pupils=4)
    STAGES[stage](one)
    mine = Application.objects.order_by("pk")[0]
    places = list(addresses(round_id=one.round.pk, run_id=1, application_id=mine.pk))
    assert len(places) > 50
    for who, client in strangers().items():
        try_everything(client, who, places)


def test_a_class_assignment_is_closed_to_strangers_before_and_after() -> None:
    one = assignment(pupils=6)
    run, people = one.ready(), strangers()
    places = list(addresses(round_id=one.round.pk, run_id=run.pk, application_id=one.pupils[0].pk))
    for who, client in people.items():
        try_everything(client, who, places)
    for step in ("draw", "draw_teachers", "publish"):
        one.confirm(run, step)
    for who, client in people.items():
        try_everything(client, who, places)


# What people of the district may press; everything else must be answered as if it were not there.
OWN_ACTIONS = {
    "witness": {"commit", "reveal", "sign", "reply", "certify"},
    "notary": {"commit", "reveal", "sign", "reply", "certify", "draw", "publish"},
    "supervisor": set[str](),
}


RUNNING = {"open", "close", "reopen", "freeze", "plan", "close-commits", "value", "fallback", "compute"}


@pytest.mark.parametrize("role", OWN_ACTIONS)
@pytest.mark.parametrize("stage", ["before the draw", "with a run computed"])
def test_those_who_only_watch_or_witness_run_nothing(role: str, stage: str) -> None:
    one = ceremony(pupils=4)
    STAGES[stage](one)
    client = signed_in(staff(f"{role}-7", role))
    mine = Application.objects.order_by("pk")[0]
    before = footprint()
    for place in addresses(round_id=one.round.pk, run_id=1, application_id=mine.pk):
        answer = client.get(place.path)
        assert answer.status_code in {200, 304, *CLOSED}
        assert not told(place, body(answer)), (role, place.path)
        action = place.path.rstrip("/").rpartition("/")[2]
        # elsewhere what was typed may be refused before the question who typed it: nothing is changed by that either
        closed = CLOSED if action in RUNNING else CLOSED | {422}
        if place.acts and action not in OWN_ACTIONS[role]:
            pressed = client.post(place.path, {"value": VALUE, "token": "000000"})
            assert pressed.status_code in closed, (role, place.path, pressed.status_code)
    assert footprint() == before


def test_the_right_people_do_get_in() -> None:
    """Without this a table of wrong addresses would pass every test above."""
    one = ceremony(pupils=4)
    one.published()
    mine = Application.objects.order_by("pk")[0]
    places = {place.name: place.path for place in addresses(round_id=one.round.pk, application_id=mine.pk, run_id=1)}
    official, family = signed_in(one.officials[0]), Client()
    family.force_login(mine.guardian)
    for name in ("official-rounds", "official-round", "classes"):
        assert official.get(places[name]).status_code == 200, name
    assert signed_in(one.witnesses[1]).get(places["witness"]).status_code == 200
    assert family.get(places["my-ticket"]).status_code == 200
    for name in ("round", "announcement", "transcript", "roll", "admission", "results", "check"):
        assert Client().get(places[name]).status_code == 200, name
