"""The pages of a ceremony: the screen in the hall, the witness's phone, and the official's plan."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from enrollment.seasons.models import Application, Child
from foundation import clock
from lottery.ceremony.models import CeremonyPlan, Draw, RollEntry
from lottery.ceremony.services import nonce_commitment
from lottery.ceremony.states import STATES
from lottery.witnesses.models import StepSign
from lottery.witnesses.states import SIGNED
from tests.entering import signed_in
from tests.lottery import factories
from tests.lottery.factories import CHILD_NAME, ceremony, nonce_of, token
from tests.lottery.played import PLACE, Planned, planned
from tests.lottery.rounds.test_pages import official_url


def hall(played: Planned, live: str = "") -> str:
    return f"/results/{played.one.round.pk}/hall/{live}"


def phone(played: Planned, action: str = "") -> str:
    return f"/witness/{played.one.round.pk}/{action}"


def press(account: Account, url: str, **typed: str) -> None:
    response = signed_in(account).post(url, typed)
    assert response.status_code == 302, (url, response.content.decode())
    assert signed_in(account).get(response["Location"]).status_code == 200


@pytest.mark.django_db
def test_a_whole_ceremony_is_played_on_the_pages() -> None:
    played = Planned(ceremony(pupils=8), clock.now())
    one, official = played.one, played.official
    plan = {
        "place": PLACE,
        "starts_at": "",
        "public_value": "收盘值",
        "fallback": "下一交易日",
        "method": "ticket",
        "duty-notary-1": "notary",
        "duty-witness-1": "inspector",
    }
    press(official, official_url(one, "plan"), **plan)
    for account in one.officials[:2]:
        press(account, official_url(one, "freeze"), token=token(account))
    draw = played.draw
    for account in one.witnesses:
        mark = nonce_commitment(draw=draw, witness=account, value=nonce_of(account))
        press(account, phone(played, "commit/"), commitment=mark)
    press(official, official_url(one, "close-commits"))
    for account in one.witnesses:
        press(account, phone(played, "reveal/"), value=nonce_of(account))
    press(official, official_url(one, "fallback"), value="3245.67", reason="休市")
    press(official, official_url(one, "draw"), token=token(official))
    press(played.notary, official_url(one, "draw"), token=token(played.notary))
    played.publish()
    for step in SIGNED:
        press(played.notary, phone(played, "sign/"), step=step, decision="sign")
    press(played.inspector, phone(played, "sign/"), step="drawn", decision="object", note="太快了")
    objection = StepSign.objects.get(decision="object")
    press(official, official_url(one, "reply"), sign=str(objection.pk), text="重放了一遍")
    press(played.notary, phone(played, "certify/"), token=token(played.notary), certificate_number="1号", note="")
    assert played.draw.state == "certified"
    pdf = Client().get(f"/results/{one.round.pk}/minutes.pdf")
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")
    public = Client().get(f"/results/{one.round.pk}/").content.decode()
    assert "minutes.pdf" in public


@pytest.mark.django_db
@pytest.mark.parametrize("state", STATES)
def test_the_hall_shows_every_state_and_nothing_private(state: str) -> None:
    played = planned(8).bring(state)
    text = Client().get(hall(played)).content.decode()
    secrets = {CHILD_NAME, "合成家长", "合成职员"}
    for child in Child.objects.all():
        secrets |= {child.id_number, child.id_index}
    for application in Application.objects.select_related("guardian"):
        secrets |= {application.receipt, str(application.guardian.phone), application.guardian.username}
    secrets |= set(RollEntry.objects.values_list("salt", flat=True))
    if STATES.index(state) < STATES.index("revealing"):
        secrets |= {nonce_of(account) for account in played.one.witnesses}
    assert not [secret for secret in secrets if secret in text]
    assert PLACE in text
    if state != "planned":
        assert " ".join(re.findall("....", played.draw.roll_root)) in text
    assert ("data-run" in text) == (STATES.index(state) >= STATES.index("drawn"))


@pytest.mark.django_db
def test_the_hall_answers_304_with_two_queries_until_something_happens() -> None:
    played = planned().bring("frozen")
    client = Client()
    first = client.get(hall(played, "live/"))
    with CaptureQueriesContext(connection) as asked:
        again = client.get(hall(played, "live/"), headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content, len(asked)) == (304, b"", 2)
    played.commit(played.notary)
    news = client.get(hall(played, "live/"), headers={"if-none-match": first["ETag"]})
    assert news.status_code == 200
    assert news["ETag"] != first["ETag"]
    assert news.content.decode().count("✓") == first.content.decode().count("✓") + 1


@pytest.mark.django_db
def test_every_step_changes_the_etag_of_the_hall_and_the_language_has_its_own() -> None:
    played = planned()
    seen = set()
    for state in STATES:
        if state != "planned":
            rest = Planned(played.one, played.start)
            step(rest, state)
        seen.add(Client().get(hall(played, "live/"))["ETag"])
    assert len(seen) == len(STATES)
    english = Client().get(hall(played, "live/"), headers={"accept-language": "en"})
    assert english["ETag"] not in seen


def step(played: Planned, state: str) -> None:
    """From the state before to this one."""
    {
        "frozen": played.one.freeze,
        "witnessing": lambda: played.commit(played.notary),
        "revealing": played._committed,
        "ready": played._revealed,
        "drawn": lambda: [played.confirm(played.official), played.confirm(played.notary)],
        "published": played.publish,
        "certified": played._certified,
    }[state]()


@pytest.mark.django_db
def test_the_first_tickets_in_the_hall_follow_from_the_published_draw() -> None:
    """Whoever has the announcement, the roll and the seed gets the same rows."""
    from hmac import digest

    played = planned(12).bring("drawn")
    draw = played.draw
    groups = set(RollEntry.objects.filter(draw=draw).values_list("group_id", flat=True))
    body = Client().get(f"/results/{played.one.round.pk}/first.json", headers={"accept-encoding": "identity"}).json()
    assert set(body["schools"]) == {"WL01", "WL02", "WL03"}
    for school, rows in body["schools"].items():
        key = digest(bytes.fromhex(draw.seed), draw.commitment["school_domains"][school].encode(), "sha256")
        tickets = sorted((digest(key, group.encode(), "sha256"), group) for group in groups)
        assert rows == [[group, ticket[:8].hex()] for ticket, group in tickets[:5]]


@pytest.mark.django_db
def test_a_round_without_a_plan_has_no_hall_and_the_page_of_a_stranger_is_closed() -> None:
    one = ceremony(pupils=2)
    assert Client().get(f"/results/{one.round.pk}/hall/").status_code == 404
    assert Client().get("/results/999999/hall/live/").status_code == 404
    assert Client().get(f"/results/{one.round.pk}/minutes.pdf").status_code == 404
    assert Client().get(f"/witness/{one.round.pk}/").status_code == 302
    assert signed_in(one.reviewer).get(f"/witness/{one.round.pk}/").status_code == 404
    assert signed_in(one.reviewer).get(f"/witness/{one.round.pk}/live/").status_code == 404


@pytest.mark.django_db
def test_a_supervisor_sees_the_whole_log_and_can_do_nothing() -> None:
    played = planned().bring("published")
    played.sign(played.inspector, "frozen", "object", "<b>太慢</b>")
    supervisor = signed_in(factories.staff("supervisor-1", "supervisor"))
    assert official_url(played.one) in supervisor.get("/official/rounds/").content.decode()
    assert supervisor.get(official_url(played.one))["Location"] == phone(played)
    text = supervisor.get(phone(played)).content.decode()
    for expected in ("notary-1", "witness-1", "official-1", "&lt;b&gt;太慢&lt;/b&gt;"):
        assert expected in text
    assert 'action="/witness/' not in text
    for action in ("commit", "reveal", "sign", "certify", "reply"):
        typed = {"step": "drawn", "decision": "sign", "certificate_number": "1", "token": "1", "sign": "1", "text": "x"}
        assert supervisor.post(phone(played, f"{action}/"), typed).status_code in {404, 422}
    assert StepSign.objects.count() == 1


@pytest.mark.django_db
def test_the_phone_shows_one_task_at_a_time() -> None:
    played = planned().bring("frozen")

    def actions(account: Account) -> set[str]:
        text = signed_in(account).get(phone(played)).content.decode()
        return set(re.findall(r'action="/witness/\d+/(\w+)/"', text))

    assert actions(played.notary) == {"commit"}
    played.commit(played.notary)
    assert actions(played.notary) == {"sign"}
    played.sign(played.notary, "frozen")
    assert actions(played.notary) == set()
    played._committed()
    assert actions(played.notary) == {"reveal"}
    played._revealed()
    assert actions(played.notary) == {"sign"}
    for account in (played.official, played.notary):
        played.confirm(account)
    played.publish()
    for step_code in ("commits", "reveals", "drawn", "published"):
        played.sign(played.notary, step_code)
    assert actions(played.notary) == {"certify"}


@pytest.mark.django_db
def test_the_phone_is_told_that_the_ceremony_has_moved_on() -> None:
    played = planned().bring("frozen")
    client = signed_in(played.inspector)
    link = f'href="{phone(played)}"'
    assert link not in client.get(phone(played, "live/") + "?at=frozen").content.decode()
    played.commit(played.notary)
    assert link in client.get(phone(played, "live/") + "?at=frozen").content.decode()


@pytest.mark.django_db
def test_what_was_typed_comes_back_after_a_refusal() -> None:
    played = planned().bring("frozen")
    client = signed_in(played.inspector)
    refused = client.post(phone(played, "sign/"), {"step": "drawn", "decision": "object", "note": "我的理由"})
    assert (refused.status_code, 'role="alert"' in refused.content.decode()) == (422, True)
    refused = client.post(phone(played, "commit/"), {"commitment": "my <best> guess"})
    assert 'value="my &lt;best&gt; guess"' in refused.content.decode()
    assert client.post(phone(played, "no-such-step/")).status_code == 404
    assert client.get(phone(played, "commit/")).status_code == 405


@pytest.mark.django_db
def test_a_refused_plan_comes_back_as_it_was_typed() -> None:
    one = ceremony(pupils=2)
    typed = {
        "place": "大厅",
        "starts_at": "2027-07-20T09:30",
        "commit_by": "soon",
        "public_value": "x",
        "fallback": "y",
        "method": "ring",
        "duty-witness-1": "press",
    }
    response = signed_in(one.officials[0]).post(official_url(one, "plan"), typed)
    text = response.content.decode()
    assert (response.status_code, CeremonyPlan.objects.count()) == (422, 0)
    assert 'value="soon"' in text
    assert '<option value="press" selected>' in text
    assert '<option value="ring" selected>' in text


@pytest.mark.django_db
def test_a_plan_typed_on_the_page_is_beijing_time() -> None:
    one = ceremony(pupils=2)
    typed = {
        "place": "大厅",
        "starts_at": "2097-07-20T09:30",
        "commit_by": "2097-07-20T10:00",
        "public_value": "x",
        "fallback": "y",
        "method": "ring",
        "duty-witness-1": "press",
    }
    press(one.officials[0], official_url(one, "plan"), **typed)
    plan = CeremonyPlan.objects.get()
    assert plan.commit_by is not None
    assert plan.commit_by.astimezone(clock.SHANGHAI).isoformat() == "2097-07-20T10:00:00+08:00"
    assert (plan.witnesses, plan.reveal_by) == ([{"name": "witness-1", "duty": "press"}], None)
    assert 'value="2097-07-20T09:30"' in signed_in(one.officials[0]).get(official_url(one)).content.decode()
    assert not Draw.objects.exists()
