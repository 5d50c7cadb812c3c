"""What a second guardian reads of what was stated, what they say for check-in, and the corrections they answer."""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from accounts.models import Account
from audit.models import Entry
from enrollment.filing.drafts.services import child_add, draft_save, earlier_answers
from enrollment.filing.submission.services import InvalidAnswers
from enrollment.guardians.selectors import covers_statements, guardianship_of
from enrollment.guardians.services import consents
from enrollment.guardians.services.agreements import (
    guardian_ask,
    guardianship_end,
    protection_order,
    protection_set,
    request_answer,
)
from enrollment.outcome.models import Attendance
from enrollment.outcome.services.offers import attendance_say, offer_answer
from enrollment.review.services import review_return
from enrollment.seasons.models import Application, Season
from enrollment.shared import selectors as shared
from enrollment.shared.services import Corrected, shared_correct
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from schools.models import School
from tests import factories
from tests.enrollment.filing.test_corrections import REASON, returned
from tests.enrollment.guardians.test_agreements import agreed, person
from tests.enrollment.outcome.test_letters import enter, placed
from tests.enrollment.outcome.test_standing import CHECK_IN

pytestmark = pytest.mark.django_db
NEW_HOME = "湖南省常德市武陵区滨湖路33号"


def family_of(filed: Application) -> factories.Family:
    return factories.Family(None, filed.guardian, filed.child, None)  # type: ignore[arg-type]


def at(filed: Application, page: str = "") -> str:
    return f"/my/shared/{filed.child.public_id}/" + (f"{filed.pk}/{page}/" if page else "")


@pytest.fixture
def filed() -> Application:
    return factories.family(factories.world()).submit()


@pytest.fixture
def other() -> Account:
    return person()


def read(other: Account, filed: Application, language: str = "en") -> str:
    answer = enter(other, language).get(at(filed, "statements"))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return answer.content.decode()


def older_text(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on people agree to the text that did not name the statements."""
    monkeypatch.setitem(consents.TEXTS, "guardian.invite", (1, "I let this person see where it stands."))


def protect(filed: Application, source: str) -> None:
    if source == "own":
        protection_set(account=filed.guardian, on=True)
    else:
        protection_order(official=factories.staff("official"), application_id=filed.pk, reference="2026-7")


def test_a_second_guardian_reads_the_newest_version_and_numbers_are_shortened(
    filed: Application, other: Account
) -> None:
    agreed(family_of(filed), other)
    text, stated = read(other, filed), filed.versions.get().claims["answers"]
    for shown in (filed.child.name, "Mother", "1. 滨湖路小学", "2. 朗州路小学", "Own home with a property certificate"):
        assert shown in text
    for hidden in (stated["guardian_id"], stated["home_address"], stated["home_certificate"], filed.child.id_number):
        assert hidden not in text
    assert "滨湖路12" not in text
    looked = Entry.objects.get(action="statements.read")
    assert (looked.actor_id, looked.object_id) == (other.pk, str(filed.pk))


def test_a_carer_reads_the_child_and_the_schools_only(filed: Application, other: Account) -> None:
    agreed(family_of(filed), other, role="carer", until=30)
    text = read(other, filed)
    assert filed.child.name in text
    assert "滨湖路小学" in text
    assert [word for word in ("Mother", "property certificate", "湖南省", "合**") if word in text] == []


@pytest.mark.parametrize("role", ["parent", "carer"])
def test_beside_a_protected_address_nothing_leads_there_and_the_page_says_why(
    filed: Application, other: Account, role: str
) -> None:
    agreed(family_of(filed), other, role=role, until=30 if role == "carer" else None)
    protect(filed, "own")
    text = read(other, filed)
    assert "chosen to keep the address protected" in text
    assert filed.child.name in text
    leading = ("滨湖路", "朗州路", "湖南省", "湘(", "property certificate", "household register?")
    assert [word for word in leading if word in text] == []


def test_under_an_order_nothing_of_the_statements_is_shown(filed: Application, other: Account) -> None:
    agreed(family_of(filed), other, may_act=True)
    protect(filed, "order")
    text = read(other, filed)
    assert "The statements of this application are protected" in text
    assert [word for word in ("滨湖路", "朗州路", "湖南省", "Mother", "合成家长", "<dt>") if word in text] == []
    zh = read(other, filed, "zh-hans")
    assert "这份报名的填报内容受到保护" in zh
    assert "<dt>" not in zh


def test_an_agreement_to_the_older_text_shows_no_statements(
    filed: Application, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as then:
        older_text(then)
        first = agreed(family_of(filed), other, may_act=True)
    assert not covers_statements(first)
    page = enter(other, "en").get(at(filed)).content.decode()
    assert "invite you once more" in page
    assert "/statements/" not in page
    assert enter(other).get(at(filed, "statements")).status_code == 404
    with clock.at(clock.now() + timedelta(minutes=2)):
        again = agreed(family_of(filed), other, may_act=True)  # replaces the first one
    assert covers_statements(again)
    assert enter(other).get(at(filed, "statements")).status_code == 200


def test_who_asked_to_be_added_is_covered_by_the_text_of_the_answer(
    filed: Application, other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    same = child_add(guardian=other, name=filed.child.name, id_number=filed.child.id_number)
    guardian_ask(account=other, child_id=same.public_id)
    asked = filed.child.invitations.get(asker=other)
    page = enter(filed.guardian, "en").get(f"/my/children/{filed.child.public_id}/guardians/").content.decode()
    assert "what I stated in it" in page  # the text that a yes agrees to stands beside it
    request_answer(guardian=filed.guardian, invitation_id=asked.public_id, accept=True)
    assert covers_statements(guardianship_of(other, filed.child.public_id))


def test_the_other_guardian_says_who_comes_and_each_reads_who_said_it(other: Account) -> None:
    filed = placed()
    Season.objects.update(calendar=CHECK_IN)
    agreed(family_of(filed), other, may_act=True)
    with clock.at(datetime(2026, 8, 20, 12, tzinfo=clock.SHANGHAI)):
        client = enter(other, "en")
        assert "Yes, we come" in client.get(at(filed)).content.decode()
        assert client.post(at(filed, "attendance"), {"coming": "yes"}).status_code == 302
        assert (Attendance.objects.get().coming, Attendance.objects.get().by) == (True, other)
        assert "Said by: You." in client.get(at(filed)).content.decode()
        owners = enter(filed.guardian, "en").get(f"/my/applications/{filed.pk}/").content.decode()
        assert re.search(r"Said by: 合\*+ 199\*+9009\.", owners)
        attendance_say(guardian=filed.guardian, application_id=filed.pk, coming=False)
        assert "Said by: The guardian who applied." in client.get(at(filed)).content.decode()


@pytest.mark.parametrize("source", ["", "order"])
def test_who_may_only_see_and_who_stands_beside_an_order_says_nothing_for_check_in(other: Account, source: str) -> None:
    filed = placed()
    agreed(family_of(filed), other, may_act=bool(source))
    if source:
        protect(filed, source)
    client = enter(other, "en")
    page = client.get(at(filed)).content.decode()
    assert "Yes, we come" not in page
    assert ("滨湖路小学" in page) is not bool(source)
    assert client.post(at(filed, "attendance"), {"coming": "yes"}).status_code == 404
    assert not Attendance.objects.exists()


def test_a_step_of_a_third_person_is_not_said_to_be_the_offices(other: Account) -> None:
    filed = placed("offered")
    carer = person("+8619900009020")
    agreed(family_of(filed), other)
    agreed(family_of(filed), carer, may_act=True, role="carer", until=30, phone="+8619900009020")
    offer_answer(guardian=carer, application_id=filed.pk, answer="accept")
    page = enter(other, "en").get(at(filed)).content.decode()
    assert "Another person who acts for the child" in page


# corrections


def asked_of(other: Account, *items: str, **terms: Any) -> Application:
    """An application that was returned for these items, with a second guardian who may act."""
    one, application = returned(*items)
    agreed(one, other, **{"may_act": True, **terms})
    return application


def send(other: Account, filed: Application, language: str = "en", **typed: Any) -> Any:
    client = enter(other, language)
    return client.post(at(filed, "correct"), {**hidden_of(client, filed), **typed})


def hidden_of(client: Client, filed: Application) -> dict[str, str]:
    """What the form of the correction carries without being asked."""
    page = client.get(at(filed, "correct")).content.decode()
    hidden = dict(re.findall(r'type="hidden"\s+name="(client_token|returned)"\s+value="([^"]+)"', page))
    assert set(hidden) == {"client_token", "returned"}
    return hidden


def correct(other: Account, filed: Application, token: UUID | None = None, **typed: str) -> Application:
    request = filed.returns.order_by("-pk")[0]
    corrected = Corrected(request.pk, typed, token or uuid4())
    return shared_correct(guardian=other, application_id=filed.pk, corrected=corrected)


def test_a_second_guardian_answers_the_named_item_and_both_read_who_did_it(other: Account) -> None:
    filed = asked_of(other, "home_address")
    owner = (filed.guardian.name, filed.guardian.id_number, filed.guardian.phone)
    assert send(other, filed, home_address=NEW_HOME).status_code == 302
    filed.refresh_from_db()
    first, second = filed.versions.order_by("number")
    assert (filed.version, second.submitted_by) == (2, other)
    changed = {
        name for name in first.claims["answers"] if first.claims["answers"][name] != second.claims["answers"][name]
    }
    assert changed == {"home_address"}
    assert "滨湖路33" in second.claims["answers"]["home_address"]
    assert filed.returns.get().answered_at is not None
    step = filed.transitions.get(event="resubmit")
    assert step.actor == other
    filed.guardian.refresh_from_db()
    other.refresh_from_db()
    assert (filed.guardian.name, filed.guardian.id_number, filed.guardian.phone) == owner
    assert (other.name, other.id_number) == ("合成另一位", None)
    assert set(Message.objects.filter(template="received").values_list("account_id", flat=True)) == {filed.guardian_id}
    owners = enter(filed.guardian, "en").get(f"/my/applications/{filed.pk}/").content.decode()
    assert re.search(r"Done by 合\*+ 199\*+9009", owners)


def test_the_correction_page_shows_neither_the_reason_nor_a_whole_number_nor_the_zone(other: Account) -> None:
    filed = asked_of(other, "home_address", "home_certificate", "choices", "lives_with")
    text = enter(other, "en").get(at(filed, "correct")).content.decode()
    stated = filed.versions.get().claims["answers"]
    hidden = (REASON, "滨湖路12", stated["home_certificate"], stated["guardian_id"], "your zone", "household_address")
    assert [word for word in hidden if word in text] == []
    assert "So far: 湖南省***" in text
    assert 'value="WL01"' in text


def test_what_is_left_empty_stays_as_filed_and_what_the_owner_typed_since_is_not_sent(other: Account) -> None:
    filed = asked_of(other, "home_address", "home_certificate", "home_share")
    draft = filed.child.drafts.get()
    draft_save(guardian=filed.guardian, draft_id=draft.public_id, answers={"home_certificate": "湘(2019)草稿"})
    assert send(other, filed, home_address=NEW_HOME, home_certificate="", home_share="50").status_code == 302
    newest = filed.versions.get(number=2).claims["answers"]
    assert newest["home_certificate"] == filed.versions.get(number=1).claims["answers"]["home_certificate"]
    assert newest["home_share"] == "50"


def test_schools_are_corrected_without_being_told_where_the_home_is(other: Account) -> None:
    filed = asked_of(other, "choices")
    assert send(other, filed, school=["WL02", ""]).status_code == 302
    assert filed.versions.get(number=2).choices == ["WL02"]


def test_a_slip_stores_nothing_and_keeps_what_was_typed_on_the_page(other: Account) -> None:
    filed = asked_of(other, "home_certificate", "home_share")
    before = dict(filed.child.drafts.get().answers)
    answer = send(other, filed, home_certificate="x", home_share="1000")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert ('value="1000"' in page, "from 1 to 100" in page) == (True, True)
    filed.refresh_from_db()
    assert (filed.state, filed.version, filed.child.drafts.get().answers) == ("returned", 1, before)


def test_only_named_items_are_taken_from_a_made_up_form(other: Account) -> None:
    filed = asked_of(other, "home_share")
    sneaked = {"home_address": NEW_HOME, "guardian_name": "合成改名", "choices": "WL02", "need_text": "x"}
    assert send(other, filed, home_share="50", school=["WL02"], **sneaked).status_code == 302
    first, second = filed.versions.order_by("number")
    assert second.choices == first.choices
    assert {**second.claims["answers"], "home_share": "100"} == first.claims["answers"]
    assert second.claims["needs"] == first.claims["needs"]


@pytest.mark.parametrize("item", ["guardian_name", "insurance_holder", "need_kinds", "document:title"])
def test_an_item_of_who_applied_leaves_the_whole_correction_to_them(other: Account, item: str) -> None:
    filed = asked_of(other, "home_share", item)
    client = enter(other, "en")
    shared_page = client.get(at(filed)).content.decode()
    assert "The guardian who applied has to answer this." in shared_page
    assert "/correct/" not in shared_page
    assert client.get(at(filed, "correct")).status_code == 302
    with pytest.raises(Refused) as refused:
        correct(other, filed, home_share="50")
    assert refused.value.code == "owner"
    filed.refresh_from_db()
    assert (filed.state, filed.version) == ("returned", 1)


@pytest.mark.parametrize("terms", [{"may_act": False}, {"role": "carer", "until": 30}], ids=["sees only", "carer"])
def test_who_was_not_given_it_corrects_nothing(other: Account, terms: dict[str, Any]) -> None:
    filed = asked_of(other, "home_share", **terms)
    refuse_everywhere(other, filed)


@pytest.mark.parametrize("source", ["own", "order"])
def test_beside_a_protected_address_nothing_is_corrected_from_that_moment_on(other: Account, source: str) -> None:
    filed = asked_of(other, "home_share")
    page = enter(other).get(at(filed, "correct"))
    assert page.status_code == 200
    with clock.at(clock.now() + timedelta(seconds=1)):
        protect(filed, source)
        refuse_everywhere(other, filed)


def test_an_ended_agreement_and_one_to_the_older_text_correct_nothing(
    other: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, filed = returned("home_share")
    with monkeypatch.context() as then:
        older_text(then)
        agreed(one, other, may_act=True)
    refuse_everywhere(other, filed)
    with clock.at(clock.now() + timedelta(minutes=2)):
        newer = agreed(one, other, may_act=True)
    assert enter(other).get(at(filed, "correct")).status_code == 200
    guardianship_end(account=one.guardian, guardianship_id=newer.public_id)
    with pytest.raises(NotAllowed):
        correct(other, filed, home_share="50")
    assert enter(other).get(at(filed, "correct")).status_code == 404


def refuse_everywhere(other: Account, filed: Application) -> None:
    client = enter(other)
    request = filed.returns.get()
    body = {"client_token": str(uuid4()), "returned": request.pk, "home_share": "50"}
    assert client.get(at(filed, "correct")).status_code == 302
    assert client.post(at(filed, "correct"), body).status_code == 302
    with pytest.raises(NotAllowed):
        correct(other, filed, home_share="50")
    filed.refresh_from_db()
    assert (filed.state, filed.version) == ("returned", 1)
    assert filed.child.drafts.get().answers["home_share"] == "100"


def test_the_same_press_twice_is_one_version_and_a_stale_form_is_told(other: Account) -> None:
    filed, token = asked_of(other, "home_share"), uuid4()
    for _at in range(2):
        correct(other, filed, token, home_share="50")
    assert filed.versions.count() == 2
    with pytest.raises(Refused) as refused:
        correct(other, filed, home_share="60")
    assert refused.value.code == "changed"
    with pytest.raises(NotAllowed):  # somebody else's token is no way in
        correct(filed.guardian, filed, token, home_share="60")


def test_the_second_press_of_a_double_tap_is_told_that_it_is_sent(other: Account) -> None:
    filed = asked_of(other, "home_address")
    client = enter(other, "en")
    hidden = hidden_of(client, filed)
    for _press in range(2):
        answer = client.post(at(filed, "correct"), {**hidden, "home_address": NEW_HOME}, follow=True)
        assert "The correction is sent." in answer.content.decode()
    assert filed.versions.count() == 2
    another = client.post(at(filed, "correct"), {**hidden, "client_token": str(uuid4())}, follow=True)
    assert "This is not possible now" in another.content.decode()


def test_a_form_made_for_an_earlier_request_answers_no_later_one(other: Account) -> None:
    filed = asked_of(other, "home_share")
    stale = Corrected(filed.returns.get().pk, {"home_share": "50"}, uuid4())
    correct(other, filed, home_share="60")
    Application.objects.filter(pk=filed.pk).update(state="attention", review_school_id="WL01")
    review_return(
        reviewer=factories.staff("reviewer", school="WL01"),
        application_id=filed.pk,
        items=["home_since"],
        reason=REASON,
        deadline=clock.now() + timedelta(hours=1),
    )
    with pytest.raises(Refused) as refused:
        shared_correct(guardian=other, application_id=filed.pk, corrected=stale)
    assert refused.value.code == "changed"
    assert filed.versions.count() == 2


def test_the_deadline_ends_with_its_minute_for_a_second_guardian_too(other: Account) -> None:
    filed = asked_of(other, "home_share")
    deadline = filed.returns.get().deadline.replace(second=0, microsecond=0)
    with clock.at(deadline + timedelta(seconds=60)), pytest.raises(Refused) as late:
        correct(other, filed, home_share="50")
    assert late.value.code == "late"
    with clock.at(deadline + timedelta(seconds=59)):
        assert correct(other, filed, home_share="50").version == 2


def test_a_page_the_owner_has_not_sent_goes_with_nobody_elses_correction(
    other: Account, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    filed = asked_of(other, "home_share")
    draft = filed.child.drafts.get()
    draft.documents.create(owner=filed.guardian, kind="title", sha256="0" * 64, uploaded_at=clock.now())
    with pytest.raises(Refused) as refused:
        correct(other, filed, home_share="50")
    assert refused.value.code == "owner"


def test_who_corrected_takes_none_of_the_answers_into_an_application_of_their_own(other: Account) -> None:
    filed = asked_of(other, "home_share")
    correct(other, filed, home_share="50")
    assert earlier_answers(other) == {}
    assert earlier_answers(filed.guardian)["home_share"] == "50"


def test_an_answer_that_does_not_fit_is_refused_by_the_service_too(other: Account) -> None:
    filed = asked_of(other, "home_share")
    with pytest.raises(InvalidAnswers):
        correct(other, filed, home_share="viel")


def test_the_selectors_open_no_application_of_another_child(filed: Application, other: Account) -> None:
    mine = agreed(family_of(filed), other)
    elsewhere = factories.family(factories.World(filed.round, *School.objects.order_by("pk"))).submit()
    for look in (shared.statements, shared.correction, shared.shared_application):
        with pytest.raises(NotAllowed):
            look(guardianship_of(other, mine.child.public_id), elsewhere.pk)
    for page in ("statements", "correct"):
        path = f"/my/shared/{filed.child.public_id}/{elsewhere.pk}/{page}/"
        assert Client().get(path).status_code == 302
        assert enter(other).get(path).status_code == 404
