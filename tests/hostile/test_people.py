"""Who works here, attacked: foreign counties, roles nobody offered, one link at once, guesses, stale sessions."""

import uuid
from functools import partial
from itertools import product

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.limit_rules import LINKS
from accounts.models import Account, Leave, Role, StaffChange, TokenDevice
from accounts.people.appointing import link_make, staff_invite, staff_reset_open
from accounts.people.joining import Pending, join_begin, join_finish
from accounts.people.leaves import leave_make
from accounts.people.members import staff_active
from accounts.people.recovery import WRONG, code_use, codes_left, codes_renew
from accounts.people.terms import Terms
from foundation import clock
from foundation.errors import Refused
from portal.people.urls import urlpatterns
from tests import factories
from tests.accounts.people.conftest import signed_in, token
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
COUNTY, OTHER = factories.DISTRICT, "430703"
REVIEWER = [Terms("reviewer", COUNTY, "WL01")]
OWN = {
    "people:me",
    "people:password",
    "people:codes",
    "people:join",
}  # everybody of the staff, or whoever holds the link


def pending(device: Pending) -> str:
    from django_otp.oath import TOTP

    return f"{TOTP(device.device.bin_key).token():06d}"


def fingerprint() -> list[object]:
    """Everything these pages can change."""
    return [
        list(Account.objects.order_by("pk").values_list("pk", "is_active", "password", "username")),
        list(Role.objects.order_by("pk").values_list("pk", "account", "name", "until_day")),
        list(StaffChange.objects.order_by("pk").values_list("pk", "state", "token_index")),
        list(Leave.objects.order_by("pk").values_list("pk", "ended_at")),
        list(TokenDevice.objects.order_by("pk").values_list("pk", "key")),
    ]


class Office:
    """A county with an official, a reviewer, an invitation, a reset and a leave: what strangers aim at."""

    def __init__(self) -> None:
        factories.world()
        self.official = factories.staff("official")
        self.reviewer = factories.staff("reviewer", school="WL01")
        self.colleague = factories.staff("reviewer", school="WL02")
        self.invited = staff_invite(actor=self.official, name="合成新人", phone="", roles=REVIEWER)
        self.reset = staff_reset_open(actor=self.official, account=self.reviewer)
        today = clock.today()
        self.leave = leave_make(
            actor=self.reviewer, account=self.reviewer, deputy=self.colleague, first=today, last=today
        )

    def paths(self) -> list[tuple[str, str]]:
        values: dict[str, list[object]] = {
            "person_id": [self.official.public_id, self.reviewer.public_id, uuid.uuid4()],
            "change_id": [self.invited.public_id, self.reset.public_id],
            "leave_id": [self.leave.public_id],
            "role_id": list(Role.objects.values_list("pk", flat=True)),
            "token": ["nobodys-link"],
            "key_id": [1],
        }
        found = []
        for pattern in urlpatterns:
            assert isinstance(pattern, URLPattern)
            names = list(pattern.pattern.converters)
            for chosen in product(*(values[name] for name in names)):
                name = f"people:{pattern.name}"
                found.append((name, reverse(name, kwargs=dict(zip(names, chosen, strict=True)))))
        return found


BODY = {
    "name": "合成",
    "role-0": "official",
    "place-0": COUNTY,
    "token": "123456",
    "deputy": "",
    "from": "2026-11-29",
    "until": "2027-01-01",
}
STRANGERS = ["anonymous", "guardian", "reviewer", "notary", "witness", "clerk", "supervisor", "official elsewhere"]


def enter(who: str) -> Client:
    if who == "anonymous":
        return Client()
    if who == "guardian":
        client = Client()
        client.force_login(factories.guardian())
        return client
    if who == "official elsewhere":
        return signed_in(factories.staff("official", district=OTHER))
    return signed_in(factories.staff(who))


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_reads_or_changes_people_who_are_not_theirs(who: str) -> None:
    office = Office()
    client = enter(who)
    before = fingerprint()
    elsewhere = {"people:list", "people:invite", "people:abilities"} if who == "official elsewhere" else set()
    for name, path in office.paths():
        shown = client.get(path)
        assert shown.status_code in {200, 302, 400, 401, 403, 404, 405, 410}, path
        if shown.status_code == 200:
            assert name in OWN | elsewhere, path
            assert "合成新人" not in shown.text
            colleagues = who == "reviewer" and name == "people:me"  # who could take over from a reviewer: reviewers
            assert colleagues or office.reviewer.username not in shown.text
            assert office.official.username not in shown.text
        assert client.post(path, BODY).status_code in {302, 400, 401, 403, 404, 405, 409, 410, 422}, path
        assert fingerprint() == before, path


@pytest.mark.parametrize("role", ["official", "city", "supervisor", "department", "nosuchrole", "", "official\0"])
@pytest.mark.parametrize("place", [COUNTY, OTHER, "4307", "43", "", "x", "430702/NOWHERE", "/", "430702/WL01/2"])
def test_a_role_nobody_offered_is_not_given_by_posting_it(role: str, place: str) -> None:
    office = Office()
    client = signed_in(office.official)
    before = list(Role.objects.order_by("pk").values_list("account", "name", "district_code"))
    waiting = StaffChange.objects.count()
    body = {"name": "合成", "role-0": role, "place-0": place, "token": "000000"}
    for path in (reverse("people:invite"), reverse("people:give", args=[office.reviewer.public_id])):
        answer = client.post(path, body)
        assert answer.status_code == 422, path
        assert 'data-qa="errors"' in answer.text
    assert list(Role.objects.order_by("pk").values_list("account", "name", "district_code")) == before
    assert StaffChange.objects.count() == waiting


@pytest.mark.parametrize("typed", ["2026-13-40", "yesterday", "9999-99-99", "\0"])
def test_days_that_are_none_are_refused(typed: str) -> None:
    office = Office()
    client = signed_in(office.official)
    body = {"role-0": "clerk", "place-0": COUNTY, "from-0": typed}
    answer = client.post(reverse("people:give", args=[office.reviewer.public_id]), body)
    assert answer.status_code == 422
    assert client.post(reverse("people:me-leave"), {"from": typed, "until": typed}).status_code == 422


def test_one_link_used_at_once_makes_one_account() -> None:
    office = Office()
    _change, secret = link_make(actor=office.official, change_id=office.invited.public_id)
    each = [
        join_begin(office.invited, username=f"li.na{at}", password=factories.PASSWORD, again=factories.PASSWORD)
        for at in range(6)
    ]

    def use(one: Pending) -> object:
        try:
            return join_finish(token=secret, pending=one, code=pending(one))
        except Refused as refused:
            return refused.code

    office.invited.refresh_from_db()
    got = at_once([partial(use, one) for one in each])
    assert sorted(str(one) for one in got if isinstance(one, str)) == ["used"] * 5
    assert Account.objects.filter(username__startswith="li.na").count() == 1


def test_two_administrators_who_switch_each_other_off_at_once_leave_one() -> None:
    one, other = factories.staff("official"), factories.staff("official")

    def off(actor: Account, account: Account) -> object:
        try:
            return staff_active(actor=Account.objects.get(pk=actor.pk), account=account, active=False)
        except (Refused, ValueError) as refused:
            return refused

    at_once([lambda: off(one, other), lambda: off(other, one)])
    assert Account.objects.filter(is_active=True, roles__name="official").count() == 1


def test_who_is_switched_off_is_out_with_the_next_page() -> None:
    office = Office()
    client = signed_in(office.reviewer)
    assert client.get(reverse("people:me")).status_code == 200
    staff_active(actor=office.official, account=office.reviewer, active=False)
    for path in (reverse("people:me"), "/admin/", "/admin/enrollment/application/"):
        assert client.get(path).status_code == 302


def test_guessing_links_is_slow() -> None:
    most = LINKS[0].most
    paths = [reverse("people:join", args=[f"guess-{at}"]) for at in range(most + 1)]
    answers = [Client().get(path, REMOTE_ADDR="203.0.113.77") for path in paths]
    assert {answer.status_code for answer in answers} == {410}
    assert answers[-1].text != answers[0].text  # now it says how long to wait


def test_guessing_recovery_codes_slows_down_and_the_owner_keeps_the_authenticator() -> None:
    official = factories.staff("official")
    codes = codes_renew(account=official, token=token(official))
    for at in range(3):
        assert code_use(account=official, typed=f"AAAAA-AAAA{at + 2}") is None
    assert code_use(account=official, typed=codes[0]) is None  # even a right one waits now
    assert codes_left(official) == 10
    typed = {"username": official.username, "password": factories.PASSWORD, "token": token(official)}
    assert Client().post("/staff/sign-in/", typed).status_code == 302
    assert WRONG <= 10


def test_of_eight_uses_of_one_recovery_code_at_once_one_counts() -> None:
    official = factories.staff("official")
    codes = codes_renew(account=official, token=token(official))
    got = at_once([lambda: code_use(account=official, typed=codes[3])] * 8)
    assert sum(one is not None for one in got) == 1


def test_a_recovery_code_confirms_nothing_that_is_final() -> None:
    factories.world()
    official, _second = factories.staff("official"), factories.staff("official")
    codes = codes_renew(account=official, token=token(official))
    with pytest.raises(Refused):
        staff_invite(actor=official, name="合成", phone="", roles=[Terms("official", COUNTY)], token=codes[0])
    assert codes_left(official) == 10


KEYS = ("people:key-begin", "people:key-complete", "people:enter-begin", "people:enter-complete")
BODIES = (
    "",
    "{}",
    "[]",
    "null",
    "{",
    '"x"',
    '{"id": 7}',
    '{"id": "x", "rawId": "x", "response": {}, "type": "public-key"}',
)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("name", KEYS)
def test_nonsense_in_the_place_of_a_key_is_an_answer(name: str, body: str) -> None:
    official = factories.staff("official")
    for client in (Client(), signed_in(official)):
        session = client.session
        session["otp_webauthn_register_state"] = {"challenge": "x", "require_user_verification": True}
        session["otp_webauthn_authentication_state"] = {"challenge": "x", "require_user_verification": True}
        session.save()
        answer = client.post(reverse(name), body, content_type="application/json")
        begun = name == "people:enter-begin" and answer.status_code == 200
        assert begun or answer.status_code in {400, 401, 403, 404, 422}, answer.content


def test_a_stolen_session_adds_no_key() -> None:
    client = signed_in(factories.staff("official"))
    answer = client.post(reverse("people:key-begin"), "{}", content_type="application/json")
    assert answer.status_code == 422
    guardian = Client()
    guardian.force_login(factories.guardian())
    assert guardian.post(reverse("people:key-begin"), "{}", content_type="application/json").status_code == 403
