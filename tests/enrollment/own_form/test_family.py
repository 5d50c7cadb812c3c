"""What a family meets of its county's form: asked, checked, filed, shown everywhere, and kept as it was filed."""

import json
import uuid

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import Account
from enrollment.filing.drafts.services import draft_save, earlier_answers
from enrollment.filing.submission.receipts import receipt_facts
from enrollment.filing.submission.services import InvalidAnswers, Submission, application_submit, draft_digest
from enrollment.guardians import masking
from enrollment.guardians.services.agreements import protection_set
from enrollment.privacy.services import data_of
from enrollment.seasons.models import Application, Draft, Round
from enrollment.seasons.rules.forms import form_store
from foundation.errors import Refused
from schools.models import District
from tests import factories
from tests.enrollment.assisted.test_visits import at_desk
from tests.enrollment.guardians.test_agreements import agreed, person
from tests.enrollment.own_form.content import CHOICE, INTRO, NUMBER, THANKS, content
from tests.enrollment.shared.test_shared import family_of, read

pytestmark = pytest.mark.django_db
EN = {"accept-language": "en"}
BUS = "By school bus"


def given(*extra: dict[str, object], **texts: dict[str, str]) -> Round:
    """The round with a form of its own in force."""
    place = factories.world()
    rows = [{**one, "name": f"own_{number}"} for number, one in enumerate(extra or (CHOICE, NUMBER), start=1)]
    form = form_store(district=District.objects.get(pk=factories.DISTRICT), content=content(*rows, **texts))
    Round.objects.filter(pk=place.round.pk).update(form=form)
    return Round.objects.get(pk=place.round.pk)


def family(**answers: str) -> factories.Family:
    place = factories.world()
    return factories.family(place, own_1="bus", **answers)


def as_family(who: Account) -> Client:
    client = Client(headers=EN)
    client.force_login(who)
    return client


def test_a_question_is_asked_with_its_purpose_and_must_be_answered() -> None:
    given(intro=INTRO)
    one = factories.family(factories.world())
    client = as_family(one.guardian)
    at = f"/my/apply/{one.draft.public_id}/"
    shown = client.get(f"{at}home/").content.decode()
    assert "How will the child come to school?" in shown
    assert "School Bus Regulations, article 3" in shown
    assert "Welcome (example)" in client.get(f"{at}guardian/").content.decode()
    with pytest.raises(InvalidAnswers) as refused:
        one.submit()
    assert set(refused.value.errors) == {"own_1"}
    wrong = {name: value for name, value in one.answers.items() if name.startswith("home_")} | {"own_1": "plane"}
    assert client.post(f"{at}home/", wrong).status_code == 422
    right = {**wrong, "own_1": "bus"}
    assert client.post(f"{at}home/", right).status_code == 302
    check = client.get(f"{at}check/").content.decode()
    assert BUS in check
    assert one.submit().versions.get().claims["answers"]["own_1"] == "bus"


def test_the_answer_stands_wherever_an_application_is_read() -> None:
    given(thanks=THANKS)
    one = family(own_2="2")
    filed = one.submit()
    version = filed.versions.get()
    assert version.form_id == filed.round.form_id
    client = as_family(one.guardian)
    mine = client.get(f"/my/applications/{filed.pk}/?filed=1").content.decode()
    assert BUS in mine
    assert THANKS["en"] in mine
    with translation.override("zh-hans"):
        facts = receipt_facts(filed)
        data = json.dumps(data_of(one.guardian), ensure_ascii=False, default=str)
    assert ("孩子怎样上学？", "坐校车") in facts.answers
    assert THANKS["zh"] in facts.foot
    assert "孩子怎样上学？" in data
    assert "坐校车" in data
    reviewer = factories.staff("reviewer")
    case = at_desk(Client(headers=EN), reviewer).get(f"/admin/enrollment/application/{filed.pk}/change/")
    assert BUS in case.content.decode()


def test_what_is_left_out_is_neither_asked_nor_filed() -> None:
    given()
    one = family(family_situation="abroad", helper_name="合成帮手")
    assert "helper_name" not in one.submit().versions.get().claims["answers"]


def test_an_application_keeps_the_form_it_was_filed_with_also_when_it_is_corrected() -> None:
    round_ = given()
    one = family()
    filed = one.submit()
    first = round_.form_id
    newer = {**CHOICE, "name": "own_3", "label": {"zh": "甲？", "en": "Another?"}}
    form = form_store(district=District.objects.get(pk=factories.DISTRICT), content=content(newer))
    Round.objects.filter(pk=round_.pk).update(form=form)
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"own_1": "foot"})
    changed = application_submit(
        guardian=one.guardian, submission=Submission(one.draft.public_id, uuid.uuid4(), change=True)
    )
    assert (changed.version, [v.form_id for v in filed.versions.order_by("number")]) == (2, [first, first])
    assert changed.versions.get(number=2).claims["answers"]["own_1"] == "foot"
    other = factories.family(factories.world(), own_1="bus")  # who comes later is asked the new one
    with pytest.raises(InvalidAnswers) as refused:
        other.submit()
    assert set(refused.value.errors) == {"own_3"}


def test_nobody_declares_by_a_form_that_came_after_what_was_shown() -> None:
    round_ = given()
    one = family()
    seen = draft_digest(Draft.objects.select_related("child", "round").get(pk=one.draft.pk))
    form = form_store(
        district=District.objects.get(pk=factories.DISTRICT), content=content({**NUMBER, "name": "own_9"})
    )
    Round.objects.filter(pk=round_.pk).update(form=form)
    with pytest.raises(Refused) as refused:
        application_submit(guardian=one.guardian, submission=Submission(one.draft.public_id, uuid.uuid4(), seen=seen))
    assert refused.value.code == "changed"


def test_an_answer_can_be_asked_for_again() -> None:
    given()
    one = family()
    filed = one.bring("returned", items=("own_1",))
    page = as_family(one.guardian).get(f"/my/applications/{filed.pk}/correct/").content.decode()
    assert "How will the child come to school?" in page
    assert "own_2" not in page
    draft_save(guardian=one.guardian, draft_id=one.draft.public_id, answers={"own_1": "foot", "own_2": "3"})
    assert Draft.objects.get().answers["own_1"] == "foot"
    assert "own_2" not in Draft.objects.get().answers
    assert not masking.answerable("own_1")


@pytest.mark.parametrize(
    ("role", "protect", "sees"), [("parent", False, True), ("parent", True, False), ("carer", False, False)]
)
def test_a_second_guardian_reads_only_what_is_marked(role: str, protect: bool, sees: bool) -> None:
    given()
    filed, other = family(own_2="7").submit(), person()
    agreed(family_of(filed), other, role=role, until=30 if role == "carer" else None)
    if protect:
        protection_set(account=filed.guardian, on=True)
    text = read(other, filed)
    assert (BUS in text) is sees
    assert "How many of your children" not in text


def test_a_sibling_is_asked_again() -> None:
    given()
    one = family()
    one.submit()
    assert not any(name.startswith("own_") for name in earlier_answers(one.guardian))


def test_the_interface_for_programs_says_what_is_asked_and_takes_the_answer() -> None:
    given()
    rounds = Client().get("/api/v1/rounds/").json()
    assert [one["name"] for one in rounds[0]["questions"]] == ["own_1", "own_2"]
    parent = factories.guardian()
    client = Client()
    client.force_login(parent)
    filled = factories.answers(own_1="foot")
    choices = filled.pop("choices").split(",")
    body = {
        "client_token": str(uuid.uuid4()),
        "round": rounds[0]["id"],
        "child": {"name": "合成小明", "id_number": factories.child_number()},
        "answers": filled,
        "choices": choices,
    }
    answer = client.post("/api/v1/applications/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 201
    assert Application.objects.get().versions.get().claims["answers"]["own_1"] == "foot"
