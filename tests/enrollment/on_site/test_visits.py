"""Class five: nobody is approved without a visit on record, and the district's switch says whether one is made."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.test.utils import CaptureQueriesContext

from accounts.models import Account
from enrollment.on_site.models import OnSiteVisit
from enrollment.on_site.selectors import missing_visit, to_visit
from enrollment.on_site.services import on_site_record
from enrollment.privacy.sweeps import files_sweep
from enrollment.review.services import review_approve
from enrollment.seasons.models import Application, ApplicationVersion
from enrollment.seasons.services.seasons import after_rules_store
from foundation import clock, files
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.agencies import City
from tests.enrollment.documents.test_content import picture
from tests.enrollment.over_http import REASON, checked
from tests.entering import signed_in

pytestmark = pytest.mark.django_db


def fifth(agencies: City) -> Application:
    """A family of the fifth class: neither home nor household here, no permit, no insurance."""
    one = factories.family(
        factories.world(),
        household_here="no",
        household_address="",
        home_kind="none",
        home_address="",
        home_certificate="",
        home_owner_relation="",
        home_share="",
    )
    application = checked(one.submit())
    assert application.needs_offline_check, application.versions.get().evaluation
    return application


def teacher() -> Account:
    return factories.staff("reviewer", school="WL01")


def approve(application: Application) -> Application:
    return review_approve(reviewer=teacher(), application_id=application.pk, reason=REASON)


def visited(application: Application, **changed: Any) -> OnSiteVisit:
    said: dict[str, Any] = {"at": clock.now(), "result": "confirmed", "paper": "走访 3 号", **changed}
    return on_site_record(staff=teacher(), application_id=application.pk, **said)


def test_no_approval_without_a_visit(agencies: City) -> None:
    application = fifth(agencies)
    assert application.state == "attention"
    with pytest.raises(Refused) as refused:
        approve(application)
    assert refused.value.code == "visit"
    visited(application, result="absent", paper="")
    with pytest.raises(Refused):
        approve(application)
    made = visited(application)
    assert (made.version, made.result) == (1, "confirmed")
    assert approve(application).state == "approved"


def test_a_visit_that_found_something_else_approves_nothing(agencies: City) -> None:
    application = fifth(agencies)
    visited(application)
    visited(application, result="different", note="门牌不存在")
    with pytest.raises(Refused) as refused:
        approve(application)
    assert refused.value.code == "visit"


def test_a_list_of_many_asks_no_more_than_one_of_few() -> None:
    place, asked = factories.world(), []
    for _more in range(2):
        for _family in range(2):
            one = factories.application("attention", place=place)
            Application.objects.filter(pk=one.pk).update(needs_offline_check=True)
        with CaptureQueriesContext(connection) as queries:
            assert len(to_visit(factories.staff("official"))) == Application.objects.count()
        asked.append(sum(one["sql"].startswith("SELECT") for one in queries.captured_queries))
    assert asked[0] == asked[1]


def test_the_district_may_switch_visits_off(agencies: City) -> None:
    application = fifth(agencies)
    after_rules_store(season=application.round.season, rules={"on_site_visits": False})
    assert to_visit(teacher()) == []
    assert approve(application).state == "approved"


def test_a_new_address_is_visited_again(agencies: City) -> None:
    application = fifth(agencies)
    visited(application)
    assert missing_visit(application) == ""
    first = application.versions.get()
    claims = {**first.claims, "answers": {**first.claims["answers"], "home_address": factories.ELSEWHERE}}
    ApplicationVersion.objects.create(
        application=application,
        number=2,
        policy=first.policy,
        claims=claims,
        claims_hash="0" * 64,
        client_token="11111111-1111-4111-8111-111111111111",
        submitted_by=first.submitted_by,
        submitted_at=clock.now(),
    )
    application.version = 2
    assert missing_visit(application)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"result": "x"}, "result"),
        ({"paper": ""}, "photo"),
        ({"result": "different"}, "note"),
        ({"photo": b"%PDF-"}, "file"),
    ],
)
def test_what_is_incomplete_is_refused(agencies: City, changed: dict[str, Any], field: str) -> None:
    application = fifth(agencies)
    with pytest.raises(Refused) as refused:
        visited(application, **changed)
    assert refused.value.field == field
    for at in (clock.now() + timedelta(days=1), application.submitted_at - timedelta(days=1)):
        with pytest.raises(Refused) as late:
            visited(application, at=at)
        assert late.value.field == "at"


def test_only_whose_care_it_is_and_only_while_it_is_open(agencies: City) -> None:
    application = fifth(agencies)
    for stranger in (factories.staff("reviewer", school="WL02"), factories.staff("clerk")):
        with pytest.raises(NotAllowed):
            on_site_record(staff=stranger, application_id=application.pk, at=clock.now(), result="confirmed", paper="1")
    visited(application)
    approve(application)
    with pytest.raises(Refused) as refused:
        visited(application)
    assert refused.value.code == "decided"


def test_a_visit_never_changes_and_its_photo_stays(agencies: City) -> None:
    application = fifth(agencies)
    made = visited(application, photo=picture(), paper="")
    assert files.load(made.photo_sha256)
    files_sweep()
    assert files.load(made.photo_sha256)
    with pytest.raises(DatabaseError), transaction.atomic():
        OnSiteVisit.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        OnSiteVisit.objects.update(version=7)


def test_the_teachers_pages(agencies: City) -> None:
    application = fifth(agencies)
    browser = signed_in(teacher())
    assert application.receipt in browser.get("/official/on-site/").content.decode()
    address = f"/official/on-site/{application.pk}/"
    assert browser.get(address).status_code == 200
    typed = {"at": clock.now().strftime("%Y-%m-%dT%H:%M"), "result": "confirmed"}
    assert browser.post(address, typed).status_code == 422
    assert browser.post(address, {**typed, "at": "x"}).status_code == 422
    done = browser.post(address, {**typed, "photo": SimpleUploadedFile("a.jpg", picture())})
    assert done.status_code == 302
    assert application.receipt not in browser.get("/official/on-site/").content.decode()
    made = OnSiteVisit.objects.get()
    assert browser.get(f"/official/on-site/photos/{made.public_id}/")["Content-Type"] == "image/jpeg"
    stranger = signed_in(factories.staff("reviewer", school="WL02"))
    for path in (address, f"/official/on-site/photos/{made.public_id}/"):
        assert stranger.get(path).status_code == 404
    assert "走访" not in stranger.get("/official/on-site/").content.decode()
