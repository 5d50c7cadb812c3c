"""The door over HTTP: what a stranger can do to a family or to the table of sessions; what the staff's door keeps."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, RequestFactory
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import TOTP

from accounts.askers import asker_of
from accounts.models import Account, TokenDevice
from accounts.session_store import SessionStore, sessions_sweep
from accounts.sessions import MOST_KEPT_OF_STRANGERS, STAFF_SECONDS
from accounts.tasks import sweep_sessions
from audit.models import Entry
from audit.services import typed_name
from foundation import clock
from foundation.draining import Turn
from notifications.models import Message
from tests import factories

pytestmark = pytest.mark.django_db
PHONE = "19900006161"


def browser(address: str = "198.51.100.7") -> Client:
    return Client(REMOTE_ADDR=address)


def code_to() -> str:
    found = re.search(r"(?<!\d)\d{6}(?!\d)", Message.objects.filter(template="sign_in_code").latest("pk").body)
    assert found is not None
    return found.group()


def asks(client: Client) -> None:
    assert client.post("/sign-in/", {"phone": PHONE})["Location"] == "/sign-in/code/"


def enters(client: Client, code: str) -> bool:
    return client.post("/sign-in/code/", {"code": code}).status_code == 302


def rows() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_data FROM django_session")
        return " ".join(row[0] for row in cursor.fetchall())


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_five_wrong_codes_of_a_stranger_beside_the_family_shut_nobody_out() -> None:
    """It was done: five wrong codes for somebody's number. Both are behind one carrier's address."""
    family, stranger = browser(), browser()
    asks(family)
    code = code_to()
    asks(stranger)  # a code is on its way already
    for _try in range(6):
        assert not enters(stranger, wrong(code))
    assert not enters(stranger, code)
    assert enters(family, code)


def test_the_code_of_the_first_message_is_right_when_it_comes_after_asking_again() -> None:
    family, now = browser(), clock.now()
    asks(family)
    first = code_to()
    with clock.at(now + timedelta(seconds=120)):
        asks(family)
        assert Message.objects.filter(template="sign_in_code").count() == 2
    with clock.at(now + timedelta(seconds=410)):  # the first message was on its way for seven minutes
        assert enters(family, first)
        family.post("/sign-out/")
        asks(family)
        assert code_to() != first  # a code signs in once
    with clock.at(now + timedelta(seconds=800)):
        over = code_to()
        asks(family)
        assert code_to() != over


def test_who_had_a_code_sent_long_ago_is_one_of_the_others() -> None:
    """Else one code sent would give five tries at each later code of the number."""
    family, stranger = browser(), browser("203.0.113.5")
    asks(stranger)
    now = clock.now()
    with clock.at(now + timedelta(seconds=601)):
        asks(family)
        code = code_to()
        for _try in range(5):
            assert not enters(stranger, wrong(code))
        again = browser("203.0.113.5")
        asks(again)  # a code is on its way already
        assert not enters(again, code)  # counted with the stranger's, as everybody's at that address
        assert enters(family, code)


def test_the_api_takes_the_right_code_of_who_asked_beside_a_stranger_who_guesses() -> None:
    asked = browser().post("/api/v1/session/code/", {"phone": PHONE}, content_type="application/json").json()
    code = code_to()
    guess = {"phone": PHONE, "code": wrong(code)}
    for _try in range(6):
        assert browser().post("/api/v1/session/", guess, content_type="application/json").status_code == 422
    right = {"phone": PHONE, "code": code}
    assert browser().post("/api/v1/session/", right, content_type="application/json").json()["code"] == "locked"
    forged = {**right, "ask": f"{asked['ask'][:-3]}abc"}
    assert browser().post("/api/v1/session/", forged, content_type="application/json").json()["code"] == "locked"
    answer = browser().post("/api/v1/session/", {**right, "ask": asked["ask"]}, content_type="application/json")
    assert answer.status_code == 201


def test_the_familys_own_telephone_gets_codes_when_strangers_have_used_up_the_number() -> None:
    family = browser()
    asks(family)
    assert enters(family, code_to())
    family.post("/sign-out/")
    asked = 0
    for at in range(40):
        with clock.at(clock.now() + timedelta(seconds=61 * (at + 1))):
            before = Message.objects.count()
            browser(f"203.0.113.{at}").post("/sign-in/", {"phone": PHONE})
            asked += Message.objects.count() > before
    assert asked <= 16
    with clock.at(clock.now() + timedelta(seconds=61 * 41)):
        before = Message.objects.count()
        new = browser("203.0.113.200").post("/sign-in/", {"phone": PHONE})
        assert (new["Location"], Message.objects.count()) == ("/sign-in/code/", before)
        asks(family)
        assert Message.objects.count() == before + 1
        assert enters(family, code_to())


def test_signing_out_everywhere_else_leaves_this_browser_known_and_no_other() -> None:
    here, lost = browser(), browser()
    for client in (here, lost):
        with clock.at(clock.now() + timedelta(minutes=2 if client is lost else 0)):
            asks(client)
            assert enters(client, code_to())
    account = Account.objects.get()
    here.post("/my/account/everywhere/")
    account.refresh_from_db()

    def knows(client: Client) -> bool:
        request = RequestFactory().get("/")
        request.COOKIES["known"] = client.cookies["known"].value
        return asker_of(request, address="").knows(account)

    assert (knows(here), knows(lost)) == (True, False)


def test_a_shared_terminal_carries_nobodys_mark() -> None:
    from tests.enrollment.assisted.test_terminals import paired

    factories.world()
    client, _terminal = paired()
    client.post("/sign-in/", {"phone": PHONE})
    assert enters(client, code_to())
    assert "known" not in client.cookies


def test_six_invitations_to_one_number_are_one_message() -> None:
    """It was done: invite, take back, invite, six texts within seconds."""
    one = factories.family(factories.world())
    client = browser()
    client.force_login(one.guardian)
    page = f"/my/children/{one.child.public_id}/guardians/"
    typed = {"phone": PHONE, "role": "parent", "may_act": "no", "agree": "yes"}
    for _time in range(6):
        client.post(f"{page}invite/", typed)
        open_ = one.child.invitations.filter(state="open").first()
        if open_ is not None:
            client.post(f"/my/invitations/{open_.public_id}/revoke/")
            one.child.invitations.filter(pk=open_.pk).update(state="revoked")
    assert Message.objects.filter(template="guardian_invited").count() == 1


def test_rows_of_sessions_tell_nothing_to_who_reads_the_table() -> None:
    client = browser()
    asks(client)
    stored = rows()
    assert stored
    assert PHONE not in stored
    decoded = SessionStore().decode(stored)
    assert PHONE in decoded["phone"]
    altered = stored[:-6] + ("AAAA==" if not stored.endswith("AAAA==") else "BBBB==")
    assert SessionStore().decode(altered) == {}


@pytest.mark.parametrize("size", [MOST_KEPT_OF_STRANGERS // 2, 100_000])
def test_a_hundred_anonymous_posts_leave_little(size: int) -> None:
    """It was done: a hundred posts, 14 MB of sessions."""
    one = factories.family(factories.world())
    path = f"/my/apply/{one.draft.public_id}/guardian/"
    for _time in range(100):
        Client(REMOTE_ADDR="198.51.100.7").post(path, {"guardian_name": "x" * size})
    for _time in range(20):
        Client(REMOTE_ADDR="198.51.100.7").get("/sign-in/", {"next": "/my/" + "x" * 5_000})
    for _time in range(20):
        Client(REMOTE_ADDR="198.51.100.7").post("/sign-in/", {"phone": f"{' ' * 5_000}{PHONE}"})
    assert len(rows()) < 500_000


def test_sessions_that_have_ended_are_swept_in_batches() -> None:
    for at in range(5):
        made = SessionStore()
        made["a"] = at
        made.set_expiry(-1 if at < 3 else 100)
        made.save()
    assert not sessions_sweep()
    assert Session.objects.count() == 2
    assert not sweep_sessions(Turn(lambda: 0.0, 1.0, lambda: None))


@pytest.mark.parametrize("mode", ["", "elder"])
def test_the_staffs_session_ends_after_half_an_hour_whatever_its_look(mode: str) -> None:
    member = factories.staff("official")
    client = browser()
    client.force_login(member)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=member).persistent_id
    session.save()
    client.cookies["mode"] = mode
    assert client.get("/admin/").status_code == 200
    assert client.session.get_expiry_age() == STAFF_SECONDS == 1800


def staff_enters(client: Client, member: Account, password: str) -> int:
    token = f"{TOTP(TokenDevice.objects.get(user=member).bin_key).token():06d}"
    typed = {"username": member.username, "password": password, "token": token}
    return int(client.post("/staff/sign-in/", typed).status_code)


def test_a_failed_sign_in_of_staff_is_in_the_log_without_what_was_typed() -> None:
    member = factories.staff("official")
    assert staff_enters(browser(), member, "my other password") == 422
    browser().post("/staff/sign-in/", {"username": "hunter2 in the wrong field", "password": "x", "token": "000000"})
    known, unknown = Entry.objects.filter(action="staff.sign_in_failed").order_by("pk")
    assert (known.object_id, known.district_code) == (typed_name(member.username), factories.DISTRICT)
    assert known.details == {"address": "198.51.*.*"}
    assert unknown.object_id == typed_name("hunter2 in the wrong field")
    text = " ".join(f"{one.object_id} {one.actor_label} {one.details}" for one in (known, unknown))
    assert not re.search("hunter2|other password", text)


def test_strangers_at_the_same_address_do_not_shut_a_member_of_staff_out_of_the_own_browser() -> None:
    member = factories.staff("official")
    own = browser()
    assert staff_enters(own, member, factories.PASSWORD) == 302
    own.post("/sign-out/")
    for _try in range(11):
        browser().post("/staff/sign-in/", {"username": member.username, "password": "x", "token": "000000"})
    TokenDevice.objects.update(last_t=-1)
    assert staff_enters(browser(), member, factories.PASSWORD) == 422
    TokenDevice.objects.update(last_t=-1)
    assert staff_enters(own, member, factories.PASSWORD) == 302


def test_keys_of_authenticator_apps_are_not_readable_in_the_database() -> None:
    factories.staff("official")
    device = TokenDevice.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT key FROM accounts_tokendevice")
        stored = cursor.fetchone()[0]
    assert device.key not in stored
    assert len(device.bin_key) == 20
    assert device.config_url.startswith("otpauth://totp/")


def test_refusals_at_the_door_leave_a_line_without_the_person(caplog: pytest.LogCaptureFixture) -> None:
    client = browser()
    asks(client)
    enters(client, wrong(code_to()))
    browser().post("/staff/sign-in/", {"username": "somebody", "password": "x", "token": "000000"})
    for _time in range(4):
        with clock.at(clock.now() + timedelta(minutes=2 * (_time + 1))):
            client.post("/sign-in/", {"phone": PHONE})
    told = [(one.name.removeprefix("portal.refused."), one.getMessage()) for one in caplog.records]
    assert ("sign_in", "wrong_code") in told
    assert ("staff_sign_in", "wrong name, password or one-time password") in told
    assert ("limit", "code") in told
    assert not re.search(f"{PHONE}|somebody", " ".join(f"{one.__dict__}" for one in caplog.records))
