"""How many statements each page of a family asks of the database: a bound a page, so that none grows with its rows.

The bounds were exact when written. Whoever adds a query on purpose raises the number here and says why in the
commit; a query a row shows at once, because every family here has two children.
"""

import json
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import staff_lists
from accounts.models import Account, TokenDevice
from enrollment.filing.drafts.services import draft_file
from enrollment.seasons.models import Application
from enrollment.seasons.rules.policies import compiled
from notifications.models import Message
from tests import factories

PHONE = "19900004321"
GUARDIAN = factories.adult_number()
ONCE_IN_A_WHILE = re.compile(  # what a process asks again when some seconds are over: whichever page is the next pays
    r'FROM "enrollment_season" WHERE "enrollment_season"."synthetic" LIMIT 1$|FROM "helpdesk_announcement"'
)
STAFF = {
    "/admin/": 28,  # my day asks once for each kind of work, the figures once for each number
    "/admin/enrollment/application/": 12,
    "/admin/enrollment/application/?desk=all&group_code=A": 12,
    "/admin/notifications/message/": 12,
    "/admin/verification/agencyswitch/": 12,
    "/official/desk/": 12,
    "/official/desk/?due=over": 12,
    "/official/desk/?q=26": 12,
    "/official/desk/?q=合成": 12,
    "case": 16,  # with who has it, notes, errands, wordings, a second reading, what departments were asked
    "waiting case": 20,  # the same, and what is beside it: entries of the child, families of the home, who has it open
    "search": 12,
}
API = {
    "session/code/": 10,
    "session/": 6,
    "applications/": 21,  # how often today this child and account were submitted, and whether the door is open
    "applications/ again": 4,
}
WIZARD = {
    "/sign-in/": 1,
    "POST /sign-in/": 11,
    "/sign-in/code/": 1,
    "POST /sign-in/code/": 14,
    "/my/": 13,
    "/my/children/add/": 2,
    "guardian": 3,
    "household": 3,
    "home": 3,
    "work": 3,
    "choices": 10,
    "POST household": 11,
    "POST choices": 11,
    "documents": 7,
    "check": 11,
    "POST check": 19,  # and how often today this child and this account were submitted
    # the agencies' answers, whether they are kept from the reader, a case of false declaration, cases with departments
    "application": 16,
}


class Counted:
    """A browser that counts the statements of each request."""

    def __init__(self) -> None:
        self.client = Client(headers={"accept-language": "zh-hans"})
        self.asked: dict[str, list[str]] = {}

    def get(self, path: str, name: str = "") -> Any:
        return self._ask(name or path, lambda: self.client.get(path))

    def post(self, path: str, data: dict[str, Any], name: str = "") -> Any:
        return self._ask(name or f"POST {path}", lambda: self.client.post(path, data))

    def api(self, path: str, body: dict[str, Any], name: str = "") -> Any:
        text = json.dumps(body)
        return self._ask(
            name or path, lambda: self.client.post(f"/api/v1/{path}", text, content_type="application/json")
        )

    def _ask(self, name: str, ask: Any) -> Any:
        with CaptureQueriesContext(connection) as asked:
            answer = ask()
        assert answer.status_code < 400, (name, answer.status_code)
        self.asked[name] = [one["sql"] for one in asked.captured_queries if not ONCE_IN_A_WHILE.search(one["sql"])]
        return answer

    def code(self) -> str:
        found = re.search(r"\d{6}", Message.objects.filter(secret=True).latest("pk").body)
        assert found is not None
        return found.group()

    def compare(self, bounds: dict[str, int]) -> None:
        """No request asked more than its bound; each was made."""
        more = {name: len(self.asked[name]) for name, most in bounds.items() if len(self.asked[name]) > most}
        assert not more, "\n".join([f"{more}", *(f"{name}: {sql[:200]}" for name in more for sql in self.asked[name])])


@pytest.fixture
def place() -> factories.World:
    made = factories.world()
    compiled(made.round.policy)  # once a process: not a page's own
    return made


@pytest.mark.django_db(transaction=True)
def test_signing_in_and_filing_through_the_api(place: factories.World) -> None:
    browser = Counted()
    browser.api("session/code/", {"phone": PHONE})
    browser.api("session/", {"phone": PHONE, "code": browser.code()})
    answers = {name: value for name, value in factories.answers().items() if name != "choices"}
    body = {
        "client_token": str(uuid.uuid4()),
        "round": place.round.pk,
        "child": {"name": "合成孩子", "id_number": factories.child_number()},
        "answers": answers,
        "choices": ["WL01", "WL02"],
    }
    browser.api("applications/", body)
    browser.api("applications/", body, "applications/ again")
    browser.compare(API)


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_a_family_with_two_children(place: factories.World) -> None:
    browser = Counted()
    browser.get("/sign-in/")
    browser.post("/sign-in/", {"phone": PHONE})
    browser.get("/sign-in/code/")
    browser.post("/sign-in/code/", {"code": browser.code()})
    parent = Account.objects.get(kind="guardian")
    browser.get("/my/children/add/")
    drafts = [
        draft_file(
            guardian=parent,
            round_=place.round,
            child={"name": "合成孩子", "id_number": factories.child_number()},
            answers=factories.answers(guardian_id=GUARDIAN),
        )
        for _child in range(2)
    ]
    for draft in drafts:  # the second child's pages ask no more than the first one's
        _fill_in(browser, f"/my/apply/{draft.public_id}/")
    browser.get("/my/")
    browser.compare(WIZARD)


def _fill_in(browser: Counted, form: str) -> None:
    for page in ("guardian", "household", "home", "work", "choices", "documents"):
        browser.get(f"{form}{page}/", page)
    browser.post(f"{form}household/", factories.answers(guardian_id=GUARDIAN), "POST household")
    browser.post(f"{form}choices/", {**factories.answers(), "school": ["WL01", "WL02"]}, "POST choices")
    shown = browser.get(f"{form}check/", "check").content.decode()
    hidden = dict(re.findall(r'name="(client_token|seen)"\s+value="([^"]+)"', shown))
    filed = browser.post(f"{form}check/", {"declare": "yes", **hidden}, "POST check")
    browser.get(filed.url, "application")


@pytest.mark.django_db(transaction=True)
def test_the_pages_of_the_staff_site_over_several_families(place: factories.World) -> None:
    filed = [factories.family(place).submit() for _family in range(4)]
    browser, official = Counted(), factories.staff("official")
    browser.client.force_login(official)
    session = browser.client.session
    session["otp_device_id"] = TokenDevice.objects.get(user=official).persistent_id
    session.save()
    for path in STAFF:
        if path.startswith("/admin/"):
            browser.get(path)
    browser.get(f"/admin/enrollment/application/?q={filed[0].receipt}", "search")
    browser.get(f"/admin/enrollment/application/{filed[0].pk}/change/", "case")
    waiting = [factories.application("attention", place=place) for _family in range(3)]
    for path in (one for one in STAFF if one.startswith("/official/desk/")):
        assert browser.get(path).status_code == 200  # the first look of a filter keeps it, the second one is counted
        browser.get(path)
    browser.get(f"/admin/enrollment/application/{waiting[0].pk}/change/", "waiting case")
    browser.compare(STAFF)


@pytest.mark.django_db
def test_a_list_counts_exactly_below_its_bound_and_says_about_above_it(monkeypatch: pytest.MonkeyPatch) -> None:
    place = factories.world()
    for _family in range(3):
        factories.family(place).submit()
    rows = Application.objects.order_by("pk")
    below = staff_lists.ListPaginator(rows, 2)
    assert (below.count, below.about, below.num_pages) == (3, None, 2)
    assert [row.pk for page in (1, 2) for row in below.page(page)] == list(rows.values_list("pk", flat=True))
    monkeypatch.setattr(staff_lists, "MOST", 2)
    above = staff_lists.ListPaginator(rows, 2)
    assert (above.count, above.num_pages) == (2, 1)
    assert above.about is not None
    assert above.about >= 3
    assert [staff_lists.rounded(many) for many in (7, 4321, 239_981)] == [7, 4300, 240_000]
