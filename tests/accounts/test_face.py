"""A face check against a real service process: what is agreed to, who is confirmed, and what confirms nobody."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from django.conf import settings as django_settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from pytest_django import Settings

from accounts.assured import assured_person
from accounts.face.consent import VERSION, consent_text, text_digest
from accounts.face.model import Asked, FaceFailed, Outcome
from accounts.face.redirect import SignedRedirect, person_digest, signature
from accounts.face.selectors import face_consents_of
from accounts.face.service import FaceService, face_service
from accounts.face.services import FaceBegun, face_begin, face_consents_end, face_finish, named
from accounts.face.states import FACE_CHECK
from accounts.limit_rules import FACE
from accounts.limits import TooOften
from accounts.models import Account, Assurance, FaceCheck, FaceConsent, FaceConsentWithdrawal
from accounts.services import guardian_identify
from audit.models import Entry
from foundation import clock
from foundation.acting import AssistContext, using
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from portal.checks import configuration_problems
from tests import factories
from tests.identity import IdentityService
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NAME = "合成家长"
BACK = "http://testserver/my/identity/face/back/"


@pytest.fixture
def service(provider: IdentityService) -> FaceService:
    """The configured service; its process is running, honest, and knows nobody."""
    found = face_service()
    assert found is not None
    return found


@pytest.fixture
def number(provider: IdentityService) -> str:
    """The number of the one person the service knows."""
    made = factories.adult_number()
    provider.know(name=NAME, id_number=made, mobile="")
    return made


def begin(service: FaceService, account: Account, number: str, name: str = NAME) -> FaceBegun:
    person = named(name=name, id_number=number)
    return face_begin(account=account, service=service, district=factories.DISTRICT, person=person, back=BACK)


def finish(service: FaceService, account: Account, begun: FaceBegun, reference: str = "") -> FaceCheck:
    return face_finish(account=account, service=service, begun=begun, reference=reference or begun.reference)


def refused(service: FaceService, account: Account, begun: FaceBegun, reference: str = "") -> str:
    with pytest.raises(FaceFailed) as failed:
        finish(service, account, begun, reference)
    account.refresh_from_db()
    assert assured_person(account) is None
    return failed.value.code


def state_of(begun: FaceBegun) -> str:
    return FaceCheck.objects.get(reference=UUID(begun.reference)).state


def test_every_end_of_a_check_is_final() -> None:
    ends = set(FACE_CHECK.states()) - {"begun"}
    assert ends == {"passed", "failed", "cancelled", "expired", "dropped"}
    assert not any(FACE_CHECK.events(end) for end in ends)
    assert {state.value for state in FaceCheck.State} == ends | {"begun"}


def test_a_signature_is_of_its_parts_and_body_and_secret() -> None:
    made = signature("secret", "POST", "/a", "1", body=b"x")
    spoilt = [
        signature("other", "POST", "/a", "1", body=b"x"),
        signature("secret", "POST", "/b", "1", body=b"x"),
        signature("secret", "POST", "/a", "1", body=b"y"),
    ]
    assert len(made) == 64
    assert made not in spoilt


def test_a_pass_makes_the_account_assured_as_the_person_that_was_checked(
    provider: IdentityService, service: FaceService, number: str
) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, f" {number.lower()} ")
    assert begun.page.startswith(service.pages)
    assert number not in begun.page
    assert provider.face(begun.page) == f"/my/identity/face/back/?reference={begun.reference}"
    check = finish(service, guardian, begun)
    assert (check.state, check.ended_at is not None) == ("passed", True)
    guardian.refresh_from_db()
    assert guardian.assurance == Assurance.PRESENT
    person = assured_person(guardian)
    assert person is not None
    assert (person.name, person.id_number) == (NAME, number)
    entries = Entry.objects.filter(action__startswith="face_").order_by("pk")
    assert [entry.action for entry in entries] == ["face_consent.give", "face_check.request", "face_check.result"]
    assert {entry.district_code for entry in entries} == {factories.DISTRICT}
    assert number not in json.dumps([entry.details for entry in entries])
    assert entries[2].details == {"service": "face", "result": "passed", "assured": True}


def test_no_row_of_a_check_holds_the_name_or_the_number(service: FaceService, number: str) -> None:
    begun = begin(service, factories.guardian(), number)
    for row in (*FaceCheck.objects.values(), *FaceConsent.objects.values()):
        assert NAME not in str(row)
        assert number not in str(row)
    assert begun.reference not in FaceCheck.objects.get().session


@pytest.mark.parametrize(
    ("step", "code", "state"), [("differ", "failed", "failed"), ("cancel", "cancelled", "cancelled")]
)
def test_what_is_no_pass_confirms_nobody(
    provider: IdentityService, service: FaceService, number: str, step: str, code: str, state: str
) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page, step)
    assert refused(service, guardian, begun) == code
    assert state_of(begun) == state
    assert refused(service, guardian, begun) == "state"  # used once


def test_the_last_try_is_told_apart(provider: IdentityService, service: FaceService, number: str) -> None:
    guardian, codes = factories.guardian(), []
    for _try in range(3):
        begun = begin(service, guardian, number)
        provider.face(begun.page, "differ")
        codes.append(refused(service, guardian, begun))
    assert codes == ["failed", "failed", "no_tries"]


def test_somebody_the_service_does_not_know_is_not_confirmed(provider: IdentityService, service: FaceService) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, factories.adult_number())
    provider.face(begun.page)
    assert refused(service, guardian, begun) == "failed"


def test_a_return_without_a_check_confirms_nobody_and_the_check_goes_on(
    provider: IdentityService, service: FaceService, number: str
) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    assert refused(service, guardian, begun) == "unfinished"
    assert state_of(begun) == "begun"
    provider.face(begun.page)
    assert finish(service, guardian, begun).state == "passed"


@pytest.mark.parametrize("reference", ["00000000-0000-4000-8000-000000000000", "nonsense", "\N{SNOWMAN}"])
def test_a_forged_return_confirms_nobody(
    provider: IdentityService, service: FaceService, number: str, reference: str
) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    assert refused(service, guardian, begun, reference) == "state"
    assert state_of(begun) == "begun"


def test_a_check_belongs_to_the_account_and_the_person_it_was_begun_for(
    provider: IdentityService, service: FaceService, number: str
) -> None:
    guardian, other = factories.guardian(), factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    assert refused(service, other, begun) == "state"
    swapped = FaceBegun(begun.reference, NAME, factories.adult_number(), begun.page)
    assert refused(service, guardian, swapped) == "state"
    with pytest.raises(FaceFailed):
        face_finish(account=guardian, service=service, begun=None, reference=begun.reference)
    used = FaceBegun("", NAME, number, "")
    assert refused(service, guardian, used) == "state"
    assert finish(service, guardian, begun).state == "passed"


def test_a_check_ends_after_ten_minutes(provider: IdentityService, service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    with clock.at(clock.now() + timedelta(minutes=11)):
        assert refused(service, guardian, begun) == "expired"
    assert state_of(begun) == "expired"
    assert refused(service, guardian, begun) == "state"


def test_a_second_check_gives_up_the_first(provider: IdentityService, service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    first, second = begin(service, guardian, number), begin(service, guardian, number)
    provider.face(first.page)
    assert refused(service, guardian, first) == "state"
    assert (state_of(first), state_of(second)) == ("dropped", "begun")


@pytest.mark.parametrize(
    "knobs",
    [
        {"face": "silent"},
        {"face": "nonsense"},
        {"down": 1},
        {"tamper": "signature"},
        {"tamper": "reference"},
        {"tamper": "person"},
    ],
)
def test_an_answer_that_is_none_confirms_nobody_and_can_be_asked_for_again(
    provider: IdentityService, service: FaceService, number: str, knobs: dict[str, object]
) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    provider.knobs(**knobs)
    assert refused(service, guardian, begun) == "silent"
    assert state_of(begun) == "begun"
    provider.knobs()
    assert finish(service, guardian, begun).state == "passed"


@pytest.mark.parametrize("knobs", [{"down": 1}, {"tamper": "signature"}, {"tamper": "page"}])
def test_a_service_that_does_not_take_a_check_leaves_a_consent_and_no_check(
    provider: IdentityService, service: FaceService, number: str, knobs: dict[str, object]
) -> None:
    provider.knobs(**knobs)
    with pytest.raises(FaceFailed) as failed:
        begin(service, factories.guardian(), number)
    assert failed.value.code == "silent"
    assert FaceConsent.objects.count() == 1
    assert not FaceCheck.objects.exists()


def test_a_slow_service_is_not_waited_for(
    provider: IdentityService, service: FaceService, number: str, settings: Settings
) -> None:
    provider.knobs(delay=1)
    settings.OIDC_TIMEOUT_SECONDS = 0.2
    with pytest.raises(FaceFailed) as failed:
        begin(service, factories.guardian(), number)
    assert failed.value.code == "silent"


def test_the_service_takes_signed_requests_once_and_no_others(service: FaceService, number: str) -> None:
    body = json.dumps({"reference": "r", "name": NAME, "id_number": number, "return": BACK, "language": "zh"}).encode()
    now = str(int(clock.now().timestamp()))
    headers = {"X-Client": service.client_id, "X-Time": now, "X-Nonce": "once"}
    right = signature(service.client_secret, "POST", "/face/begin", now, "once", body=body)
    wrong = signature("another secret", "POST", "/face/begin", now, "once", body=body)
    statuses = [
        httpx.post(service.begin, content=body, headers={**headers, "X-Signature": one}).status_code
        for one in (wrong, right, right)
    ]
    assert statuses == [400, 200, 400]


def test_the_service_sends_nobody_elsewhere(service: FaceService, number: str) -> None:
    asked = Asked("r", NAME, number, "http://evil.invalid/my/identity/face/back/", "zh")
    with pytest.raises(FaceFailed):
        SignedRedirect(service).begin(asked)


def test_the_word_of_the_service_is_about_this_very_person(
    provider: IdentityService, service: FaceService, number: str
) -> None:
    adapter, asked = SignedRedirect(service), Asked("r", NAME, number, BACK, "zh")
    session = adapter.begin(asked)
    provider.face(session.page)
    assert adapter.result(asked, session.name).outcome is Outcome.PASSED
    other = Asked("r", NAME, factories.adult_number(), BACK, "zh")
    assert person_digest("s", asked) != person_digest("s", other)
    with pytest.raises(FaceFailed):
        adapter.result(other, session.name)


def test_the_consent_is_kept_word_by_word_and_never_changes(service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    begin(service, guardian, number)
    kept = FaceConsent.objects.get()
    assert (kept.account, kept.district_code, kept.service, kept.version) == (
        guardian,
        factories.DISTRICT,
        "face",
        VERSION,
    )
    assert kept.text_sha256 == text_digest(consent_text(service))
    for change in (
        lambda: FaceConsent.objects.update(text_sha256="0" * 64),
        lambda: FaceConsent.objects.all().delete(),
        lambda: FaceCheck.objects.update(person_index="0"),
        lambda: FaceCheck.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert face_consents_end(account=guardian) == 1
    assert face_consents_end(account=guardian) == 0
    with pytest.raises(DatabaseError), transaction.atomic():
        FaceConsentWithdrawal.objects.all().delete()


def test_taking_the_consent_back_gives_up_what_is_under_way_and_undoes_nothing(
    provider: IdentityService, service: FaceService, number: str
) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    face_consents_end(account=guardian)
    assert refused(service, guardian, begun) == "state"
    assert state_of(begun) == "dropped"
    again = begin(service, guardian, number)
    provider.face(again.page)
    finish(service, guardian, again)
    face_consents_end(account=guardian)
    guardian.refresh_from_db()
    assert assured_person(guardian) is not None
    assert FaceConsentWithdrawal.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_return_counts_of_two_at_once(provider: IdentityService, service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    results = at_once([lambda: finish(service, guardian, begun)] * 2)
    assert sorted(getattr(one, "code", getattr(one, "state", "")) for one in results) == ["passed", "state"]
    assert Entry.objects.filter(action="face_check.result").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_checks_begun_at_once_one_is_under_way(service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    results = at_once([lambda: begin(service, guardian, number)] * 2)
    assert all(isinstance(one, FaceBegun) for one in results)
    assert sorted(FaceCheck.objects.values_list("state", flat=True)) == ["begun", "dropped"]


def test_what_was_agreed_to_in_a_joined_account_is_taken_back_in_the_one_that_stays(
    service: FaceService, number: str
) -> None:
    kept, emptied = factories.guardian(), factories.guardian()
    begin(service, emptied, number)
    Account.objects.filter(pk=emptied.pk).update(merged_into=kept)
    assert [row.ended_at for row in face_consents_of(kept)] == [None]
    assert face_consents_end(account=kept) == 1
    assert [row.ended_at is None for row in face_consents_of(kept)] == [False]


def test_a_number_somebody_only_stated_goes_to_the_person(
    provider: IdentityService, service: FaceService, number: str
) -> None:
    stranger = guardian_identify(account=factories.guardian(), name=NAME, id_number=number)
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    finish(service, guardian, begun)
    stranger.refresh_from_db()
    guardian.refresh_from_db()
    assert (stranger.id_index, guardian.id_index) == (None, blind_index("person", number))


def test_one_person_is_confirmed_in_one_account(provider: IdentityService, service: FaceService, number: str) -> None:
    first = factories.assured(factories.guardian(), name=NAME, id_number=number)
    guardian = factories.guardian()
    begun = begin(service, guardian, number)
    provider.face(begun.page)
    assert refused(service, guardian, begun) == "elsewhere"
    assert state_of(begun) == "passed"
    first.refresh_from_db()
    assert assured_person(first) is not None
    assert Entry.objects.get(action="face_check.result").details["assured"] is False


def test_checks_are_counted_by_account_and_by_person(service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    for _time in range(FACE[0].most):
        begin(service, guardian, number)
    with pytest.raises(TooOften) as often:
        begin(service, guardian, number)
    assert often.value.wait > 0
    assert FaceConsent.objects.count() == FACE[0].most
    for _time in range(FACE[2].most - FACE[0].most):
        begin(service, factories.guardian(), number)
    with pytest.raises(TooOften):
        begin(service, factories.guardian(), number)


def test_nobody_begins_a_check_for_somebody_else(service: FaceService, number: str) -> None:
    guardian = factories.guardian()
    visit = AssistContext(1, "clerk", 1, "counter", factories.DISTRICT, guardian.pk)
    with using(visit), pytest.raises(NotAllowed):
        begin(service, guardian, number)
    with pytest.raises(NotAllowed):
        begin(service, factories.staff("clerk"), number)
    assert not FaceConsent.objects.exists()


@pytest.mark.parametrize(
    ("name", "id_number", "fields"),
    [
        ("", "1", {"name", "id_number"}),
        (NAME, "430702198501010011", {"id_number"}),
        (NAME, "E12345678", {"id_number"}),
        ("长" * 61, "", {"name", "id_number"}),
    ],
)
def test_what_was_typed_wrong_is_told_at_its_field(name: str, id_number: str, fields: set[str]) -> None:
    with pytest.raises(Refused) as wrong:
        named(name=name, id_number=id_number)
    assert set(wrong.value.fields) == fields


def test_a_file_that_lacks_something_is_told_and_none_is_none(tmp_path: Path, settings: Settings) -> None:
    settings.FACE_SERVICE_FILE = ""
    assert face_service() is None
    whole = (Path(django_settings.BASE_DIR) / "examples" / "identity" / "face.yaml").read_text(encoding="utf-8")
    whole = whole.replace("${IDENTITY_BASE_URL}", "https://face.example").replace("${IDENTITY_SECRET}", "s")
    spoilt = [
        whole.replace("https://face.example/face/begin", "http://face.example/face/begin"),
        whole.replace("https://face.example/face/\n", "https://face.example/face\n"),
        whole.replace("level: 3", "level: 1"),
        whole.replace(", en: Provincial face check", ""),
        whole.replace("client_id: enrollment", "client_id: ''"),
        "[]",
    ]
    for number, text in enumerate([*spoilt, whole]):
        path = tmp_path / f"{number}.yaml"
        path.write_text(text, encoding="utf-8")
        settings.FACE_SERVICE_FILE = str(path)
        if text == whole:
            assert face_service() is not None
            assert not any("face check" in problem for problem in configuration_problems())
        else:
            with pytest.raises(ImproperlyConfigured):
                face_service()
            assert any(problem.startswith("face check:") for problem in configuration_problems())
