"""What may stand in a district's form, and what asks families for more."""

from typing import Any

import pytest

from enrollment.filing import form
from enrollment.seasons.rules.own_form import OwnForm, asks_more, mistakes
from tests.enrollment.own_form.content import CHOICE, NUMBER, content

OPTIONAL = dict.fromkeys(form.MAY_BE_OFF, "")


def wrong(body: dict[str, Any], **optional: str) -> dict[str, str]:
    found = mistakes(body, pages=form.STEPS, optional={**OPTIONAL, **optional}, materials=["deed"])
    return {one.place: one.message for one in found}


def named(**change: Any) -> dict[str, Any]:
    return {**CHOICE, "name": "own_1", **change}


def test_a_right_form_has_no_mistakes() -> None:
    texts = {"intro": {"zh": "甲", "en": "a"}, "material:deed": {"zh": "乙", "en": "b"}}
    assert wrong({"off": ["helper_name"], "extra": [named(), {**NUMBER, "name": "own_2"}], "texts": texts}) == {}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"label": {"zh": "甲"}}, "extra.0.label.en"),
        ({"purpose": {}}, "extra.0.purpose.zh"),
        ({"basis": {"en": "x"}}, "extra.0.basis.zh"),
        ({"label": {"zh": "甲" * 81, "en": "a"}}, "extra.0.label.zh"),
        ({"kind": "photo"}, "extra.0.kind"),
        ({"page": "needs"}, "extra.0.page"),
        ({"name": "guardian_name"}, "extra.0.name"),
        ({"options": CHOICE["options"][:1]}, "extra.0.options"),
        (
            {"options": [{"value": "a b", "zh": "甲", "en": "a"}, {"value": "b", "zh": "乙", "en": "b"}]},
            "extra.0.options",
        ),
        ({"options": [{"value": "a", "zh": "甲", "en": ""}, {"value": "b", "zh": "乙", "en": "b"}]}, "extra.0.options"),
    ],
)
def test_a_question_is_refused_at_its_field(change: dict[str, Any], place: str) -> None:
    assert place in wrong({"off": [], "extra": [named(**change)], "texts": {}})


def test_what_the_rules_look_at_is_not_left_out_and_the_rule_is_named() -> None:
    found = mistakes(
        {"off": ["permit_holder", "guardian_name"], "extra": [], "texts": {}},
        pages=form.STEPS,
        optional={**OPTIONAL, "permit_holder": "常德 v1 · 居住证"},
        materials=[],
    )
    assert [(one.place, one.params.get("rule", "")) for one in found] == [
        ("off.permit_holder", "常德 v1 · 居住证"),
        ("off.guardian_name", ""),
    ]


def test_texts_have_their_places_and_the_name_of_a_class_its_number() -> None:
    texts = {
        "material:permit": {"zh": "甲", "en": "a"},
        "thanks": {"zh": "甲"},
        "class": {"zh": "班", "en": "Class {number}"},
    }
    assert set(wrong({"off": [], "extra": [], "texts": texts})) == {
        "texts.material:permit",
        "texts.thanks.en",
        "texts.class.zh",
    }


def test_only_what_asks_for_more_takes_two() -> None:
    before = {"off": ["helper_name"], "extra": [named(required=False, shared=False)], "texts": {}}
    assert asks_more({"off": [], "extra": [], "texts": {}}, before)
    assert not asks_more(before, {**before, "texts": {"intro": {"zh": "甲", "en": "a"}}})
    assert not asks_more(before, {"off": ["helper_name", "helper_phone"], "extra": [], "texts": {}})
    assert not asks_more(
        before, {**before, "extra": [named(required=False, shared=False, help={"zh": "甲", "en": "a"})]}
    )
    assert asks_more(before, {**before, "off": []})
    assert asks_more(before, {**before, "extra": [named(required=True, shared=False)]})
    assert asks_more(before, {**before, "extra": [named(required=False, shared=True)]})
    assert asks_more(before, {**before, "extra": [named(required=False, shared=False, kind="text")]})


def test_the_form_has_its_questions_on_their_pages_and_nothing_that_was_left_out() -> None:
    own = OwnForm.of({**content(), "off": ["insurance_holder", "second_guardian_id"], "extra": [named()]})
    fields = {field.name: field for field in form.fields_with(own, "en")}
    assert {"insurance_holder", "insurance_months", "second_guardian_id"}.isdisjoint(fields)
    assert fields["own_1"].label == "How will the child come to school?"
    assert [one.name for one in form.page_fields("home", list(fields.values()))][-1] == "own_1"
    # where the other parent's number is not asked for, nobody can be led into a question that needs it
    assert "other_parent" not in {option.value for option in fields["permit_holder"].options}
    assert form.fields_with(own, "zh")[-1].page == "needs"
