"""Every question of the form, answered as people write: the right value or words that say what to do, never a wrong.

For each kind of question a value is generated and dressed in what keyboards, copied pages and habits make of it (it is
taken as what it means), or spoilt as honest people spoil it (it is refused, unless what is left still means the same).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

import identifiers
from enrollment.filing.form import FIELDS
from enrollment.forms.questions import OWN_KINDS, Field, FieldError, validate
from identifiers.resident import check_character
from tests.identifiers.numbers import resident
from tests.identifiers.test_dates import FORMS as DAYS

TODAY = date(2026, 11, 29)
Told = tuple[str, str]  # what is typed, and what it means


def dressed(
    value: str, rng: Random, *, inside: str = "", lower: bool = True, wide: bool = True, digits: bool = True
) -> str:
    """The same value as another keyboard or page gives it; ``inside`` may stand between any two characters, behind a
    digit only with ``digits``: in an address a space parts two numbers.
    """
    out = ""
    for char in value:
        if lower and char.isascii() and char.isalpha() and rng.random() < 0.4:
            char = char.lower()  # noqa: PLW2901 - each character by itself
        if wide and "!" <= char <= "~" and rng.random() < 0.3:
            char = chr(ord(char) + 0xFEE0)  # noqa: PLW2901
        between = inside and (digits or not char.isdigit()) and rng.random() < 0.2
        out += char + (rng.choice(inside) if between else "")
    return rng.choice(("", " ", "\u3000", "\ufeff")) + out + rng.choice(("", " ", "\u200b", "\t"))


def slipped(value: str, rng: Random) -> str:
    """One slip of the hand: a digit left out, typed twice, swapped with the next, or a letter that looks like it."""
    at = rng.choice([place for place, char in enumerate(value) if char.isdigit()])
    after = at + 1 < len(value)
    ways = [
        value[:at] + value[at + 1 :],
        value[:at] + value[at] + value[at:],
        value[:at] + value[at + 1] + value[at] + value[at + 2 :] if after else value[:at],
        value[:at] + {"0": "O", "1": "l"}.get(value[at], "口") + value[at + 1 :],
    ]
    return rng.choice(ways)


DAY = st.dates(date(1950, 1, 1), date(2024, 12, 31))
SERIAL = st.integers(0, 999).map("{:03}".format)
RNG = st.randoms(use_true_random=False)
RESIDENT = st.builds(
    resident, st.sampled_from(["430702", "330113", "810000", "830000"]), DAY.map("{:%Y%m%d}".format), SERIAL
)
CARD = st.builds(lambda day, serial: (first := f"911156{day:%Y%m%d}{serial}") + check_character(first), DAY, SERIAL)
PASSPORT = st.builds("{}{:08}".format, st.sampled_from("EGPK"), st.integers(0, 99_999_999))
TRAVEL = st.builds("{}{:08}".format, st.sampled_from("HM"), st.integers(0, 99_999_999))
OTHER = RESIDENT | CARD | PASSPORT | TRAVEL
CODE_DRESS = " -\u200b\u00a0\u2014"
HAN = st.text("王李张刘陈杨黄赵吴周欧阳土小民龙马石羡", min_size=2, max_size=4)
RADICAL = {"土": "⼟", "小": "⼩", "龙": "⻰", "马": "⻢", "石": "⽯"}
PLACE = st.sampled_from(["阳光花园", "江南水乡", "翠柏里"])


def _name(name: str, rng: Random) -> Told:
    typed = "".join(RADICAL.get(char, char) if rng.random() < 0.5 else char for char in name)
    return dressed(typed, rng, inside=" \u200b\u3000"), name


def _dotted(first: str, last: str, rng: Random) -> Told:
    dot = rng.choice(("·", "・", "•", "．", "‧", " · ", "."))
    return dressed(first + dot + last, rng, wide=False), f"{first}·{last}"


def _address(place: str, building: int, unit: int, room: int, rng: Random) -> Told:
    flat = rng.choice((f"{building}幢", f"{building}栋", f"{building}号楼", f"第{building}幢"))
    spelled = rng.choice((f"{flat}{unit}单元{room}室", f"{flat}{unit}-{room}", f"{flat}{unit}单元{room}"))
    typed = dressed(f"常德市武陵区{place}{spelled}", rng, inside=" ", lower=False, digits=False)
    return typed, f"常德市武陵区{place}{building}幢{unit}单元{room}室"


def _certificate(year: int, number: int, rng: Random) -> Told:
    left, right = rng.choice(("()", "（）", "〔〕", "［］", "【】", ("", "")))
    typed = f"湘{left}{year}{right}常德市不动产权第{number:07}号"
    return dressed(typed, rng, inside=" \u200b", lower=False), f"湘({year})常德市不动产权第{number:07}号"


def _contract(year: int, number: int, rng: Random) -> Told:
    left, right = rng.choice(("()", "（）", "〔〕", "【】"))
    return dressed(
        f"{left}{year}{right}湘房合字第{number:04}号", rng, inside=" \u200b"
    ), f"({year})湘房合字第{number:04}号"


def _mobile(number: int, rng: Random) -> Told:
    local = f"199{number:08}"
    ahead = rng.choice(("", "+86", "0086", "+86 "))
    return dressed(ahead + local, rng, inside=" -"), f"+86{local}"


NUMBER = st.integers(0, 9_999)
YEAR = st.integers(1999, 2025)
RELATIVES: dict[str, st.SearchStrategy[Told]] = {
    "id": st.builds(lambda number, rng: (dressed(number, rng, inside=CODE_DRESS), number), OTHER, RNG),
    "name": st.builds(_name, HAN, RNG) | st.builds(_dotted, HAN, HAN, RNG),
    "mobile": st.builds(_mobile, st.integers(0, 99_999_999), RNG),
    "address": st.builds(_address, PLACE, st.integers(1, 99), st.integers(1, 9), st.integers(101, 3399), RNG),
    "certificate": st.builds(_certificate, YEAR, st.integers(0, 9_999_999), RNG),
    "contract": st.builds(_contract, YEAR, NUMBER, RNG),
    "date": st.builds(lambda day, form: (DAYS[form](day), day.isoformat()), DAY, st.sampled_from(list(DAYS))),
    "about": st.builds(
        lambda day, form: (form.format(day), f"{day:%Y-%m}"),
        DAY,
        st.sampled_from(["{0.year}年{0.month}月", "{0:%Y-%m}", "{0.year}.{0.month}", "大约{0.year}年{0.month}月"]),
    )
    | st.builds(lambda year, form: (form.format(year), str(year)), YEAR, st.sampled_from(["{}", "{}年", "约{}年"])),
    "percent": st.builds(
        lambda share, form: (form.format(share), str(share)),
        st.integers(1, 100),
        st.sampled_from(["{}", "{}%", " {} ", "{}％", "{} %", "{}.0"]),
    ),
    "number": st.builds(
        lambda months, form: (form.format(months), str(months)),
        st.integers(0, 400),
        st.sampled_from(["{}", " {} ", "0{}", "{}个月", "{} 个月", "{}月"]),
    ),
    "text": st.text("左右石羡读作xiàn，。 ", min_size=1, max_size=300).map(lambda said: (said, said.strip())),
}
OF_OTHERS = st.sampled_from(
    ["2019-08-31", "13800138000x", "湖南省", "？？", "不知道", "见附件", "同上", "12", "房产证"]
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it is judged: the kind of document its name stands on is that of who is Chinese."""

    field: Field

    def judge(self, typed: str) -> tuple[str, FieldError | None]:
        return validate(self.field, typed, TODAY, document="resident-id")


QUESTIONS = {one.name: Asked(one) for one in FIELDS}
TYPED = [name for name, one in QUESTIONS.items() if one.field.kind in RELATIVES]
PICKED = [name for name, one in QUESTIONS.items() if one.field.kind in {"choice", "several"}]


def test_every_question_of_the_form_has_relatives() -> None:
    assert {*TYPED, *PICKED} == set(QUESTIONS)
    assert {"id", "name", "mobile", "address", "certificate", "contract", *OWN_KINDS} - {"whole", "several"} == set(
        RELATIVES
    )


@pytest.mark.parametrize("name", TYPED)
@given(data=st.data())
def test_a_value_in_any_dress_is_that_value(name: str, data: st.DataObject) -> None:
    typed, right = data.draw(RELATIVES[QUESTIONS[name].field.kind])
    if not right and not typed.strip():
        return  # nothing was said
    assert QUESTIONS[name].judge(typed) == (right, None), (typed, right)


BETWEEN = st.sampled_from([" ", "  ", "-", "\u00a0", "\u3000"])
LATIN = st.text("ABCÉÑÖÜJMOSZ", min_size=2, max_size=8)


@pytest.mark.parametrize("name", [one for one in TYPED if QUESTIONS[one].field.kind == "name"])
@given(
    LATIN, LATIN, st.sampled_from([" ", "  ", "-", "\u00a0", "\u3000"]), st.sampled_from([str, str.lower, str.title])
)
def test_a_latin_name_is_kept_as_a_passport_writes_it(
    name: str, family: str, own: str, between: str, case: Callable[[str], str]
) -> None:
    typed = f"{case(family)}{between}{case(own)}"
    right = f"{family}{'-' if between == '-' else ' '}{own}"
    assert validate(QUESTIONS[name].field, typed, TODAY, document="passport") == (right, None)
    assert QUESTIONS[name].judge(typed)[1] is not None  # an ID card has none


SLIPS: dict[str, st.SearchStrategy[str]] = {
    "id": RESIDENT,
    "mobile": st.integers(0, 99_999_999).map("199{:08}".format),
    "date": DAY.map(date.isoformat),
}


@pytest.mark.parametrize("name", [one for one in TYPED if QUESTIONS[one].field.kind in SLIPS])
@given(data=st.data(), rng=RNG)
def test_a_slip_is_refused_or_means_the_same(name: str, data: st.DataObject, rng: Random) -> None:
    """A swap of two digits of a telephone or a day is another number or day: nobody can see it, so it is left out."""
    asked, right = QUESTIONS[name], data.draw(SLIPS[QUESTIONS[name].field.kind])
    typed = slipped(right, rng)
    if asked.field.kind != "id" and sorted(typed) == sorted(right):
        return
    value, problem = asked.judge(typed)
    if problem is None:
        meant = asked.judge(right)[0]
        assert value == meant or asked.field.kind == "date", (typed, value)
        if asked.field.kind == "date":  # a zero left out or doubled: 2019-8-31
            assert [int(part) for part in value.split("-")] == [int(part) for part in typed.split("-")]
    else:
        assert problem.message


@pytest.mark.parametrize("name", TYPED)
@given(typed=OF_OTHERS | st.text(max_size=30))
def test_whatever_stands_in_a_field_is_taken_whole_or_answered(name: str, typed: str) -> None:
    asked = QUESTIONS[name]
    value, problem = asked.judge(typed)
    if problem is not None:
        assert problem.message
        assert problem.field == name
        return
    assert asked.judge(value) == (value, None) or not value  # what is stored is what it means
    assert value or not asked.field.required


@pytest.mark.parametrize("name", PICKED)
@given(typed=st.text(max_size=20))
def test_only_what_is_offered_is_picked(name: str, typed: str) -> None:
    asked = QUESTIONS[name]
    offered = {option.value for option in asked.field.options}
    value, problem = asked.judge(typed)
    if problem is None:
        assert set(filter(None, value.split(","))) <= offered | {asked.field.default}
    for option in offered:
        assert asked.judge(option) == (option, None)


# -- numbers that other forms ask for -------------------------------------------------------------------------------

LICENCE = st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9).map(lambda end: f"92430702{end}")
UNIT = st.builds("430702001001GB{:05}F{:08}".format, st.integers(0, 99_999), st.integers(0, 99_999_999))
BIRTH = st.builds("{}{:09}".format, st.sampled_from("RSTU"), st.integers(0, 999_999_999))
Numbers = dict[str, tuple[st.SearchStrategy[str], Callable[[str], str]]]
NUMBERS: Numbers = {
    "credit-code": (LICENCE, lambda first: first + uscc.calc_check_digit(first)),
    "property-unit": (UNIT, str),
    "birth-certificate": (BIRTH, str),
    "disability-card": (RESIDENT, lambda number: f"{number}23"),
    "foreign-permanent-resident": (CARD, str),
}


@pytest.mark.parametrize("kind", NUMBERS)
@given(data=st.data(), rng=RNG)
def test_a_number_in_any_dress_is_that_number(kind: str, data: st.DataObject, rng: Random) -> None:
    drawn, whole = NUMBERS[kind]
    number = whole(data.draw(drawn))
    checked = identifiers.check(kind, dressed(number, rng, inside=CODE_DRESS), role="child", today=TODAY)
    assert (checked.ok, checked.value) == (True, number)


@given(LICENCE, RNG)
def test_a_slip_in_a_licence_is_refused_or_means_the_same(first: str, rng: Random) -> None:
    number = first + uscc.calc_check_digit(first)
    checked = identifiers.check("credit-code", slipped(number, rng))
    assert not checked.ok or checked.value == number
    assert checked.ok or checked.message


@given(DAY, st.sampled_from(list(DAYS)))
def test_a_day_in_the_place_of_a_number_is_named_as_one(day: date, form: str) -> None:
    """It never passes for a passport or a permit, however it is written."""
    for role in ("child", "guardian"):
        checked = identifiers.check("id", DAYS[form](day), role=role, today=TODAY)
        assert not checked.ok, (DAYS[form](day), checked)
