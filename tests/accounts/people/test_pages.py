"""The pages of people, opened and pressed as an administrator does."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Account, Leave, Role, StaffChange
from audit.models import Entry
from foundation import clock
from tests import factories
from tests.accounts.people.conftest import signed_in, token

pytestmark = pytest.mark.django_db


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_an_official_invites_two_confirm_and_the_link_is_shown_once(official: Account, second: Account) -> None:
    mine, other = signed_in(official), signed_in(second)
    body = {"name": "李娜", "phone": "13900001111", "role-0": "official", "place-0": "430702"}
    assert mine.post(reverse("people:invite"), body).status_code == 422
    shown = mine.post(reverse("people:invite"), {**body, "token": token(official)}, follow=True)
    assert "second, different administrator" in shown.text
    assert second.username in shown.text
    change = StaffChange.objects.get()
    assert 'data-qa="make-link"' not in shown.text
    for client in (mine, other):
        assert "李娜" in client.get(reverse("people:list")).text
    page = other.get(reverse("people:change", args=[change.public_id]))
    assert 'data-qa="confirm"' in page.text
    assert other.post(reverse("people:confirm", args=[change.public_id]), {"token": "1"}).status_code == 422
    Account.objects.get(pk=second.pk).tokendevice_set.update(throttling_failure_count=0)
    done = other.post(reverse("people:confirm", args=[change.public_id]), {"token": token(second)}, follow=True)
    assert second.username in done.text
    linked = mine.post(reverse("people:link", args=[change.public_id]))
    assert "<svg" in linked.text
    assert "sms:+8613900001111" in linked.text
    address = re.search(r"/staff/join/[\w-]+/", linked.text)
    assert address is not None
    assert Client().get(address[0]).status_code == 200
    assert address[0] not in mine.get(reverse("people:change", args=[change.public_id])).text
    assert mine.post(reverse("people:withdraw", args=[change.public_id]), follow=True).status_code == 200
    assert mine.post(reverse("people:link", args=[change.public_id])).status_code == 422
    assert Client().get(address[0]).status_code == 410


def test_one_person_from_role_to_end(official: Account) -> None:
    client, reviewer = signed_in(official), factories.staff("reviewer", school="WL01")
    here = reverse("people:person", args=[reviewer.public_id])
    assert "滨湖路小学" in client.get(here).text
    given = {"role-0": "clerk", "place-0": "430702", "from-0": day(1), "until-0": day(9)}
    assert client.post(reverse("people:give", args=[reviewer.public_id]), given).status_code == 302
    text = client.get(here).text
    assert "Service-point clerk" in text
    role = Role.objects.get(account=reviewer, name="clerk")
    assert client.post(reverse("people:take", args=[reviewer.public_id, role.pk])).status_code == 302
    assert client.post(reverse("people:disable", args=[reviewer.public_id])).status_code == 302
    assert "Switched off" in client.get(here).text
    assert client.post(reverse("people:reset", args=[reviewer.public_id])).status_code == 422
    assert client.post(reverse("people:enable", args=[reviewer.public_id])).status_code == 302
    answer = client.post(reverse("people:reset", args=[reviewer.public_id]), follow=True)
    assert "Show the link" in answer.text
    assert reviewer.username in client.get(reverse("people:list"), {"q": "WL01"}).text
    assert "Nobody is found" in client.get(reverse("people:list"), {"q": "nobody\0here"}).text
    assert client.post(reverse("people:take", args=[reviewer.public_id, 987654321])).status_code == 422


def test_leave_is_entered_by_oneself_and_shows_where_roles_come_from(official: Account) -> None:
    one, other = factories.staff("reviewer", school="WL01"), factories.staff("reviewer", school="WL02")
    mine, theirs = signed_in(one), signed_in(other)
    assert str(other.public_id) in mine.get(reverse("people:me")).text
    body = {"deputy": str(other.public_id), "from": day(0), "until": day(2)}
    assert mine.post(reverse("people:me-leave"), {**body, "until": ""}).status_code == 422
    assert "Away until" in mine.post(reverse("people:me-leave"), body, follow=True).text
    assert "stands in for" in theirs.get(reverse("people:me")).text
    text = signed_in(official).get(reverse("people:person", args=[other.public_id])).text
    assert "stands in for" in text
    assert text.count("End<") == 1  # what is lent is not ended there
    leave = Leave.objects.get()
    assert mine.post(reverse("people:me-leave-end", args=[leave.public_id])).status_code == 302
    assert "stands in for" not in theirs.get(reverse("people:me")).text


def test_what_nobody_can_do_is_named(official: Account) -> None:
    text = signed_in(official).get(reverse("people:abilities")).text
    assert "Nobody here can: Witness a draw and sign its minutes" in text
    assert signed_in(official).get(reverse("people:abilities"), {"place": "430703"}).status_code == 404


def test_ones_own_codes_are_made_with_a_one_time_password(official: Account) -> None:
    client = signed_in(official)
    assert client.post(reverse("people:renew"), {"token": "000000"}).status_code == 422
    Account.objects.get(pk=official.pk).tokendevice_set.update(throttling_failure_count=0)
    shown = client.post(reverse("people:renew"), {"token": token(official)}, follow=True)
    assert len(re.findall(r"<li>[2-9A-Z]{5}-[2-9A-Z]{5}</li>", shown.text)) == 10
    assert "10 codes are left" in client.get(reverse("people:me")).text


def test_a_new_password_ends_every_other_session(official: Account) -> None:
    here, elsewhere = signed_in(official), signed_in(official)
    assert reverse("people:password") in here.get(reverse("people:me")).text
    new = "四匹马过桥四次 four horses"
    wrong = (
        ({"password": new, "again": "another one altogether"}, "not the same"),
        ({"password": "q7!x", "again": "q7!x"}, "at least 12"),
        ({"password": factories.PASSWORD, "again": factories.PASSWORD}, "your password already"),
    )
    for typed, words in wrong:
        answer = here.post(reverse("people:password"), {**typed, "token": token(official)})
        assert answer.status_code == 422
        assert words in answer.text
        assert typed["password"] not in answer.text  # a password is never sent back
    assert here.post(reverse("people:password"), {"password": new, "again": new, "token": "000000"}).status_code == 422
    Account.objects.get(pk=official.pk).tokendevice_set.update(throttling_failure_count=0)
    assert elsewhere.get(reverse("people:me")).status_code == 200
    body = {"password": new, "again": new, "token": token(official)}
    assert here.post(reverse("people:password"), body).status_code == 302
    assert here.get(reverse("people:me")).status_code == 200
    assert elsewhere.get(reverse("people:me")).status_code == 302
    assert Account.objects.get(pk=official.pk).check_password(new)
    assert Entry.objects.filter(action="staff.password", actor_id=official.pk).count() == 1


@pytest.mark.parametrize(
    ("page", "heading"),
    [("list", "People"), ("invite", "People"), ("me", "My account and leave"), ("password", "My account and leave")],
)
def test_the_head_of_the_page_says_where_one_is(official: Account, page: str, heading: str) -> None:
    text = signed_in(official).get(reverse(f"people:{page}")).text
    assert re.search(rf"<h1[^>]*>\s*<span[^>]*>\s*{heading}\s*</span\s*>", text)


def test_the_menu_leads_there_and_a_role_that_opens_nothing_is_not_offered(official: Account) -> None:
    client = signed_in(official)
    assert client.get("/admin/accounts/account/").headers["Location"] == reverse("people:list")
    row = client.get(f"/admin/accounts/account/{official.pk}/change/")
    assert row.headers["Location"] == reverse("people:person", args=[official.public_id])
    form = client.get(reverse("people:invite")).text
    assert 'value="reviewer"' in form
    assert not any(f'value="{name}"' in form for name in ("department", "city", "supervisor"))


def test_a_list_of_three_hundred_takes_few_queries(official: Account, django_assert_max_num_queries: object) -> None:
    client = signed_in(official)
    people = [Account(username=f"m{at}", kind="staff", is_staff=True, created_at=clock.now()) for at in range(300)]
    made = Account.objects.bulk_create(people)
    Role.objects.bulk_create(Role(account=one, name="clerk", district_code="430702") for one in made)
    with django_assert_max_num_queries(25):  # type: ignore[operator]
        text = client.get(reverse("people:list")).text
    assert "301 people" in text
    assert text.count('data-qa="member"') == 50
