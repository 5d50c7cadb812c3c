"""Posted answers: each kind of question through each door, several ticks above all."""

import re
from uuid import uuid4

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from enrollment.documents.places import ITEM
from enrollment.filing import form
from enrollment.forms import posted
from enrollment.forms.questions import Field
from enrollment.outcome.student_registry.questions import FIELDS as REGISTRY
from enrollment.seasons.models import Application, Draft
from tests import factories
from tests.enrollment.filing.test_corrections import returned, signed_in

SEVERAL = next(field for field in form.FIELDS if field.kind == "several")
TICKS = [option.value for option in SEVERAL.options][:3]


def query(**values: list[str]) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, given in values.items():
        found.setlist(name, given)
    return found


@pytest.mark.parametrize("field", [*form.FIELDS, *REGISTRY], ids=lambda field: f"{field.kind} {field.name}")
def test_every_question_is_read_as_it_was_answered(field: Field) -> None:
    if field.kind == "several":
        assert posted.answers(query(**{field.name: ["", *TICKS]}), [field]) == {field.name: ",".join(TICKS)}
        assert posted.answers(query(**{field.name: [""]}), [field]) == {field.name: ""}
    else:
        said = posted.answers(query(**{field.name: ["一行\r\n二行"]}), [field])[field.name]
        assert said == "一行 二行"
    assert posted.answers(query(), [field]) == {}
    assert posted.answers(query(), [field], whole=True) == {field.name: ""}


def ticked(page: str) -> list[str]:
    """The ticked boxes of the question, as a browser would send them back."""
    boxes = re.findall(rf'<input type="checkbox"\s+name="{SEVERAL.name}"\s+value="(\w+)"\s*(checked)?', page)
    assert boxes, "the question is not on the page"
    return [value for value, on in boxes if on]


@pytest.mark.django_db
def test_several_ticks_go_through_the_pages_of_the_form() -> None:
    one = factories.family(factories.world())
    client, path = signed_in(one), reverse("enrollment:page", args=[one.draft.public_id, SEVERAL.page])
    client.post(path, {SEVERAL.name: ["", *TICKS]})
    assert Draft.objects.get().answers[SEVERAL.name].split(",") == TICKS
    assert ticked(client.get(path).content.decode()) == TICKS
    client.post(path, {SEVERAL.name: [""]})
    assert Draft.objects.get().answers[SEVERAL.name] == ""


@pytest.mark.django_db
def test_several_ticks_go_through_a_correction() -> None:
    one, application = returned(SEVERAL.name)
    client, path = signed_in(one), reverse("enrollment:correct", args=[application.pk])
    assert ticked(client.get(path).content.decode()) == []
    assert client.post(path, {"client_token": str(uuid4()), SEVERAL.name: ["", *TICKS]}).status_code == 302
    version = Application.objects.get().versions.get(number=2)
    assert version.claims["answers"].get(SEVERAL.name, version.claims["needs"].get(SEVERAL.name)) is not None
    assert all(tick in str(version.claims) for tick in TICKS)


@pytest.mark.django_db
def test_ticks_that_were_taken_away_in_a_correction_are_gone() -> None:
    one, application = returned(SEVERAL.name)
    Draft.objects.update(answers={**Draft.objects.get().answers, SEVERAL.name: ",".join(TICKS)})
    client, path = signed_in(one), reverse("enrollment:correct", args=[application.pk])
    assert ticked(client.get(path).content.decode()) == TICKS
    assert client.post(path, {"client_token": str(uuid4()), SEVERAL.name: [""]}).status_code == 302
    assert not any(tick in str(Application.objects.get().versions.get(number=2).claims) for tick in TICKS)


@pytest.mark.django_db
def test_several_ticks_are_kept_by_a_button_beside_the_documents() -> None:
    one, _application = returned(SEVERAL.name, f"{ITEM}title")
    client: Client = signed_in(one)
    client.post(reverse("enrollment:documents-add", args=[one.draft.public_id]), {SEVERAL.name: ["", *TICKS]})
    assert Draft.objects.get().answers[SEVERAL.name].split(",") == TICKS
