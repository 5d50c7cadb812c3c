"""From the plan of a method to a family's file, checked by both programs; and the pages of the checker."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from enrollment.seasons.models import Application
from lottery.ceremony.services import ceremony_plan
from lottery.engine.drawing.methods import METHODS
from tests.lottery.ceremony.test_draw import audit, saved
from tests.lottery.factories import ceremony
from tests.lottery.verify.test_two_verifiers import in_browser

SAVED = "/results/check/checker.html"


@pytest.mark.django_db
@pytest.mark.parametrize("method", METHODS)
def test_a_round_under_every_method_is_verified_to_the_family_s_own_ticket(method: str, tmp_path: Path) -> None:
    one = ceremony(pupils=14, seats=4)
    duties = {account.username: "witness" for account in one.witnesses}
    ceremony_plan(
        official=one.officials[0],
        round_id=one.round.pk,
        place="大礼堂",
        starts_at=None,
        witnesses=duties,
        method=method,
    )
    one.published()
    files = {name: saved(one.round.pk, name, tmp_path) for name in ("transcript.json", "roll.csv", "admission.json")}
    for found in (
        audit("draw", files["transcript.json"], "--roll", files["roll.csv"]),
        audit("admission", files["admission.json"]),
    ):
        assert (found.returncode, found.stderr) == (0, "")
    mine = Application.objects.order_by("receipt")[0]
    client = Client()
    client.force_login(mine.guardian)
    (tmp_path / "mine.json").write_bytes(client.get(f"/results/{one.round.pk}/my-ticket.json").content)
    found = audit("ticket", files["transcript.json"], "--proof", tmp_path / "mine.json")
    assert (found.returncode, found.stderr) == (0, "")
    assert mine.receipt in found.stdout
    page = client.get(f"/results/{one.round.pk}/my-ticket/").content.decode()
    (kept,) = json.loads((tmp_path / "mine.json").read_bytes())["applications"]
    for ticket in kept["tickets"]:
        value = bytes.fromhex(ticket["ticket"])
        assert (value.hex() if method == "ticket" else METHODS[method].shown(value)) in page
        assert ticket["position"] >= 1
    draw, own = in_browser(
        tmp_path,
        [
            {"transcript": "transcript.json", "roll": "roll.csv"},
            {"transcript": "transcript.json", "mine": "mine.json"},
        ],
    )
    assert (draw["kind"], own["kind"]) == ("verified", "verified")


@pytest.mark.django_db
def test_the_saved_checker_is_the_same_for_everybody_and_its_digest_is_shown() -> None:
    first, second = Client(), Client()
    body = first.get(SAVED, headers={"accept-language": "en"}).content
    assert second.get(SAVED, headers={"accept-language": "en"}).content == body
    page = first.get("/results/check/", headers={"accept-language": "en"}).content.decode()
    assert hashlib.sha256(body).hexdigest() in page
    chinese = second.get(SAVED, headers={"accept-language": "zh-hans"}).content
    assert chinese != body
    assert re.search(rb"default-src 'none'; script-src 'sha256-[^']+'; style-src 'sha256-[^']+'", body)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "?round=", "?round=x", "?round=-1", "?round=99999999999999999999", "?round=²"])
def test_the_checker_opens_whatever_round_is_named(query: str) -> None:
    answer = Client().get(f"/results/check/{query}")
    assert answer.status_code == 200
    assert Client().post("/results/check/").status_code == 405


@pytest.mark.django_db
def test_only_drawn_rounds_are_offered_and_the_named_one_is_chosen() -> None:
    one = ceremony(pupils=4)
    one.freeze()
    address = f"/results/{one.round.pk}/"
    assert address not in Client().get("/results/check/").content.decode()


@pytest.mark.django_db
def test_a_drawn_round_is_chosen_by_its_number() -> None:
    one = ceremony(pupils=4)
    one.drawn()
    page = Client().get(f"/results/check/?round={one.round.pk}").content.decode()
    assert re.search(rf'value="/results/{one.round.pk}/"\s+selected', page)
