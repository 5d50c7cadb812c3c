"""Consent by a signed paper: where there is no phone, in the family's county, and not before a second look."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.assisted.models import AssistConsent, AssistEvent, AssistVisit, PaperLook
from enrollment.assisted.visits.paper_look import paper_look
from enrollment.assisted.visits.selectors import papers_waiting
from enrollment.assisted.visits.services import IDLE, Named, consent_by_paper, visit_end, visit_start
from enrollment.seasons.models import Application
from foundation import clock
from foundation.errors import NotAllowed, Refused
from schools.services import district_ensure
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk, clerk, named, open_visit, scan

pytestmark = pytest.mark.django_db
ELSEWHERE = "430721"


def waiting(operator: Account | None = None, who: Named | None = None) -> AssistVisit:
    """A visit whose paper waits for a second person."""
    operator = operator or clerk()
    visit = visit_start(operator=operator, named=who or named())
    consent_by_paper(operator=operator, visit_id=visit.public_id, scan=scan(), covers=("file", "upload"))
    return AssistVisit.objects.get(pk=visit.pk)


def look(looker: Account, visit: AssistVisit, *, passed: bool = True, note: str = "") -> AssistVisit:
    return paper_look(looker=looker, visit_id=visit.public_id, passed=passed, note=note)


def filed(district: str, *, phone: bool = False) -> Account:
    """A family that has applied in a county."""
    family = factories.family(factories.world())
    application = family.submit()
    Application.objects.filter(pk=application.pk).update(district_code=district)
    if district != factories.DISTRICT:
        family.draft.delete()
    if not phone:
        Account.objects.filter(pk=family.guardian.pk).update(phone=None, phone_index=None)
    return Account.objects.get(pk=family.guardian.pk)


def as_written(account: Account) -> Named:
    return named(name=account.name, id_number=account.id_number or "")


def test_a_paper_opens_nothing_before_a_second_person_has_looked(client: Client) -> None:
    factories.world()
    visit = waiting()
    at_desk(client, visit.operator, visit)
    assert client.get("/my/").status_code == 403
    page = client.get(f"/assist/visits/{visit.public_id}/consent/")
    assert 'id="waits"' in page.content.decode()
    look(clerk(), visit)
    answer = client.get(f"/assist/visits/{visit.public_id}/consent/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == f"/assist/visits/{visit.public_id}/"
    assert client.get(answer["HX-Redirect"]).status_code == 200
    assert client.get("/my/").status_code == 200
    assert PaperLook.objects.get().passed
    assert list(AssistEvent.objects.order_by("pk").values_list("kind", flat=True)) == [
        "started",
        "paper",
        "looked",
        "consent",
    ]


def test_the_clerk_cannot_open_a_known_familys_papers_with_a_photo_of_nothing() -> None:
    """It was done: name, number and a blank photo, from another county."""
    family = filed(factories.DISTRICT, phone=True)
    operator = clerk()
    visit = visit_start(operator=operator, named=as_written(family))
    with pytest.raises(Refused) as refused:
        consent_by_paper(operator=operator, visit_id=visit.public_id, scan=scan(), covers=["file"])
    assert refused.value.code == "needs_code"
    stranger = clerk(district=ELSEWHERE)
    visit_end(operator=operator, visit_id=visit.public_id)
    Account.objects.filter(pk=family.pk).update(phone=None, phone_index=None)
    there = Named(**{**vars_of(as_written(family)), "district": ELSEWHERE})
    district_ensure(code=ELSEWHERE)
    visit = visit_start(operator=stranger, named=there)
    with pytest.raises(Refused) as refused:
        consent_by_paper(operator=stranger, visit_id=visit.public_id, scan=scan(), covers=["file"])
    assert refused.value.code == "county"
    assert not AssistConsent.objects.exists()


def vars_of(who: Named) -> dict[str, Any]:
    return {name: getattr(who, name) for name in Named.__slots__}


def test_a_visit_shows_nothing_the_family_has_in_another_county(client: Client) -> None:
    family = filed(factories.DISTRICT)
    one = Application.objects.get()
    visit = open_visit(clerk(), as_written(family))
    at_desk(client, visit.operator, visit)
    assert client.get(f"/my/applications/{one.pk}/").status_code == 200
    Application.objects.update(district_code=ELSEWHERE)
    assert client.get(f"/my/applications/{one.pk}/").status_code == 404
    assert client.get(f"/my/applications/{one.pk}/receipt/").status_code == 404


LOOKERS: dict[str, tuple[Callable[[AssistVisit], Account], bool]] = {
    "another clerk": (lambda visit: clerk(), True),
    "a helper": (lambda visit: clerk(role="helper"), True),
    "a reviewer of a school": (lambda visit: factories.staff("reviewer", school="WL01"), True),
    "an official": (lambda visit: factories.staff("official"), True),
    "the clerk": (lambda visit: visit.operator, False),
    "a clerk of another county": (lambda visit: clerk(district=ELSEWHERE), False),
    "a reviewer of another county": (lambda visit: factories.staff("reviewer", district=ELSEWHERE), False),
    "an untrained clerk": (lambda visit: clerk(trained=False), False),
    "a witness": (lambda visit: factories.staff("witness"), False),
    "a supervisor": (lambda visit: factories.staff("supervisor"), False),
    "the guardian": (lambda visit: visit.guardian, False),
}


@pytest.mark.parametrize("who", LOOKERS)
def test_who_may_look(who: str, client: Client) -> None:
    factories.world()
    make, may = LOOKERS[who]
    visit = waiting()
    looker = make(visit)
    assert (visit in papers_waiting(looker)) == may
    if looker.is_staff:
        at_desk(client, looker)
        assert client.get(f"/assist/papers/{visit.public_id}/").status_code == (200 if may else 404)
        assert client.get(f"/assist/papers/{visit.public_id}/1/").status_code == (200 if may else 404)
    if may:
        assert look(looker, visit).opened_at is not None
        return
    with pytest.raises(NotAllowed):
        look(looker, visit)
    assert AssistVisit.objects.get().opened_at is None


def test_a_paper_that_does_not_pass_ends_the_visit_with_the_reason(client: Client) -> None:
    factories.world()
    visit, second = waiting(), clerk()
    at_desk(client, second)
    path = f"/assist/papers/{visit.public_id}/"
    empty = client.post(path, {"answer": "fail", "note": " "})
    assert empty.status_code == 422
    assert client.post(path, {"answer": "fail", "note": "没有签名"}).status_code == 302
    visit.refresh_from_db()
    assert (visit.end_reason, visit.opened_at) == ("refused", None)
    at_desk(client, visit.operator)
    assert "没有签名" in client.get(f"/assist/visits/{visit.public_id}/consent/").content.decode()
    with pytest.raises(Refused):
        look(second, visit)


def test_a_look_counts_once_and_not_after_the_visit_is_over() -> None:
    factories.world()
    visit = waiting()
    look(clerk(), visit)
    with pytest.raises(Refused) as refused:
        look(clerk(), visit)
    assert refused.value.code == "looked"
    visit_end(operator=visit.operator, visit_id=visit.public_id)
    late = waiting()
    with clock.at(clock.now() + IDLE), pytest.raises(Refused) as refused:
        look(clerk(), late)
    assert refused.value.code == "over"


def test_every_look_at_the_paper_is_recorded_and_never_changed(client: Client) -> None:
    factories.world()
    visit, second = waiting(), clerk()
    at_desk(client, second)
    picture = client.get(f"/assist/papers/{visit.public_id}/1/")
    assert (picture["Content-Type"], picture["Cache-Control"]) == ("image/jpeg", "no-store")
    assert Entry.objects.get(action="visit.paper_read").actor_id == second.pk
    assert visit.number in client.get("/assist/papers/").content.decode()
    look(second, visit)
    with pytest.raises(Exception, match="never changed"), transaction.atomic():
        PaperLook.objects.update(passed=False)
