"""Hostile text, bodies, cookies and addresses are answered, never with a failure of ours or quoted as markup."""

import json
import uuid
from typing import Any
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client

from enrollment.filing.submission.services import normal_receipt
from enrollment.seasons.models import Transition
from tests import factories
from tests.hostile.nasty import BODIES, NUL, TEXTS

pytestmark = pytest.mark.django_db
OURS = 500


def short(value: str | bytes) -> str:
    return ascii(value[:20])


def guardian_client(one: factories.Family) -> Client:
    client = Client()
    client.force_login(one.guardian)
    return client


def form_post(client: Client, path: str, fields: dict[str, str]) -> HttpResponse:
    """Post a form as bytes, so that halves of characters get through."""
    pairs = (f"{name}={quote(value.encode('utf-8', 'surrogatepass'))}" for name, value in fields.items())
    return client.post(path, "&".join(pairs), content_type="application/x-www-form-urlencoded")  # type: ignore[return-value]


def api_post(client: Client, path: str, body: Any) -> HttpResponse:
    return client.post(f"/api/v1/{path}", json.dumps(body), content_type="application/json")  # type: ignore[return-value]


def filing(place: factories.World) -> dict[str, Any]:
    return {
        "client_token": str(uuid.uuid4()),
        "round": place.round.pk,
        "child": {"name": "合成孩子", "id_number": factories.child_number()},
        "answers": factories.answers(),
    }


@pytest.mark.parametrize("text", TEXTS, ids=short)
def test_a_staff_sign_in_with_hostile_text_is_a_wrong_sign_in(text: str) -> None:
    answer = form_post(Client(), "/staff/sign-in/", {"username": text, "password": text, "token": text, "next": text})
    assert answer.status_code == 422
    assert b"<script>alert" not in answer.content


@pytest.mark.parametrize("path", ["/my/", "/sign-in/", "/"])
def test_a_session_cookie_with_a_nul_is_no_session(path: str) -> None:
    answer = Client().get(path, headers={"cookie": f'sessionid="\\000{"a" * 31}"'})
    assert answer.status_code < OURS


@pytest.mark.parametrize("text", TEXTS, ids=short)
def test_a_receipt_of_hostile_text_is_not_there(text: str) -> None:
    one = factories.family(factories.world())
    path = f"applications/{quote(text.encode('utf-8', 'surrogatepass'), safe='')}/correction/"
    answer = api_post(guardian_client(one), path, {"client_token": str(uuid.uuid4()), "answers": {}})
    assert answer.status_code == 404


def test_a_receipt_is_read_as_people_type_it() -> None:
    assert normal_receipt("26 7k3m\x00-9qxo 4") == "26-7K3M-9QX0-4"


@pytest.mark.parametrize(
    "path", ["session/code/", "session/", "applications/", "applications/26-0000-0000-0/correction/"]
)
@pytest.mark.parametrize("body", BODIES, ids=short)
def test_a_body_of_the_wrong_shape_is_refused(path: str, body: bytes) -> None:
    client = guardian_client(factories.family(factories.world()))
    answer = client.post(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    assert b"Traceback" not in answer.content


@pytest.mark.parametrize("text", TEXTS, ids=short)
def test_an_answer_to_no_question_is_left_out(text: str) -> None:
    place = factories.world()
    client, body = guardian_client(factories.family(place)), filing(place)
    body["answers"][text] = text
    assert api_post(client, "applications/", body).status_code == 201


@pytest.mark.parametrize("number", ["-" * 36, "f" * 36, str(uuid.UUID(int=1))])
@pytest.mark.parametrize("action", ["withdraw", "appeal", "accept", "decline"])
def test_an_act_on_an_application_that_cannot_be_is_not_there(number: str, action: str) -> None:
    client = guardian_client(factories.family(factories.world()))
    assert client.post(f"/my/applications/{number}/{action}/").status_code == 404


def test_an_appeal_with_a_nul_is_an_appeal() -> None:
    one = factories.family(factories.world())
    application = one.bring("not_eligible")
    answer = guardian_client(one).post(f"/my/applications/{application.pk}/appeal/", {"reason": f"请再看一次{NUL}"})
    assert answer.status_code == 302
    assert Transition.objects.get(event="appeal").reason == "请再看一次王小明"
