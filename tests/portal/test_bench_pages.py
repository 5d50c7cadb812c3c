"""What the clients of `make load` and `make bench` look for on pages stands on them."""

import pytest
from django.test import Client

from bench.load.people import WAITING
from bench.opening import receipt_on
from portal.gate.waiting import busy_page, line_page
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_clients_find_the_receipt_of_what_they_filed(client: Client) -> None:
    application = factories.application("submitted")
    client.force_login(application.guardian)
    page = client.get(f"/my/applications/{application.pk}/").content.decode()
    assert receipt_on(page) == application.receipt


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_clients_know_a_waiting_page(language: str) -> None:
    line = line_page("/sign-in/", language, elder=False, ahead=3, eta=40)
    busy = busy_page("/sign-in/", language, elder=False)
    assert all(WAITING in page.body.decode() for page in (line, busy))
