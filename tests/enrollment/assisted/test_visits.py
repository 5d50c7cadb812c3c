"""A clerk files with a family: only with consent, only for it, only what is covered, and never silently."""

import os
import re
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import resolve
from django_otp import DEVICE_ID_SESSION_KEY
from PIL import Image

from accounts.models import Account, TokenDevice
from audit.models import Entry
from enrollment.account.services.signin import sign_in_code_send
from enrollment.assisted.models import AssistConsent, AssistVisit, HelperTraining
from enrollment.assisted.visits.paper_look import paper_look
from enrollment.assisted.visits.selectors import PAGES, report, visits_to
from enrollment.assisted.visits.services import (
    Named,
    consent_by_code,
    consent_by_paper,
    consent_code_send,
    training_record,
    visit_end,
    visit_start,
    visits_sweep,
)
from enrollment.assisted.visits.takeover import account_claim, claim_code_make
from enrollment.filing.drafts.services import draft_save
from enrollment.privacy.sweeps import files_sweep
from enrollment.seasons.models import Application
from enrollment.urls import urlpatterns
from foundation import clock, files
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from schools.services import district_ensure
from tests import factories

pytestmark = pytest.mark.django_db
ALL = ("file", "upload", "correct")
NOON = datetime(2026, 7, 1, 12, tzinfo=clock.SHANGHAI)


def clerk(*, district: str = factories.DISTRICT, role: str = "clerk", trained: bool = True) -> Account:
    account = factories.staff(role, district=district)
    if trained:
        official = factories.staff("official", district=district)
        training_record(official=official, account=account, on=clock.now())
    return account


def named(**changed: str) -> Named:
    fields = {
        "name": "合成家长",
        "id_number": factories.adult_number(),
        "phone": "",
        "place": "滨湖社区服务站",
        "district": factories.DISTRICT,
    }
    return Named(**(fields | changed))


def scan() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), "white").save(out, "JPEG")
    return out.getvalue()


def open_visit(
    operator: Account, who: Named | None = None, covers: tuple[str, ...] = ("file", "upload", "correct")
) -> Any:
    visit = visit_start(operator=operator, named=who or named())
    consent_by_paper(operator=operator, visit_id=visit.public_id, scan=scan(), covers=covers)
    looked = paper_look(looker=clerk(district=visit.district_id), visit_id=visit.public_id, passed=True)
    return AssistVisit.objects.select_related("operator", "guardian", "consent").get(pk=looked.pk)


def at_desk(client: Client, operator: Account, visit: AssistVisit | None = None) -> Client:
    client.force_login(operator)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=operator).persistent_id
    if visit is not None:
        session["visit"] = str(visit.public_id)
    session.save()
    return client


def sent_code() -> str:
    found = re.search(r"(?<!\d)\d{6}(?!\d)", Message.objects.filter(template="assist_code").latest("pk").body)
    assert found is not None
    return found.group()


def test_a_known_name_that_the_clerk_cannot_type_is_the_known_one() -> None:
    place, operator = factories.world(), clerk()
    parent = factories.assured(factories.guardian("合𬒗长"))
    for typed, same in (("合(石羡)长", True), ("合(石羡)明", False)):
        who = named(name=typed, id_number=parent.id_number, district=place.round.season.district_id)
        if same:
            assert visit_start(operator=operator, named=who).guardian == parent
        else:
            with pytest.raises(Refused):
                visit_start(operator=clerk(), named=who)
    parent.refresh_from_db()
    assert parent.name == "合𬒗长"


def test_a_whole_visit_names_the_operator_in_every_row(
    client: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    place, operator = factories.world(), clerk()
    who = named(phone="19900007711")
    visit = visit_start(operator=operator, named=who)
    consent_code_send(operator=operator, visit_id=visit.public_id)
    at_desk(client, operator)
    answer = client.post(
        f"/assist/visits/{visit.public_id}/consent/", {"way": "code", "code": sent_code(), "covers": ["file", "upload"]}
    )
    assert answer.status_code == 302
    home = client.get("/my/")
    assert home.status_code == 200
    assert operator.username in home.text  # the bar
    assert who.name in home.text
    client.post("/my/children/add/", {"name": "合成小明", "id_number": factories.child_number()})
    draft = visit.guardian.children.get().drafts.get()
    draft_save(
        guardian=visit.guardian,
        draft_id=draft.public_id,
        answers=factories.answers(guardian_id=who.id_number, guardian_name=who.name),
    )
    token = str(uuid.uuid4())
    answer = client.post(f"/my/apply/{draft.public_id}/check/", {"declare": "yes", "client_token": token})
    assert answer.status_code == 302, answer.text
    filed = Application.objects.get(round=place.round)
    assert (filed.channel, filed.online, filed.guardian_id) == ("counter", False, visit.guardian_id)
    assert filed.versions.get().visit_id == visit.pk
    assert set(filed.transitions.values_list("visit_id", flat=True)) == {visit.pk}
    entry = Entry.objects.get(action="application.submit")
    assert (entry.details["operator"], entry.details["visit"]) == (operator.username, visit.pk)
    seen = Entry.objects.filter(action="visit.view", actor_id=operator.pk).values_list("details__page", flat=True)
    assert "enrollment:home" in seen
    page = Client()
    page.force_login(visit.guardian)
    assert "滨湖社区服务站" in page.get(f"/my/applications/{filed.pk}/").text
    assert "滨湖社区服务站" in page.get("/my/visits/").text
    desk = at_desk(Client(), factories.staff("official"))
    assert f"{operator.username}, 滨湖社区服务站" in desk.get(f"/admin/enrollment/application/{filed.pk}/change/").text
    told = Message.objects.filter(account=visit.guardian).values_list("template", flat=True)
    assert {"assist_opened", "received"} <= set(told)


SAID = {"round_id": "1", "name": "guardian", "kind": "x", "way": "left"}


def made_up(found: re.Match[str]) -> str:
    allowed = found[2] if len(found.groups()) > 1 else ""
    return allowed.split("|")[0] if "|" in allowed else SAID.get(found[1], str(uuid.uuid4()))


def family_addresses() -> list[tuple[str, str]]:
    """Every address of a family's page with made-up ids in it: (view name, path)."""
    found = []
    for pattern in urlpatterns:
        route = str(pattern.pattern).removeprefix("^").removesuffix("$").replace("\\", "")
        if route.startswith("my/"):
            path = re.sub(r"\(\?P<(\w+)>([^()]*)\)", made_up, route)
            found.append((f"enrollment:{pattern.name}", "/" + re.sub(r"<\w+:(\w+)>", made_up, path)))
    assert len(found) > 25
    return found


def test_every_family_page_is_shut_to_staff_without_a_visit(client: Client) -> None:
    factories.world()
    at_desk(client, clerk())
    for name, path in family_addresses():
        for answer in (client.get(path, follow=True), client.post(path, follow=True)):  # old URLs lead to the new ones
            assert answer.status_code == 403, (name, path, answer.status_code)


def test_every_family_page_works_or_is_refused_in_words(client: Client) -> None:
    factories.world()
    operator = clerk()
    visit = open_visit(operator)
    at_desk(client, operator, visit)
    covered = {f"enrollment:{name}" for names in PAGES.values() for name in names}
    seen, names = set(), {name for name, _path in family_addresses()}
    for name, path in family_addresses():
        answer = client.get(path)
        if answer.status_code == 308:  # an old URL, which shows nothing itself
            assert resolve(answer["Location"]).view_name in names
            continue
        seen.add(name)
        if name not in covered:
            assert answer.status_code == 403, (name, answer.status_code)
            assert "<h1>" in answer.text
            assert client.post(path).status_code == 403
        else:  # made-up ids: what is not this family's is not there
            assert answer.status_code in {200, 404, 405}, (name, answer.status_code)
    assert covered <= seen


def test_another_familys_ids_answer_404_within_a_visit(client: Client) -> None:
    other = factories.family(factories.world())
    filed = other.submit()
    operator = clerk()
    at_desk(client, operator, open_visit(operator))
    for path in (f"/my/applications/{filed.pk}/", f"/my/apply/{other.draft.public_id}/guardian/"):
        assert client.get(path).status_code == 404


def test_only_what_the_consent_covers(client: Client) -> None:
    factories.world()
    operator = clerk()
    at_desk(client, operator, open_visit(operator, covers=("correct",)))
    assert client.get("/my/").status_code == 200
    assert client.get("/my/children/add/").status_code == 403


@pytest.mark.parametrize(("minutes", "alive"), [(29, True), (31, False)])
def test_a_visit_ends_after_thirty_idle_minutes(client: Client, minutes: int, *, alive: bool) -> None:
    with clock.at(NOON):
        factories.world()
        operator = clerk()
        visit = open_visit(operator)
        at_desk(client, operator, visit)
    with clock.at(NOON + timedelta(minutes=minutes)):
        assert client.get("/my/").status_code == (200 if alive else 403)
    visit.refresh_from_db()
    assert visit.end_reason == ("" if alive else "idle")


def test_a_visit_ends_at_closing_time(client: Client) -> None:
    with clock.at(NOON.replace(hour=17, minute=20)):
        factories.world()
        operator = clerk()
        at_desk(client, operator, open_visit(operator))
    with clock.at(NOON.replace(hour=17, minute=45)):
        assert client.get("/my/").status_code == 200
    with clock.at(NOON.replace(hour=18)):
        assert client.get("/my/").status_code == 403
    assert AssistVisit.objects.get().end_reason == "closing"


def test_a_consent_code_works_once_and_for_its_visit_only() -> None:
    factories.world()
    operator, who = clerk(), named(phone="19900007722")
    first = visit_start(operator=operator, named=who)
    consent_code_send(operator=operator, visit_id=first.public_id)
    code = sent_code()
    consent_by_code(operator=operator, visit_id=first.public_id, code=code, covers=["file"])
    with pytest.raises(Refused) as refused:
        consent_by_code(operator=operator, visit_id=first.public_id, code=code, covers=["file"])
    assert refused.value.code == "given"
    visit_end(operator=operator, visit_id=first.public_id)
    second = visit_start(operator=operator, named=who)
    with pytest.raises(Refused) as refused:
        consent_by_code(operator=operator, visit_id=second.public_id, code=code, covers=["file"])
    assert refused.value.code == "expired"


def test_five_wrong_codes_end_the_visit_and_lock_the_way() -> None:
    factories.world()
    operator, who = clerk(), named(phone="19900007733")
    visit = visit_start(operator=operator, named=who)
    consent_code_send(operator=operator, visit_id=visit.public_id)
    wrong = f"{(int(sent_code()) + 1) % 10**6:06d}"
    codes = []
    for _time in range(5):
        with pytest.raises(Refused) as refused:
            consent_by_code(operator=operator, visit_id=visit.public_id, code=wrong, covers=["file"])
        codes.append(refused.value.code)
    assert codes == ["wrong_code"] * 4 + ["locked"]
    again = visit_start(operator=operator, named=who)
    with pytest.raises(Refused) as refused:
        consent_code_send(operator=operator, visit_id=again.public_id)
    assert refused.value.code == "locked"


def test_two_clerks_cannot_act_for_one_guardian_at_once() -> None:
    factories.world()
    who = named()
    visit = open_visit(clerk(), who)
    with pytest.raises(Refused) as refused:
        visit_start(operator=clerk(), named=who)
    assert refused.value.code == "busy"
    visit_end(operator=visit.operator, visit_id=visit.public_id)
    assert visit_start(operator=clerk(), named=who).guardian_id == visit.guardian_id


def test_a_clerk_of_another_district_begins_nothing_here() -> None:
    factories.world()
    stranger = clerk(district="430721")
    with pytest.raises(NotAllowed):
        visit_start(operator=stranger, named=named())


def test_a_clerk_opens_nothing_in_a_colleagues_visit(client: Client) -> None:
    factories.world()
    visit = open_visit(clerk())
    colleague = clerk()
    at_desk(client, colleague, visit)  # a forged session key
    assert client.get("/my/").status_code == 403
    assert client.get(f"/assist/visits/{visit.public_id}/").status_code == 404
    assert client.post(f"/assist/visits/{visit.public_id}/end/").status_code == 404


def test_a_role_taken_away_ends_the_visit(client: Client) -> None:
    factories.world()
    operator = clerk()
    at_desk(client, operator, open_visit(operator))
    operator.roles.all().delete()
    assert client.get("/my/").status_code == 403
    assert AssistVisit.objects.get().end_reason == "scope"


def test_nobody_helps_without_a_training() -> None:
    factories.world()
    with pytest.raises(Refused) as refused:
        visit_start(operator=clerk(trained=False), named=named())
    assert refused.value.code == "untrained"
    assert not HelperTraining.objects.exists()


def test_a_phone_with_an_account_needs_its_own_code() -> None:
    factories.world()
    phone = sign_in_code_send(phone="19900007744", asker=factories.asker()).phone  # somebody's account
    operator = clerk()
    visit = visit_start(operator=operator, named=named(phone=phone))
    with pytest.raises(Refused) as refused:
        consent_by_paper(operator=operator, visit_id=visit.public_id, scan=scan(), covers=["file"])
    assert refused.value.code == "needs_code"


def test_the_name_must_be_the_documents() -> None:
    family = factories.family(factories.world())
    family.submit()
    family.guardian.refresh_from_db()
    with pytest.raises(Refused) as refused:
        visit_start(operator=clerk(), named=named(name="合成他人", id_number=family.guardian.id_number or ""))
    assert refused.value.field == "name"


def test_an_objection_ends_the_visit_and_reaches_the_office(client: Client) -> None:
    factories.world()
    operator = clerk()
    visit = open_visit(operator)
    page = Client()
    page.force_login(visit.guardian)
    answer = page.post("/my/visits/", {"visit": str(visit.public_id), "reason": "不是我同意的"})
    assert answer.status_code == 302
    at_desk(client, operator, visit)
    assert client.get("/my/").status_code == 403
    assert [one.note for one in report(factories.staff("official")).objections] == ["不是我同意的"]
    assert visits_to(visit.guardian)[0].objected == "不是我同意的"
    stranger = Client()
    stranger.force_login(factories.guardian())
    assert stranger.post("/my/visits/", {"visit": str(visit.public_id), "reason": "x"}).status_code == 404


def test_a_consent_and_who_acted_never_change() -> None:
    factories.world()
    visit = open_visit(clerk())
    for change in (
        lambda: AssistConsent.objects.update(covers=["file"]),
        lambda: AssistConsent.objects.all().delete(),
        lambda: AssistVisit.objects.update(place="别处"),
        lambda: AssistVisit.objects.update(operator=visit.guardian),
    ):
        with pytest.raises(Exception, match="never changed"), transaction.atomic():
            change()


def test_a_signed_paper_is_kept_by_the_sweeper() -> None:
    factories.world()
    visit = open_visit(clerk())
    scanned = visit.consent.scan_sha256
    stored = Path(settings.MEDIA_ROOT) / scanned[:2] / scanned
    os.utime(stored, (0, 0))  # long ago
    files_sweep()
    assert files.load(scanned)


def test_a_family_without_a_phone_takes_its_account_over_once() -> None:
    factories.world()
    operator = clerk()
    visit = open_visit(operator)
    code = claim_code_make(operator=operator, visit_id=visit.public_id)
    wrong = "00000-00000" if code != "00000-00000" else "11111-11111"
    own = factories.guardian(name="")
    with pytest.raises(Refused):
        account_claim(account=own, number=visit.number, code=wrong)
    kept = account_claim(account=own, number=visit.number.lower(), code=code.lower())
    assert (kept.pk, kept.phone) == (visit.guardian_id, own.phone)
    own.refresh_from_db()
    assert (own.phone, own.is_active) == (None, False)
    with pytest.raises(Refused):
        account_claim(account=factories.guardian(), number=visit.number, code=code)


@pytest.mark.parametrize("hour", [0, 7, 8, 23])
def test_a_code_is_printed_at_any_hour_of_the_day_of_the_visit_and_not_on_the_next(hour: int) -> None:
    """The day is Beijing's: until eight in the morning the date in London is still yesterday's."""
    factories.world()
    today = clock.now().astimezone(clock.SHANGHAI)
    with clock.at(today.replace(hour=hour, minute=30)):
        operator = clerk()
        visit = open_visit(operator)
        assert len(claim_code_make(operator=operator, visit_id=visit.public_id)) == 11
    with clock.at(today.replace(hour=0, minute=10) + timedelta(days=1)), pytest.raises(Refused) as refused:
        claim_code_make(operator=operator, visit_id=visit.public_id)
    assert refused.value.code == "over"


def test_guessing_the_code_of_a_paper_is_locked() -> None:
    factories.world()
    operator = clerk()
    visit = open_visit(operator)
    code = claim_code_make(operator=operator, visit_id=visit.public_id)
    guesser = factories.guardian()
    for _time in range(5):
        with pytest.raises(Refused):
            account_claim(account=guesser, number=visit.number, code="AAAAA-AAAAA")
    with pytest.raises(Refused):
        account_claim(account=guesser, number=visit.number, code=code)


def test_a_round_of_another_county_is_not_filed_in_a_visit(client: Client) -> None:
    place = factories.world()
    operator = clerk(district="430721")
    district_ensure(code="430721")
    visit = open_visit(operator, named(district="430721"))
    at_desk(client, operator, visit)
    client.post("/my/children/add/", {"name": "合成小明", "id_number": factories.child_number()})
    child = visit.guardian.children.get()
    client.post(f"/my/children/{child.public_id}/apply/{place.round.pk}/")
    assert not child.drafts.exists()


def test_a_forgotten_visit_is_ended_by_the_sweep() -> None:
    factories.world()
    visit = open_visit(clerk())
    assert visits_sweep() == 0
    with clock.at(visit.started_at + timedelta(hours=13)):
        assert visits_sweep() == 1
        assert visits_sweep() == 0
    visit.refresh_from_db()
    assert visit.end_reason in {"idle", "closing"}
