"""Names: the dot, rare characters, and which documents carry Latin letters."""

import pytest

from identifiers import check, mask, normalise


@pytest.mark.parametrize("dot", "・•．·‧∙⋅･.⸱")
def test_every_dot_between_han_becomes_the_registered_one(dot: str) -> None:
    expected = "name_character" if dot == "⸱" else "ok"
    checked = check("name", f"古丽{dot}买买提")
    assert checked.code == expected
    if checked.ok:
        assert checked.value == "古丽·买买提"


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("张 三", "张三"),
        ("\u3000张\u200b三\u00a0", "张三"),
        ("古丽 · 买买提", "古丽·买买提"),
        ("𬱖𬱖", "𬱖𬱖"),
        ("䶮㛃𰻝", "䶮㛃𰻝"),
        ("\uf9d3文", "\uf9d3文"),
        ("葛\U000e0100文", "葛文"),
        ("〇一", "〇一"),
        ("一", "一"),
        ("好" * 50, "好" * 50),
    ],
)
def test_han_names_are_accepted_and_kept_as_registered(typed: str, value: str) -> None:
    checked = check("name", typed)
    assert (checked.ok, checked.value, checked.raw) == (True, value, typed)


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("好" * 51, "name_length"),
        ("张3", "name_digit"),
        ("张３", "name_digit"),
        ("张\x07三", "control_character"),
        ("张\n三", "control_character"),
        ("张😀", "name_character"),
        ("张(三)", "name_character"),
        ("张\ue000", "name_in_brackets"),
        ("·张三", "name_dot"),
        ("张三·", "name_dot"),
        ("古丽··买买提", "name_dot"),
        ("张san", "name_mixed"),
        ("张-三", "name_character"),
        ("\u0301", "name_character"),
        ("Анна", "name_character"),
        ("김철수", "name_character"),
        ("\ud800", "control_character"),
    ],
)
def test_refused_names(typed: str, code: str) -> None:
    checked = check("name", typed, document="passport")
    assert (checked.ok, checked.code) == (False, code)
    assert checked.message


@pytest.mark.parametrize("document", ["passport", "travel_permit", "travel-permit", "foreign-permanent-resident"])
def test_latin_names_stand_on_passport_like_documents(document: str) -> None:
    checked = check("name", "Zoë  O’Brien-Smith Jr.", document=document)
    assert (checked.ok, checked.value) == (True, "ZOË O'BRIEN-SMITH JR.")


@pytest.mark.parametrize("document", [None, "resident-id", "id"])
def test_latin_names_are_refused_elsewhere(document: str | None) -> None:
    assert check("name", "John", document=document).code == "name_latin_document"


def test_composed_and_decomposed_latin_compare_equal() -> None:
    assert normalise("name", "Zoe\u0308") == normalise("name", "ZOË")


def test_the_mask_keeps_the_first_character() -> None:
    assert mask("name", "张三丰") == "张**"
    assert mask("name", "一") == "*"
