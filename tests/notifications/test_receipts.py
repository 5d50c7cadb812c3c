"""What became of a text: told by a signed call, or asked for; and what people do for whom no text reached."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Account, TokenDevice
from audit.models import Entry
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications import lines
from notifications.mock_carrier.service import signature
from notifications.models import Delivery, Message
from notifications.services import drain, fates_ask, message_mark_told, message_queue, message_send_again, unreached
from tests import factories
from tests.carrier import ACCOUNT, TOKEN, Carrier
from tests.waiting import until

SITE = "https://portal.example"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings: Settings) -> None:
    settings.TWILIO_AUTH_TOKEN, settings.TWILIO_CALLBACK_URL, settings.TWILIO_ACCOUNT_SID = TOKEN, SITE, ACCOUNT


def message(state: str = "sent", reference: str = "SM1", *, secret: bool = False) -> Message:
    made = message_queue(
        key=f"event:{reference}",
        template="received",
        params={"child": "合成小明", "receipt": "26-1"},
        phone="19900000001",
        district=factories.DISTRICT,
        secret=secret,
    )
    assert made is not None
    Message.objects.filter(pk=made.pk).update(state=state, ask_at=clock.now() + timedelta(minutes=10))
    if reference and state != "queued":
        Delivery.objects.create(message=made, channel="twilio", reference=reference, outcome="sent", at=clock.now())
    made.refresh_from_db()
    return made


def call(one: Message, status: str, sid: str = "SM1", code: str = "", **changed: str) -> int:
    """Call back as Twilio does; ``changed``: what a forger changes after signing (form fields, path, signature)."""
    form = {"MessageSid": sid, "MessageStatus": status, "AccountSid": ACCOUNT, "To": "+8619900000001"}
    form |= {"ErrorCode": code} if code else {}
    path = f"/messages/status/twilio/{one.pk}.{one.copy}/"
    signed = changed.pop("signature", signature(TOKEN, SITE + path, form))
    path = changed.pop("path", path)
    headers = {"X-Twilio-Signature": signed} if signed else {}
    answer = Client(enforce_csrf_checks=True, headers=headers).post(path, form | changed)
    return answer.status_code


def state(one: Message) -> str:
    one.refresh_from_db()
    return one.state


@pytest.mark.parametrize(
    ("steps", "end"),
    [
        (["sent"], "sent"),
        (["sent", "delivered"], "delivered"),
        (["delivered", "sent", "queued"], "delivered"),
        (["delivered", "undelivered"], "delivered"),
        (["undelivered"], "undelivered"),
        (["undelivered", "sent"], "undelivered"),
        (["failed", "delivered"], "delivered"),
        (["accepted", "new-status"], "sent"),
    ],
)
def test_receipts_lead_forward_in_any_order(steps: list[str], end: str) -> None:
    one = message()
    assert [call(one, step) for step in steps] == [204] * len(steps)
    assert state(one) == end


@pytest.mark.parametrize("code", ["30003", "30005", "30006", "30007", "30008"])
def test_a_text_that_did_not_arrive_says_why_and_is_on_the_list(code: str) -> None:
    one = message()
    assert call(one, "undelivered", code=code) == 204
    assert state(one) == "undelivered"
    assert Delivery.objects.get().detail == f"twilio {code}"
    assert one.ask_at is None


@pytest.mark.parametrize(
    "changed",
    [{"signature": ""}, {"signature": "AAAA"}, {"MessageStatus": "delivered"}, {"MessageSid": "SM2"},
     {"path": "/messages/status/twilio/1.9/"}, {"extra": "x"}],
)  # fmt: skip
def test_whoever_is_not_twilio_changes_nothing(changed: Mapping[str, str]) -> None:
    one = message()
    assert call(one, "undelivered", **changed) == 403
    assert state(one) == "sent"


def test_without_a_token_nobody_is_believed(settings: Settings) -> None:
    one = message()
    settings.TWILIO_AUTH_TOKEN = ""
    assert call(one, "undelivered", signature=signature("", f"{SITE}/messages/status/twilio/{one.pk}.0/", {})) == 403


def test_only_posts_and_known_messages() -> None:
    one = message()
    assert Client().get(f"/messages/status/twilio/{one.pk}.0/").status_code == 405
    gone = Message(pk=10**15)
    assert call(gone, "delivered", sid="SM9") == 204
    assert call(gone, "", sid="SM9") == 400
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("before", ["queued", "sending", "expired", "unclear"])
def test_a_receipt_of_a_text_nobody_noted_proves_the_hand_over(before: str) -> None:
    one = message(before, reference="")
    Message.objects.update(unsure=True)
    assert call(one, "sent", sid="SM7") == 204
    assert state(one) == "sent"
    assert (one.unsure, Delivery.objects.get().reference) == (False, "SM7")
    assert call(one, "delivered", sid="SM7") == 204
    assert state(one) == "delivered"
    assert drain() == 0


def test_an_old_texts_fate_does_not_speak_for_the_one_sent_again() -> None:
    one = message("undelivered")
    again = message_send_again(actor=factories.staff("reviewer"), message_id=one.pk, reason="换了号码后又换回")
    for late in ("sent", "undelivered"):
        assert call(again, late, sid="SM1") == 204
        assert state(one) == "queued"
    Delivery.objects.create(message=one, channel="twilio", reference="SM2", outcome="sent", at=clock.now())
    Message.objects.update(state="sent")
    assert call(again, "undelivered", sid="SM1") == 204
    assert state(one) == "sent"
    assert call(again, "delivered", sid="SM2") == 204
    assert state(one) == "delivered"


@pytest.mark.django_db(transaction=True)
def test_without_receipts_the_carrier_is_asked(carrier: Carrier, settings: Settings) -> None:
    settings.TWILIO_CALLBACK_URL = ""
    carrier.knobs(fates=0.0, unreached="0002")
    for number in (1, 2):
        message_queue(
            key=f"e{number}",
            template="received",
            params={"child": "x", "receipt": "y"},
            phone=f"1990000000{number}",
        )
    drain()
    now = clock.now()
    assert fates_ask() is False
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
    with clock.at(now + timedelta(minutes=11)):
        fates_ask()
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["delivered", "undelivered"]
    assert set(Message.objects.values_list("ask_at", flat=True)) == {None}


@pytest.mark.django_db(transaction=True)
def test_whom_nobody_answers_for_is_asked_a_day_and_stays_sent(carrier: Carrier) -> None:
    message_queue(key="e", template="received", params={"child": "x", "receipt": "y"}, phone="19900000001")
    drain()
    looks, last = 0, clock.now()
    begun = last
    while (at := Message.objects.get().ask_at) is not None:
        with clock.at(at):
            fates_ask()
        looks, last = looks + 1, at
    assert (looks, Message.objects.get().state) == (4, "sent")
    assert last - begun <= timedelta(hours=25)


@pytest.mark.django_db(transaction=True)
def test_the_carrier_calls_back_over_http(carrier: Carrier, settings: Settings, live_server: LiveServer) -> None:
    """From the address that goes with the text to the state that the signed call sets."""
    settings.TWILIO_CALLBACK_URL = live_server.url
    carrier.knobs(token=TOKEN, fates=0.2, unreached="0002")
    for number in (1, 2):
        message_queue(
            key=f"e{number}",
            template="received",
            params={"child": "x", "receipt": "y"},
            phone=f"1990000000{number}",
        )
    drain()
    until(lambda: not Message.objects.filter(state="sent").exists(), "the receipts")
    assert list(Message.objects.order_by("pk").values_list("state", flat=True)) == ["delivered", "undelivered"]
    assert carrier.ledger()["counts"] == {"callback 204": 2}


def staff_client(account: Account) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(account)
    session = client.session
    session["otp_device_id"] = TokenDevice.objects.get(user=account).persistent_id
    session.save()
    return client


def test_a_family_that_was_not_reached_is_called_from_its_page() -> None:
    one = message("undelivered")
    message("expired", "SM5", secret=True)
    client = staff_client(factories.staff("reviewer"))
    listed = client.get("/admin/notifications/message/", {"reach": "unreached"}).content.decode()
    assert f"/admin/notifications/message/{one.pk}/change/" in listed
    assert listed.count("/change/") == 1
    path = f"/admin/notifications/message/{one.pk}/change/"
    page = client.get(path).content.decode()
    assert "tel:19900000001" in page
    assert Entry.objects.filter(action="message.number", object_id=str(one.pk)).exists()
    refused = client.post(path, {"act": "told", "reason": "no"})
    assert (refused.status_code, refused.content.decode().count(">no<")) == (422, 1)
    assert client.post(path, {"act": "told", "reason": "Told the mother, she answers today"}).status_code == 302
    assert state(one) == "told"
    assert Entry.objects.filter(action="message.told").count() == 1
    page = client.get(path).content.decode()
    assert "Told the mother" in page
    assert "19900000001" not in page


def test_the_first_page_of_the_desk_leads_to_the_families_to_call() -> None:
    message("undelivered")
    message("failed", "SM5")
    for role, shown in (("reviewer", True), ("official", True), ("supervisor", False)):
        page = staff_client(factories.staff(role)).get("/admin/").content.decode()
        assert ("?reach=unreached" in page) is shown


def test_the_list_of_families_to_call_is_found_by_its_index() -> None:
    message("undelivered")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
    rows = unreached(Message.objects.filter(district_code__startswith="43")).order_by("-id")[:25]
    assert "message_unreached" in rows.explain()


@pytest.mark.parametrize("before", ["undelivered", "failed", "expired", "unclear", "sent"])
def test_a_message_is_sent_again_with_a_reason(before: str) -> None:
    one = message(before)
    with pytest.raises(Refused):
        message_send_again(actor=factories.staff("reviewer"), message_id=one.pk, reason=" ")
    path = f"/admin/notifications/message/{one.pk}/change/"
    client = staff_client(factories.staff("official"))
    assert client.post(path, {"act": "again", "reason": "The family has a new SIM"}).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.copy, one.attempts) == ("queued", 1, 0)
    assert one.expires_at is not None
    assert one.expires_at > clock.now() + timedelta(hours=1)
    assert Entry.objects.filter(action="message.again").count() == 1


@pytest.mark.parametrize("before", ["queued", "sending", "delivered", "told"])
def test_what_is_on_its_way_or_arrived_is_not_sent_again(before: str) -> None:
    one, official = message(before), factories.staff("official")
    with pytest.raises(Refused) as refused:
        message_send_again(actor=official, message_id=one.pk, reason="again please")
    assert refused.value.code == "state"
    with pytest.raises(Refused):
        message_mark_told(actor=official, message_id=one.pk, note="told by telephone")
    assert state(one) == before


def test_codes_and_others_families_are_closed() -> None:
    code, one = message("expired", "SM2", secret=True), message("undelivered")
    with pytest.raises(Refused):
        message_send_again(actor=factories.staff("official"), message_id=code.pk, reason="again please")
    for stranger in (factories.staff("reviewer", district="430703"), factories.staff("supervisor")):
        with pytest.raises(NotAllowed):
            message_send_again(actor=stranger, message_id=one.pk, reason="again please")
    page = staff_client(factories.staff("supervisor")).get(f"/admin/notifications/message/{one.pk}/change/")
    assert "19900000001" not in page.content.decode()


def test_it_is_sent_again_to_the_number_the_family_has_now() -> None:
    one, parent = message("undelivered"), factories.guardian()
    Message.objects.filter(pk=one.pk).update(account=parent)
    client = staff_client(factories.staff("official"))
    assert f"tel:{parent.phone}" in client.get(f"/admin/notifications/message/{one.pk}/change/").content.decode()
    message_send_again(actor=factories.staff("official"), message_id=one.pk, reason="new number")
    one.refresh_from_db()
    assert one.phone == parent.phone


def test_a_resent_text_is_a_hand_over_of_its_own(settings: Settings, tmp_path: object) -> None:
    settings.VAR_DIR = tmp_path
    one = message("queued")
    drain()
    message_send_again(actor=factories.staff("official"), message_id=one.pk, reason="not received")
    drain()
    references = Delivery.objects.exclude(reference="").order_by("pk").values_list("reference", flat=True)
    assert list(references) == [one.key, f"{one.key}#1"]


def test_a_held_channel_is_told_on_the_list() -> None:
    lines.hold("twilio", "Twilio 401 20003")
    page = staff_client(factories.staff("official")).get("/admin/notifications/message/").content.decode()
    assert "Twilio 401 20003" in page
