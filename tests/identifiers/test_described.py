"""A character that cannot be typed: what families and police paperwork write for it, and how a person settles it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from identifiers import MESSAGES, PLACEHOLDER, check, compare_names, normalise, settle_name, stands_for

SAID = "左石右羡，读作xiàn"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
SIGNS = st.sampled_from(
    [*"⿰⿱⿲⿴⿻\u2ffe()（）【】[]〔〕?？*＊□■〓○×某X#_\ufffd\ue000", "⿰石羡", "(石羡)", "·", " ", "〇"]
)
NAMES = st.lists(HAN | SIGNS, min_size=1, max_size=12).map("".join)


@pytest.mark.parametrize(
    ("typed", "value", "words"),
    [
        ("赵⿰石羡", "赵〓", "左石右羡"),
        ("赵⿱艹⿰石羡生", "赵〓生", "⿱艹⿰石羡"),
        ("(石羡)生", "〓生", "石羡"),
        ("赵（石羡）", "赵〓", "石羡"),
        ("赵【石羡】生", "赵〓生", "石羡"),
        ("赵〔石+羡〕", "赵〓", "石+羡"),
        ("赵(⿰石羡)", "赵〓", "左石右羡"),
        ("赵⿰?羡", "赵〓", "⿰?羡"),
        ("赵？生", "赵〓生", ""),
        ("赵*生", "赵〓生", ""),
        ("赵□生", "赵〓生", ""),
        ("赵○生", "赵〓生", ""),
        ("赵×生", "赵〓生", ""),
        ("赵x生", "赵〓生", ""),
        ("赵〓生", "赵〓生", ""),
        ("赵\ue000生", "赵〓生", ""),
        ("赵\ufffd\ufffd", "赵〓", ""),
        ("赵某", "赵〓", ""),
        ("古丽·？", "古丽·〓", ""),
        ("古丽・?", "古丽·〓", ""),
        ("赵？金?", "赵〓金〓", ""),
    ],
)
def test_what_stands_for_a_character_is_kept_as_a_placeholder(typed: str, value: str, words: str) -> None:
    asked = check("name", typed, described="")
    assert (asked.ok, asked.code) == (False, "name_described")
    found = stands_for(typed)
    assert found is not None
    assert found.words == words
    taken = check("name", typed, described=SAID)
    assert (taken.ok, taken.value, taken.raw) == (True, value, typed)
    assert taken.facts["description"] == SAID
    again = check("name", taken.value, described=SAID)
    assert again.value == taken.value  # what is stored is read as what it is


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("赵⿰石", "name_unfinished"),
        ("赵⿰", "name_unfinished"),
        ("赵(石羡", "name_unfinished"),
        ("赵⿰⿰⿰⿰⿰⿰石羡石羡石羡石", "name_unfinished"),
        ("(石羡)", "name_whole"),
        ("?", "name_whole"),
        ("赵？生*金□", "name_signs"),
        ("赵？3", "name_digit"),
        ("赵？😀", "name_character"),
        ("赵(a)", "name_character"),
        ("张(三)", "name_character"),
        ("赵？\n生", "control_character"),
        ("·？生", "name_dot"),
        ("张san?", "name_character"),
        ("JOHN?", "name_character"),
    ],
)
def test_a_mistake_is_told_from_a_description(typed: str, code: str) -> None:
    assert check("name", typed, document="passport", described=SAID).code == code


@pytest.mark.parametrize("typed", ["〇一", "某大明", "赵石羡", "欧阳龘"])
def test_names_of_which_every_character_is_there_are_no_descriptions(typed: str) -> None:
    assert check("name", typed, described=SAID).value == typed
    assert stands_for(typed) is None


@pytest.mark.parametrize(
    ("typed", "value"), [("赵(石羡)", "赵(石羡)"), ("赵（左石右羡）生", "赵(左石右羡)生"), ("赵⿰石羡", "赵⿰石羡")]
)
def test_where_no_description_is_asked_the_name_says_it(typed: str, value: str) -> None:
    checked = check("name", typed)
    assert (checked.ok, checked.value) == (True, value)
    assert check("name", value).value == value


@pytest.mark.parametrize("typed", ["赵？", "赵？(石羡)", "赵某", "赵\ue000"])
def test_where_no_description_is_asked_a_sign_says_nothing(typed: str) -> None:
    assert check("name", typed).code == "name_in_brackets"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("", "name_described"),
        ("  \u200b ", "name_described"),
        ("羡", "name_typable"),
        ("??", "name_description"),
        ("12", "name_description"),
        ("石" * 61, "name_description"),
        ("\ud800\x00石羡", "ok"),
        ("左石右羡", "ok"),
        ("⿰石羡", "ok"),
        ("xian", "ok"),
    ],
)
def test_a_description_says_something(said: str, code: str) -> None:
    assert check("name", "赵？", described=said).code == code


@pytest.mark.parametrize("typed", ["赵\U0002ebf0", "赵\U000323b0"])
def test_characters_newer_than_our_tables_are_characters(typed: str) -> None:
    assert check("name", typed).value == typed


@pytest.mark.parametrize(
    ("name", "given_", "settled"),
    [
        ("赵〓生", "𬒗", "赵𬒗生"),
        ("赵〓生", " U+2C497 ", "赵𬒗生"),
        ("赵〓生", "u+2c497", "赵𬒗生"),
        ("赵〓生", "2C497", "赵𬒗生"),
        ("赵〓生", "&#x2C497;", "赵𬒗生"),
        ("赵〓〓", "𬒗 U+4DAE", "赵𬒗䶮"),
        ("赵〓〓", "U+2C497、䶮", "赵𬒗䶮"),
        ("赵〓", "U+E863", "赵䶮"),  # where GBK kept it before Unicode had it
        ("赵〓", "U+2EBF0", "赵\U0002ebf0"),
        ("赵〓生", "（石羡）", "赵(石羡)生"),
        ("赵〓生", "⿰石羡", "赵(⿰石羡)生"),
    ],
)
def test_a_person_settles_by_the_character_or_its_code_point(name: str, given_: str, settled: str) -> None:
    assert settle_name(name, given_).value == settled


@pytest.mark.parametrize(
    ("name", "given_", "code"),
    [
        ("赵〓", "", "name_settle"),
        ("赵〓", "石羡", "name_settle"),
        ("赵〓〓", "石", "name_settle"),
        ("赵石", "石", "name_settle"),
        ("赵〓", "〓", "name_character"),
        ("赵〓", "?", "name_character"),
        ("赵〓", "A", "name_character"),
        ("赵〓", "U+0041", "name_character"),
        ("赵〓", "U+E000", "name_private_character"),
        ("赵〓", "U+D800", "name_character"),
        ("赵〓", "U+FFFFFF", "name_character"),
    ],
)
def test_what_settles_nothing_is_refused(name: str, given_: str, code: str) -> None:
    refused = settle_name(name, given_)
    assert (refused.ok, refused.code) == (False, code)
    assert refused.message


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("赵〓生", "赵𬒗生", "unreadable"),
        ("赵〓生", "赵?生", "unreadable"),
        ("赵〓生", "赵(石羡)生", "unreadable"),
        ("赵〓生", "赵〓生", "unreadable"),  # two placeholders need not be one character
        ("赵〓生", "钱𬒗生", "different"),
        ("赵〓生", "赵𬒗", "different"),
        ("〓〓", "赵生", "different"),  # whoever reads nothing agrees with nobody
        ("赵𬒗生", "赵𬒗生", "same"),
        ("赵(石羡)生", "赵𬒗生", "unreadable"),
    ],
)
def test_names_with_a_placeholder_go_to_a_person(first: str, second: str, same: str) -> None:
    assert compare_names(first, second) == same
    assert compare_names(second, first) == same


@given(NAMES, st.sampled_from(["", SAID, "羡", "?", "左石右羡"]))
@example("⿰" * 12, SAID)
@example("X" * 12, "")
@example("某某", SAID)
def test_any_input_is_described_or_told_what_to_do(typed: str, said: str) -> None:
    checked = check("name", typed, described=said)
    if not checked.ok:
        assert checked.message
        assert checked.code in MESSAGES
        return
    assert checked.value == normalise("name", checked.value)
    # nothing that stands for a character is stored as one, and nothing is a placeholder without a description
    assert not set(checked.value) & set("⿰⿱⿲⿴⿻?*□■○×X#_()[]【】〔〕\ufffd\ue000")
    assert (PLACEHOLDER in checked.value) == bool(checked.facts.get("description"))
    assert "某" not in checked.value[1:]


@given(NAMES, st.text(max_size=20))
def test_what_a_person_gives_settles_the_name_or_is_refused(typed: str, given_: str) -> None:
    name = check("name", typed, described=SAID)
    if not name.ok or PLACEHOLDER not in name.value:
        return
    settled = settle_name(name.value, given_)
    assert settled.ok == (PLACEHOLDER not in settled.value)
    assert compare_names(name.value, settled.value if settled.ok else name.value) in {"unreadable", "different"}


@given(st.text(max_size=60), st.text(max_size=80))
def test_no_text_is_an_exception(typed: str, said: str) -> None:
    check("name", typed, described=said)
    compare_names(typed, said)
    settle_name(typed, said)
