"""The way to a submission through requests: paused rounds, known children, two windows, special needs, twins."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from accounts.limit_rules import REGISTERS
from accounts.models import Account, TokenDevice
from audit.models import Entry
from enrollment.filing import form
from enrollment.filing.drafts.registers import ALARM, register_children
from enrollment.filing.drafts.services import child_add, draft_open, draft_prefill, draft_save
from enrollment.filing.selectors import unfiled_twins
from enrollment.filing.submission.services import Submission, application_submit, draft_digest
from enrollment.review.selectors import needs_rows
from enrollment.seasons.models import Application, ApplicationVersion, Child, Round
from enrollment.seasons.selectors import own_draft, version_of
from enrollment.seasons.services.rounds import round_step
from enrollment.seasons.states import RoundEvent
from foundation import clock
from foundation.errors import NotAllowed, Refused
from tests import factories
from tests.agencies import City
from verification.models import AgencyCall

Enter = Callable[[Account], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def enter() -> Enter:
    def signed_in(account: Account) -> Client:
        client = Client(headers={"accept-language": "zh-hans"})
        client.force_login(account)
        return client

    return signed_in


@pytest.fixture
def enter_staff(enter: Enter) -> Enter:
    """Staff who gave a one-time password, too."""

    def signed_in(account: Account) -> Client:
        client = enter(account)
        session = client.session
        session["otp_device_id"] = TokenDevice.objects.get(user=account).persistent_id
        session.save()
        return client

    return signed_in


def pause(place: factories.World, reason: str = "系统维护，今天18点恢复。") -> Round:
    return round_step(
        official=factories.staff("official"), round_id=place.round.pk, event=RoundEvent.PAUSE, reason=reason
    )


def test_a_paused_round_says_why_keeps_what_is_typed_and_goes_on(enter: Enter) -> None:
    place = factories.world()
    one = factories.family(place)
    pause(place)
    client = enter(one.guardian)
    answer = client.post(f"/my/apply/{one.draft.public_id}/household/", {"household_here": "no"})
    assert answer.status_code == 409
    assert "系统维护" in answer.content.decode()
    one.draft.refresh_from_db()
    assert one.draft.answers["household_here"] == "no"
    with pytest.raises(Refused, match="系统维护"):
        one.submit()
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers=one.answers)
    round_step(official=factories.staff("official"), round_id=place.round.pk, event=RoundEvent.RESUME)
    assert one.submit().receipt


@pytest.mark.parametrize("reason", ["", "   ", "长" * 301])
def test_a_pause_needs_a_reason_for_families(reason: str) -> None:
    place = factories.world()
    with pytest.raises(Refused):
        pause(place, reason)
    place.round.refresh_from_db()
    assert place.round.state == "open"


def test_only_the_district_s_own_official_pauses() -> None:
    place = factories.world()
    stranger = factories.staff("official", district="430703")
    with pytest.raises(NotAllowed):
        round_step(official=stranger, round_id=place.round.pk, event=RoundEvent.PAUSE, reason="x")


def test_a_deadline_that_passes_while_typing_loses_nothing(enter: Enter) -> None:
    place = factories.world()
    one = factories.family(place)
    client = enter(one.guardian)
    with clock.at(place.round.closes_at + timedelta(minutes=2)):
        page = f"/my/apply/{one.draft.public_id}/household/"
        answer = client.post(page, {"household_here": "no"})
        shut = client.get(f"/my/apply/{one.draft.public_id}/check/")
    assert "已截止" in answer.content.decode()
    assert "已截止" in shut.content.decode()
    one.draft.refresh_from_db()
    assert one.draft.answers["household_here"] == "no"


def test_what_changed_in_another_window_is_shown_before_it_is_filed(enter: Enter) -> None:
    one = factories.family(factories.world())
    client, page = enter(one.guardian), f"/my/apply/{one.draft.public_id}/check/"
    seen = draft_digest(own_draft(one.guardian, one.draft.public_id))
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"guardian_relation": "father"})
    sent = {"declare": "yes", "client_token": str(uuid.uuid4()), "seen": seen}
    answer = client.post(page, sent)
    assert answer.status_code == 422
    assert not Application.objects.exists()
    assert seen not in answer.content.decode()
    now = draft_digest(own_draft(one.guardian, one.draft.public_id))
    assert now in answer.content.decode()
    assert client.post(page, {**sent, "seen": now}).status_code == 302
    assert Application.objects.count() == 1


def test_a_change_made_from_the_check_page_returns_there(enter: Enter) -> None:
    one = factories.family(factories.world())
    client = enter(one.guardian)
    answer = client.post(
        f"/my/apply/{one.draft.public_id}/household/?back=check",
        {"household_here": "yes", "household_address": factories.HOME},
    )
    assert answer["Location"].endswith("/check/")


def test_problems_on_the_check_page_lead_to_their_fields(enter: Enter) -> None:
    one = factories.family(factories.world(), home_share="")
    answer = enter(one.guardian).post(
        f"/my/apply/{one.draft.public_id}/check/", {"declare": "yes", "client_token": str(uuid.uuid4())}
    )
    assert f"/my/apply/{one.draft.public_id}/home/?back=check#home_share-field" in answer.content.decode()


def test_special_needs_are_seen_by_the_district_only() -> None:
    place = factories.world()
    one = factories.family(place, need_kinds="moving,health", need_text="教室请安排在一楼")
    version = version_of(one.submit())
    assert "need_text" not in version.claims["answers"]
    told = [row.value for row in needs_rows(version, factories.staff("official"))]
    assert told[-1] == "教室请安排在一楼"
    assert needs_rows(version, factories.staff("reviewer", school="WL01")) == []
    assert needs_rows(version, factories.staff("official", district="430703")) == []


def test_a_twin_who_is_not_filed_yet_is_named() -> None:
    place = factories.world()
    one = factories.family(place, keep_siblings="yes")
    assert unfiled_twins(one.draft) == []
    other = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    assert unfiled_twins(one.draft) == [other]
    draft = draft_open(guardian=one.guardian, child=other, round_=place.round)
    draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=one.answers)
    application_submit(guardian=one.guardian, submission=Submission(draft.public_id, uuid.uuid4()))
    assert unfiled_twins(one.draft) == []


@pytest.mark.parametrize(
    "name", ["阿卜杜拉·买买提", "𬱖䶮㛃𰻝", "欧阳" * 12 + "氏"], ids=["dot", "outside the BMP", "25 characters"]
)
def test_rare_names_arrive_everywhere(name: str) -> None:
    place = factories.world()
    parent = factories.guardian()
    child = child_add(guardian=parent, name=name, id_number=factories.child_number())
    draft = draft_open(guardian=parent, child=child, round_=place.round)
    filled = factories.answers(guardian_name=name)
    draft_save(guardian=parent, draft_id=draft.public_id, answers=filled)
    application = application_submit(guardian=parent, submission=Submission(draft.public_id, uuid.uuid4()))
    version = version_of(application)
    assert Child.objects.get().name == name
    assert version.claims["child"]["name"] == version.claims["answers"]["guardian_name"] == name
    from notifications.models import Message

    assert name in Message.objects.get(template="received").body


def test_a_digit_off_says_where_to_look() -> None:
    right = factories.child_number()
    wrong = f"{right[:8]}{right[9]}{right[8]}{right[10:]}"
    with pytest.raises(Refused) as refused:
        child_add(guardian=factories.guardian(), name="合成小明", id_number=wrong)
    assert "9" in refused.value.message
    assert "10" in refused.value.message


def known_family(city: City, name: str = "合成家长") -> tuple[str, str]:
    """A household of a parent and a child at the register: the parent's number, the child's."""
    parent, child = factories.adult_number(), factories.child_number()
    members = [
        {"id_number": parent, "name": name, "relation": "户主"},
        {"id_number": child, "name": "合成小明", "relation": "子女"},
    ]
    city.put(
        "household",
        *(
            {"id_number": m["id_number"], "name": m["name"], "address": factories.HOME, "members": members}
            for m in members
        ),
    )
    return parent, child


def test_a_guardian_picks_a_child_of_the_own_household(agencies: City) -> None:
    parent, child = known_family(agencies)
    guardian = factories.assured(factories.guardian(), name="合成家长", id_number=parent)
    found = register_children(guardian=guardian)
    assert [(one.id_number, one.name) for one in found.children] == [(child, "合成小明")]
    assert Entry.objects.filter(action="register.children").count() == 1


def test_a_stranger_who_types_name_and_number_learns_nothing(agencies: City, enter: Enter) -> None:
    parent, _child = known_family(agencies)
    stranger = factories.guardian()
    with pytest.raises(NotAllowed):
        register_children(guardian=stranger)
    client, who = enter(stranger), {"guardian_name": "合成家长", "guardian_id": parent}
    for answer in (client.get("/my/children/register/"), client.post("/my/children/register/", who)):
        assert answer["Location"] == "/my/children/add/"
    assert not AgencyCall.objects.exists()


def test_a_name_that_is_not_the_numbers_finds_nothing(agencies: City) -> None:
    parent, _child = known_family(agencies)
    guess = register_children(guardian=factories.assured(factories.guardian("别的名字"), id_number=parent))
    nobody = register_children(guardian=factories.assured(factories.guardian("别的名字")))
    assert guess == nobody
    assert guess.children == ()


def test_after_many_looks_the_register_stays_shut_for_the_day(agencies: City) -> None:
    parent, _child = known_family(agencies)
    guardian = factories.assured(factories.guardian(), name="合成家长", id_number=parent)
    for _look in range(min(rule.most for rule in REGISTERS)):
        register_children(guardian=guardian)
    for _again in range(2):
        with pytest.raises(Refused) as refused:
            register_children(guardian=guardian)
    assert refused.value.code == "too_often"
    assert Entry.objects.filter(action=ALARM).count() == 1


def test_the_bureau_reads_of_who_asked_too_often(agencies: City, enter_staff: Enter) -> None:
    guardian = factories.assured(factories.guardian())
    for _look in range(min(rule.most for rule in REGISTERS)):
        register_children(guardian=guardian)
    page = enter_staff(factories.staff("official")).get("/admin/").content.decode()
    assert guardian.username not in page
    with pytest.raises(Refused):
        register_children(guardian=guardian)
    page = enter_staff(factories.staff("official")).get("/admin/").content.decode()
    assert guardian.username in page
    assert guardian.username not in enter_staff(factories.staff("reviewer")).get("/admin/").content.decode()
    assert agencies.url


def test_picking_begins_the_application_with_the_guardian_known(agencies: City, enter: Enter) -> None:
    factories.world()
    parent, _child = known_family(agencies)
    client = enter(factories.assured(factories.guardian(), name="合成家长", id_number=parent))
    page = client.get("/my/children/register/").content.decode()
    index = page.partition('name="child"')[2].partition('value="')[2].partition('"')[0]
    assert parent not in page
    answer = client.post("/my/children/register/", {"child": index})
    assert "/my/apply/" in answer["Location"]
    draft = Child.objects.get().drafts.get()
    assert (draft.answers["guardian_name"], draft.answers["guardian_id"]) == ("合成家长", parent)
    assert draft.answers["household_address"] == factories.HOME


@pytest.mark.parametrize(
    ("changed", "fact", "value", "status"),
    [
        ({"home_kind": "rented", "home_lease": "ZL2024000123"}, "application.rented_filed", True, "unavailable"),
        ({"home_kind": "public_rental"}, "home.kind", "public_rental", "unavailable"),
        ({"family_situation": "separated", "lives_with": "mother"}, "parents.separated", True, "unavailable"),
    ],
)
def test_new_answers_become_facts(changed: dict[str, str], fact: str, value: object, status: str) -> None:
    from enrollment.judging.facts.collect import Family, Places, build

    answers = {**factories.answers(**changed)}
    facts = build(
        Family(
            answers,
            factories.child_number(),
            factories.SIX_YEAR_OLD,
            "1",
            "primary",
            "main",
            {},
            Places("", "", same=False),
            clock.today(),
        )
    )
    assert (facts[fact].value, facts[fact].status) == (value, status)


def test_a_home_of_the_grandparents_is_checked_in_their_name() -> None:
    from enrollment.judging.facts.claims import agency_claims, city_of

    owner = factories.adult_number()
    answers = factories.answers(home_kind="grandparents", home_grandparent_id=owner)
    clean, errors = form.validate_all(answers, clock.today())
    assert errors == {}
    claims = agency_claims(clean, child_id="1", child_name="x", on=clock.today(), city=city_of("430702"))
    assert claims["real_estate"]["people"] == [owner]
    assert claims["contract"]["none"] is True


def test_earlier_answers_still_pass_without_the_new_questions() -> None:
    clean, errors = form.validate_all(factories.answers(), clock.today())
    assert errors == {}
    assert clean["family_situation"] == "together"
    assert ApplicationVersion.objects.count() == 0


def test_a_sibling_is_asked_nothing_that_was_stated_before(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place, home_kind="rented", family_situation="separated", lives_with="mother")
    one.submit()
    other = child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    draft = draft_open(guardian=one.guardian, child=other, round_=place.round)
    answers = draft_prefill(guardian=one.guardian, draft_id=draft.public_id).answers
    assert (answers["guardian_id"], answers["home_kind"], answers["lives_with"]) == (
        one.answers["guardian_id"],
        "rented",
        "mother",
    )
    assert "choices" not in answers
    assert "keep_siblings" not in answers
    assert agencies.url


def test_an_official_pauses_from_the_list_of_rounds(enter_staff: Enter) -> None:
    place = factories.world()
    client = enter_staff(factories.staff("official"))
    sent = {"action": "pause", "_selected_action": [str(place.round.pk)], "reason": "系统维护"}
    client.post("/admin/enrollment/round/", sent)
    place.round.refresh_from_db()
    assert (place.round.state, place.round.pause_reason) == ("paused", "系统维护")
    client.post("/admin/enrollment/round/", {**sent, "action": "resume"})
    place.round.refresh_from_db()
    assert place.round.state == "open"
