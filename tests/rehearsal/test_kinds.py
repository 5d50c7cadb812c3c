"""Whether a kind of unusual family ended rightly is seen, and so is one that did not, or was not played at all."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from rich.console import Console

from enrollment.seasons.models import Application, Child, Round
from enrollment.seasons.services.seasons import policy_store
from policy import scheme_text
from rehearsal.city import Applicant
from rehearsal.kinds import ended
from rehearsal.play import Play
from synthetic.unusual import KINDS
from tests import factories

pytestmark = pytest.mark.django_db


def played(kind: str, *applications: Application, **claimed: Any) -> Play:
    play = Play(Path(settings.BASE_DIR) / "examples" / "wuling", 1, 20, keep=False, console=Console(quiet=True))
    for at, application in enumerate(applications, start=1):
        claim = {"child": {"name": application.child.name}, "guardian": {"mobile": "19900000000"}, **claimed}
        applicant = Applicant(f"S1-{at}", "primary", "single", claim, {}, (), "19900000000", (), kind)
        play.applicants[applicant.id] = applicant
        play.filed[applicant.id] = application.receipt
    return play


def accepted(group: str) -> Application:
    application = factories.application("accepted")
    Application.objects.filter(pk=application.pk).update(group_code=group)
    return application


def test_a_family_that_ended_rightly_has_nothing_wrong_and_others_were_not_played() -> None:
    found = ended(played("collective", accepted("class_2")))
    assert found["collective"]["wrong"] == []
    assert {kind for kind, one in found.items() if one["wrong"] == ["not played"]} == KINDS.keys() - {"collective"}


def test_another_class_a_needless_question_and_another_name_are_named() -> None:
    asked = factories.application("in_review")
    Child.objects.filter(pk=asked.child_id).update(name="别的名字")
    said = " ".join(ended(played("collective", asked, child={"name": "合成小明"}))["collective"]["wrong"])
    for words in ("state is in_review", "group is class_1", "name is 别的名字", "a person looked is True"):
        assert words in said


def test_other_rules_have_other_classes_and_end_all_the_same() -> None:
    application = accepted("another_class")
    assert "group is another_class" in " ".join(ended(played("collective", application))["collective"]["wrong"])
    own = policy_store(district=application.round.season.district, code="ones-own", text=scheme_text("changde"))
    Round.objects.update(policy=own)
    assert ended(played("collective", application))["collective"]["wrong"] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("foreign", "document is resident-id"),
        ("protected", "no order stands"),
        ("too_young", "state is accepted"),
        ("second_document", "not refused as a second document"),
        ("one_telephone", "not stopped on the other's telephone"),
    ],
)
def test_what_a_kind_is_about_is_looked_at(kind: str, words: str) -> None:
    play = played(kind, accepted(KINDS[kind].group), accepted(KINDS[kind].group))
    assert words in " ".join(ended(play)[kind]["wrong"])


def test_twins_of_whom_one_has_no_place_are_apart() -> None:
    first, second = accepted("class_1"), factories.application("waiting")
    assert "twins apart" in ended(played("twins", first, second))["twins"]["wrong"]
