"""By which way an application came is what the server knows, whatever the client says of itself."""

import uuid
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.services import guardian_identify
from enrollment.assisted.carried import TERMINAL_COOKIE
from enrollment.assisted.terminals.services import terminal_make, terminal_pair, terminal_revoke
from enrollment.seasons.models import Application
from foundation.errors import Refused
from tests import factories

pytestmark = pytest.mark.django_db


def by_program(client: Client, one: factories.Family, **claimed: Any) -> Application:
    body = {
        "client_token": str(uuid.uuid4()),
        "round": one.world.round.pk,
        "child": {"name": one.child.name, "id_number": one.child.id_number},
        "answers": {name: value for name, value in one.answers.items() if name != "choices"},
        "choices": ["WL01"],
        **claimed,
    }
    answer = client.post("/api/v1/applications/", body, content_type="application/json")
    assert answer.status_code == 201, answer.content
    return Application.objects.get()


@pytest.mark.parametrize("claimed", ["counter", "kiosk", "helper", "province", "web", "anything"])
def test_a_program_cannot_claim_a_channel(claimed: str) -> None:
    one, client = factories.family(factories.world()), Client()
    client.force_login(one.guardian)
    filed = by_program(client, one, channel=claimed, online=False)
    assert (filed.channel, filed.online) == ("app", True)


@pytest.mark.parametrize("claimed", ["counter", "kiosk", "helper", "province"])
def test_a_form_cannot_claim_a_channel(claimed: str) -> None:
    one, client = factories.family(factories.world()), Client()
    client.force_login(one.guardian)
    client.get(f"/entry/{claimed}/")
    posted = {"declare": "yes", "client_token": str(uuid.uuid4()), "channel": claimed, "terminal": "1"}
    client.post(f"/my/apply/{one.draft.public_id}/check/?channel={claimed}", posted)
    filed = Application.objects.get()
    assert (filed.channel, filed.online) == ("web", True)


@pytest.mark.parametrize("revoked", [False, True])
def test_a_kiosk_is_a_browser_that_is_paired_now(revoked: bool) -> None:
    one, client, official = factories.family(factories.world()), Client(), factories.staff("official")
    made, code = terminal_make(official=official, name="大厅", district=factories.DISTRICT)
    _terminal, cookie = terminal_pair(code=code)
    client.force_login(one.guardian)
    client.cookies[TERMINAL_COOKIE] = cookie
    client.get("/my/")
    if revoked:
        terminal_revoke(official=official, terminal_id=made.public_id)
    posted = {"declare": "yes", "client_token": str(uuid.uuid4())}
    client.post(f"/my/apply/{one.draft.public_id}/check/", posted)
    assert Application.objects.get().channel == ("web" if revoked else "kiosk")


def test_what_the_government_vouched_for_is_not_replaced_by_what_is_typed() -> None:
    account = factories.assured(factories.guardian())
    name, number = account.name, account.id_number or ""
    with pytest.raises(Refused) as refused, transaction.atomic():
        guardian_identify(account=account, name=name, id_number=factories.adult_number())
    assert (refused.value.code, refused.value.field) == ("other_person", "guardian_id")
    guardian_identify(account=account, name="别的名字", id_number=number)
    account.refresh_from_db()
    assert (account.name, account.id_number) == (name, number)
