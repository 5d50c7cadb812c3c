"""Rules: a version with its mistakes at their lines, in plain words beside another, and for whom it changes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Account
from enrollment.filing.submission.services import application_withdraw
from enrollment.seasons.models import PolicyVersion
from enrollment.setup.models import RuleComparison
from enrollment.setup.services.rules import comparisons_go_on, rules_compare, rules_upload
from foundation.errors import NotAllowed, Refused
from policy import PolicyError, scheme_text
from tests import factories
from tests.agencies import City
from tests.enrollment.assisted.test_visits import at_desk
from tests.enrollment.over_http import checked as filed_and_checked

pytestmark = pytest.mark.django_db
PLACE, YEAR = factories.DISTRICT, factories.YEAR
TEXT = scheme_text("changde")
STRICTER = TEXT.replace("count: 2", "count: 3")


@pytest.fixture
def official() -> Account:
    factories.world()
    return factories.staff("official")


def upload(who: Account, text: str, code: str = "changde") -> PolicyVersion:
    return rules_upload(official=who, district=PLACE, year=YEAR, code=code, content=text.encode())


def test_a_version_is_stored_once_and_the_next_beside_it(official: Account) -> None:
    assert upload(official, TEXT).number == 1
    assert upload(official, STRICTER).number == 2
    assert upload(official, STRICTER.replace("\n", "\r\n")).number == 2
    with pytest.raises(PolicyError) as wrong:
        upload(official, TEXT.replace("mechanism: parallel", "mechanism: lottery"))
    assert wrong.value.errors[0].line > 1
    for code, content in (
        ("Ch ang", TEXT.encode()),
        ("x", b""),
        ("x", "政策".encode("gb18030")),
        ("x", b"x" * 600_000),
    ):
        with pytest.raises(Refused):
            rules_upload(official=official, district=PLACE, year=YEAR, code=code, content=content)
    assert PolicyVersion.objects.count() == 2


def test_mistakes_are_shown_at_their_line_and_versions_side_by_side(client: Client, official: Account) -> None:
    desk, at = at_desk(client, official), f"/official/season/{PLACE}/{YEAR}/rules/"
    wrong = TEXT.replace("mechanism: parallel", "mechanism: lottery")
    line = wrong.splitlines().index(next(one for one in wrong.splitlines() if "mechanism: lottery" in one)) + 1
    answer = desk.post(at, {"code": "changde", "file": SimpleUploadedFile("a.yaml", wrong.encode())})
    assert answer.status_code == 422
    assert f"第{line}行" in answer.content.decode()
    answer = desk.post(at, {"code": "changde", "file": SimpleUploadedFile("a.yaml", STRICTER.encode())})
    assert answer.status_code == 302
    page = desk.get(answer["Location"]).content.decode()
    assert 'data-qa="added"' in page
    assert desk.get(f"{at}changde/9/").status_code == 404


def test_a_worker_says_for_whom_it_changes(official: Account, agencies: City) -> None:
    one = factories.family(factories.world())
    agencies.believe(one)
    filed_and_checked(one.submit())
    before = PolicyVersion.objects.get()
    after = upload(official, TEXT.replace("tier: 1", "tier: 1", 1).replace("count: 2", "count: 3"))
    made = rules_compare(official=official, district=PLACE, year=YEAR, before=before.pk, after=after.pk)
    assert rules_compare(official=official, district=PLACE, year=YEAR, before=before.pk, after=after.pk) == made
    assert comparisons_go_on() == 1
    assert comparisons_go_on() == 0
    made.refresh_from_db()
    assert (made.state, made.result["families"]) == ("done", 1)
    assert made.result["changes"] == []  # counts only: nobody is named
    factories.family(factories.world()).submit()  # no agency has answered about it, and it counts all the same
    gone = factories.family(factories.world()).submit()
    application_withdraw(guardian=gone.guardian, application_id=gone.pk)
    again = rules_compare(official=official, district=PLACE, year=YEAR, before=before.pk, after=after.pk)
    comparisons_go_on()
    again.refresh_from_db()
    assert (again.result["families"], again.result["unjudged"], made.result["unjudged"]) == (2, 1, 0)
    page = at_desk(Client(), official).get(f"/official/season/{PLACE}/{YEAR}/rules/{after.code}/2/?with={before.pk}")
    assert 'data-qa="unjudged"' in page.content.decode()
    stranger = factories.staff("official", district="430703")
    with pytest.raises(NotAllowed):
        rules_compare(official=stranger, district=PLACE, year=YEAR, before=before.pk, after=after.pk)
    assert RuleComparison.objects.count() == 2
