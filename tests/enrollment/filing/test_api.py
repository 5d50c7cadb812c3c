"""The JSON API: the same doors as the pages, refusals with code and field, twenty simultaneous filings store one."""

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from enrollment.filing.submission.services import receipt_for
from enrollment.seasons.models import Application, Draft
from foundation.crypto import blind_index
from identifiers import normalise
from notifications.models import Message
from synthetic.people import resident_id
from tests.factories import World, answers, child_number, world

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "19900001234"


@pytest.fixture
def place() -> World:
    return world()


def post(client: Client, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    response = client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")
    answer: dict[str, Any] = response.json()
    return response.status_code, answer


def signed_in(phone: str = PHONE) -> Client:
    client = Client()
    status, sent = post(client, "session/code/", {"phone": phone})
    assert status == 202, sent
    index = blind_index("phone", normalise("mobile", phone))
    message = Message.objects.filter(account__phone_index=index).latest("pk")
    found = re.search(r"\d{6}", message.body)
    assert found is not None
    status, answer = post(client, "session/", {"phone": phone, "code": found.group()})
    assert status == 201, answer
    return client


def filing(place: World, number: str = "", **changed: Any) -> dict[str, Any]:
    return {
        "client_token": str(uuid.uuid4()),
        "round": place.round.pk,
        "child": {"name": "合成孩子", "id_number": number or child_number()},
        "answers": {k: v for k, v in answers().items() if k != "choices"},
        "choices": ["WL01"],
        **changed,
    }


def test_a_family_files_in_one_request_and_repeating_it_repeats_the_answer(place: World) -> None:
    client, body = signed_in(), filing(place)
    status, filed = post(client, "applications/", body)
    assert status == 201
    assert re.fullmatch(r"26-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]", filed["receipt"])
    status, again = post(client, "applications/", body)
    assert (status, again["receipt"]) == (200, filed["receipt"])
    assert Application.objects.count() == 1
    assert client.get("/api/v1/applications/").json()[0]["receipt"] == filed["receipt"]


def test_what_is_refused_is_kept_as_a_draft(place: World) -> None:
    client, body = signed_in(), filing(place, choices=["NOWHERE"])
    status, refused = post(client, "applications/", body)
    assert (status, list(refused["errors"])) == (422, ["choices"])
    assert not Application.objects.exists()
    draft = Draft.objects.select_related("child__guardian").get()
    assert draft.answers["guardian_name"] == body["answers"]["guardian_name"]
    assert not draft.child.guardian.id_index  # nothing was submitted: the person is not noted
    status, filed = post(client, "applications/", {**body, "choices": ["WL01"]})
    assert (status, Application.objects.get().child_id) == (201, draft.child_id), filed


def test_a_receipt_number_that_is_taken_costs_nothing(place: World) -> None:
    first, second = filing(place), filing(place)
    post(signed_in(), "applications/", first)
    taken = receipt_for(2026, uuid.UUID(second["client_token"]))
    Application.objects.update(receipt=taken)
    status, filed = post(signed_in("19900005678"), "applications/", other_person(second))
    assert status == 201, filed
    assert filed["receipt"] == receipt_for(2026, uuid.UUID(second["client_token"]), 1)
    assert Application.objects.get(receipt=filed["receipt"]).guardian.id_index  # was undone with the first number


def other_person(body: dict[str, Any]) -> dict[str, Any]:
    """The same filing by another guardian of another home."""
    said = answers(guardian_id=resident_id("430702", date(1986, 2, 3), 7, "female"))
    return {**body, "answers": {k: v for k, v in said.items() if k != "choices"}}


def test_a_second_filing_of_the_child_names_the_first(place: World) -> None:
    client, number = signed_in(), child_number()
    post(client, "applications/", filing(place, number))
    status, refused = post(client, "applications/", filing(place, number))
    assert status == 422
    assert refused["code"] in {"already_filed", "filed"}
    assert Application.objects.count() == 1


def test_twenty_at_once_store_one_and_nineteen_are_told_so(place: World) -> None:
    number = child_number()
    clients = [signed_in(f"1990001{at:04d}") for at in range(20)]

    def one(client: Client) -> tuple[int, dict[str, Any]]:
        try:
            body = filing(place, number)
            return post(client, "applications/", body)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=20) as pool:
        results = list(pool.map(one, clients))
    assert sorted(status for status, _answer in results) == [201] + [422] * 19
    assert {answer["code"] for status, answer in results if status == 422} == {"filed_by_other"}
    assert all(answer["message"] for status, answer in results if status == 422)
    assert Application.objects.count() == 1
    assert Draft.objects.count() == 20  # what each typed is kept


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"child": {"name": "合成孩子", "id_number": "430702201905040011"}}, "id_number"),
        ({"child": {"name": "孩子7", "id_number": ""}}, None),
        ({"choices": []}, "choices"),
        ({"choices": ["WL01", "WL02", "WL01"]}, "choices"),
        ({"choices": ["NOWHERE"]}, "choices"),
        ({"answers": {}}, "guardian_name"),
        ({"answers": {**answers(), "home_share": "半"}}, "home_share"),
        ({"answers": {**answers(), "home_kind": "castle"}}, "home_kind"),
        ({"answers": {**answers(), "household_registered_on": "2020-02-31"}}, "household_registered_on"),
    ],
)
def test_a_wrong_field_is_named_with_what_to_do(place: World, change: dict[str, Any], field: str | None) -> None:
    status, refused = post(signed_in(), "applications/", filing(place) | change)
    assert status in {400, 422}, refused
    if field:
        assert len(refused["errors"][field]) > 5
    assert not Application.objects.exists()


@pytest.mark.parametrize("body", [[], "x", {"phone": "x" * 500}, {"phone": None}, {}])
def test_nonsense_is_a_bad_request_and_no_error_of_ours(body: Any) -> None:
    response = Client().post("/api/v1/session/code/", json.dumps(body), content_type="application/json")
    assert response.status_code == 400


def test_a_landline_gets_a_reason() -> None:
    status, refused = post(Client(), "session/code/", {"phone": "0736-7777777"})
    assert status == 422
    assert "phone" in refused["errors"]


def test_without_sign_in_nothing_is_told(place: World) -> None:
    assert Client().get("/api/v1/applications/").status_code == 403
    assert post(Client(), "applications/", filing(place))[0] == 403


def test_somebody_elses_receipt_is_not_there(place: World) -> None:
    _status, filed = post(signed_in(), "applications/", filing(place))
    other = signed_in("19900005678")
    body = {"client_token": str(uuid.uuid4()), "answers": {}}
    status, refused = post(other, f"applications/{filed['receipt']}/correction/", body)
    assert (status, refused["code"]) == (404, "not_allowed")


def test_open_rounds_are_public(place: World) -> None:
    assert [row["id"] for row in Client().get("/api/v1/rounds/").json()] == [place.round.pk]
