"""One child under two documents: refused where the name is the same, shown to a person where it is another."""

from collections.abc import Callable

import pytest
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import TokenDevice
from enrollment.filing.drafts.services import child_add, draft_file, draft_open, draft_save
from enrollment.judging.later.again import looks_go_on
from enrollment.judging.others.beside import twice_entered
from enrollment.judging.others.doubles import doubled, others_beside
from enrollment.judging.services import application_assess
from enrollment.seasons.models import Application, Child
from foundation.errors import Refused
from tests import factories
from tests.agencies import City
from verification.checking import checks_run

pytestmark = pytest.mark.django_db
PASSPORT = "E12345678"
BORN = factories.SIX_YEAR_OLD.isoformat()


def test_the_same_child_under_another_document_is_refused_in_words_that_say_what_to_do() -> None:
    place = factories.world()
    one = factories.family(place)
    typed = {"name": f" {one.child.name} ", "id_number": PASSPORT, "birth_date": BORN, "sex": "1"}
    adding: tuple[Callable[[], object], ...] = (
        lambda: child_add(guardian=one.guardian, **typed),
        lambda: draft_file(guardian=one.guardian, round_=place.round, child=typed, answers={}),
    )
    for add in adding:
        with pytest.raises(Refused) as refused:
            add()
        assert (refused.value.code, refused.value.field) == ("second_document", "id_number")
    assert Child.objects.count() == 1
    child_add(guardian=factories.guardian(), **typed)  # the other parent's entry is another matter


@pytest.mark.parametrize("changed", [{"name": "合成小红"}, {"sex": "2"}, {"birth_date": "2019-05-05"}])
def test_another_name_sex_or_birth_date_is_another_child(changed: dict[str, str]) -> None:
    one = factories.family(factories.world())
    typed = {"name": one.child.name, "id_number": PASSPORT, "birth_date": BORN, "sex": "1"}
    child_add(guardian=one.guardian, **{**typed, **changed})
    assert Child.objects.count() == 2


def judged(application: Application) -> str:
    version = application.versions.get()
    checks_run(subject=version.pk)
    application_assess(version_id=version.pk)
    application.refresh_from_db()
    return application.state


@pytest.mark.django_db(transaction=True)
def test_with_another_name_both_applications_meet_a_person_who_is_told(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    agencies.believe(one)
    other = child_add(guardian=one.guardian, name="HE CHENG", id_number=PASSPORT, birth_date=BORN, sex="1")
    draft = draft_open(guardian=one.guardian, child=other, round_=place.round)
    draft = draft_save(guardian=one.guardian, draft_id=draft.public_id, answers=one.answers)
    second = factories.Family(place, one.guardian, other, draft, one.answers)
    agencies.believe(second)
    filed = [one.submit(), second.submit()]
    assert [judged(application) for application in filed] == ["attention", "attention"]
    reviewer, browser = factories.staff("official"), Client(headers={"accept-language": "zh-hans"})
    browser.force_login(reviewer)
    session = browser.session
    session[DEVICE_ID_SESSION_KEY] = TokenDevice.objects.get(user=reviewer).persistent_id
    session.save()
    for here, there in (filed, filed[::-1]):
        page = browser.get(f"/admin/enrollment/application/{here.pk}/change/").content.decode()
        assert "可能是同一个孩子" in page
        assert there.receipt in page


@pytest.mark.django_db(transaction=True)
def test_each_parent_files_the_child_under_another_document_and_a_person_sees_both(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    agencies.believe(one)
    first = one.submit()
    judged(first)
    Application.objects.filter(pk=first.pk).update(state="approved")
    father = factories.guardian()
    child = child_add(guardian=father, name=one.child.name, id_number=PASSPORT, birth_date=BORN, sex="1")
    draft = draft_open(guardian=father, child=child, round_=place.round)
    answers = {**one.answers, "guardian_id": factories.adult_number()}
    draft = draft_save(guardian=father, draft_id=draft.public_id, answers=answers)
    second = factories.Family(place, father, child, draft, answers)
    agencies.believe(second)
    other = second.submit()
    assert judged(other) == "attention"
    while looks_go_on():
        pass
    first.refresh_from_db()
    assert first.state == "in_review"
    assert twice_entered(place.round) in ([(first.receipt, other.receipt)], [(other.receipt, first.receipt)])


@pytest.mark.parametrize(("stage", "found"), [("kindergarten", False), ("primary", True)])
def test_a_seat_of_an_earlier_year_is_a_double_only_in_the_same_stage(stage: str, *, found: bool) -> None:
    place = factories.world()
    one = factories.family(place)
    earlier = one.submit()
    past = {"state": "enrolled", "stage": stage, "season_year": earlier.season_year - 1}
    Application.objects.filter(pk=earlier.pk).update(**past)
    father = factories.guardian()
    child = child_add(guardian=father, name=one.child.name, id_number=PASSPORT, birth_date=BORN, sex="1")
    draft = draft_open(guardian=father, child=child, round_=place.round)
    answers = {**one.answers, "guardian_id": factories.adult_number()}
    draft = draft_save(guardian=father, draft_id=draft.public_id, answers=answers)
    applied = factories.Family(place, father, child, draft, answers).submit()
    assert doubled(child, others_beside([applied]).of(child)) == ([one.child.pk] if found else [])


@pytest.mark.django_db(transaction=True)
def test_twins_with_papers_of_one_kind_are_not_asked_about(agencies: City) -> None:
    place = factories.world()
    one = factories.family(place)
    agencies.believe(one)
    child_add(guardian=one.guardian, name="合成小红", id_number=factories.child_number())
    assert judged(one.submit()) == "approved"
