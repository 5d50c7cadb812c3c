"""What people typed where the portal once failed, through the pages they met it on: each with relatives of its kind.

A case ends in one of two ways: the application is filed and holds the right value, or the page that was sent stays,
holds what was typed and names what to do. A wrong value is stored in neither.
"""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from django.test import Client

from enrollment.filing.form import STEPS
from enrollment.seasons.models import Application, Child, Draft
from identifiers.resident import check_character
from tests import factories

pytestmark = pytest.mark.django_db
OF_CHILD = {"name", "name_character", "id_number", "birth_date", "sex"}
BRACKETS, OTHER = "湘(2019)常德市不动产权第0012345号", "湘(2019)常德市不动产权第0012346号"
RENTED = {"home_kind": "rented", "home_certificate": "", "home_owner_relation": "", "home_share": ""}
BOUGHT = {"home_kind": "contract", "home_certificate": ""}


def numbered(first: str) -> str:
    """Seventeen digits with the one that checks them."""
    return first + check_character(first)


CARD = numbered("91115620190831002")  # of a foreign permanent resident, whose sequence says no sex


@dataclass(slots=True)
class Ended:
    """How a way through the pages ended: the filed application, or the page that refused, with its errors by field."""

    application: Application | None = None
    page: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def held(self) -> dict[str, Any]:
        """Every answer as it was filed, and what is stored of the child."""
        assert self.application is not None, self.errors
        child = self.application.child
        of_child = {name: str(getattr(child, name)) for name in ("name", "id_number", "birth_date", "sex")}
        claims = self.application.versions.get().claims
        return {**claims["answers"], **of_child, "document": child.document_kind}


def errors_in(page: str) -> dict[str, str]:
    """The sentence beside each field that is marked as wrong."""
    found = re.findall(r'id="([a-z_]+)-error"[^>]*>(.*?)</(?:p|div|span)>', page, re.DOTALL)
    return {name: " ".join(unescape(re.sub(r"<[^>]*>", " ", words)).split()) for name, words in found}


def filed(typed: Mapping[str, str], account: Any = None) -> Ended:
    """A family goes from adding its child to the receipt; it stops at the first page that refuses."""
    factories.world()
    browser = Client(headers={"accept-language": "zh-hans"})
    browser.force_login(account or factories.guardian())
    child = {"name": "合成小明", "id_number": factories.child_number()}
    child |= {name: value for name, value in typed.items() if name in OF_CHILD}
    added = browser.post("/my/children/add/", child)
    if added.status_code != 302:
        return Ended(page=added.text, errors=errors_in(added.text))
    draft = Draft.objects.latest("pk")
    answers = factories.answers(**{name: value for name, value in typed.items() if name not in OF_CHILD})
    schools = answers.pop("choices").split(",")
    for step in STEPS:
        sent = browser.post(f"/my/apply/{draft.public_id}/{step}/", {**answers, "school": schools})
        if sent.status_code != 302:
            return Ended(page=sent.text, errors=errors_in(sent.text))
    check = f"/my/apply/{draft.public_id}/check/"
    last = browser.post(check, {"declare": "yes", "client_token": str(uuid.uuid4())})
    if last.status_code != 302:
        return Ended(page=last.text, errors={"check": last.text})
    return Ended(Application.objects.get(child=draft.child))


FOREIGN_CHILD = {"name": "ANA SOUSA", "id_number": "E12345678", "birth_date": "2019-08-31", "sex": "2"}
TAKEN: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "the card of a permanent resident": (
        {"name": "ANA SOUSA", "id_number": CARD, "sex": "2"},
        {"birth_date": "2019-08-31", "sex": "2", "document": "foreign-permanent-resident"},
    ),
    "a child of Taiwan with a residence permit": (
        {"id_number": numbered("83000020190831001")},
        {"birth_date": "2019-08-31", "sex": "1", "document": "residence-permit"},
    ),
    "a child by its birth certificate": (
        {"id_number": "t 220123456", "birth_date": "2019年8月31日", "sex": "1"},
        {"id_number": "T220123456", "birth_date": "2019-08-31", "document": "birth-certificate"},
    ),
    "a foreign guardian": (
        {"guardian_name": "MARIA SOUSA", "guardian_id": "E12345679"},
        {"guardian_name": "MARIA SOUSA", "guardian_id": "E12345679"},
    ),
    "a foreign guardian with accents": (
        {"guardian_name": "María José Peña-Sousa", "guardian_id": "E12345679"},
        {"guardian_name": "MARÍA JOSÉ PEÑA-SOUSA"},
    ),
    "a second guardian with a passport": ({"second_guardian_id": "e1234 5670"}, {"second_guardian_id": "E12345670"}),
    "a contract as the city prints it": (
        {**BOUGHT, "home_contract": "（2020）湘房合字第0815号"},
        {"home_contract": "(2020)湘房合字第0815号"},
    ),
    "a contract in letters": ({**BOUGHT, "home_contract": "ht 2020/15"}, {"home_contract": "HT2020/15"}),
    "a lease as the city prints it": (
        {**RENTED, "home_lease": "住租备字2023第0042号"},
        {"home_lease": "住租备字2023第0042号"},
    ),
    "a public rental contract": (
        {**RENTED, "home_kind": "public_rental", "home_rental_contract": "公租〔2021〕字第７号-2021"},
        {"home_rental_contract": "公租(2021)字第7号-2021"},
    ),
    "radical forms": ({"name": "⼟⼩明"}, {"name": "土小明"}),
    "a described character": (
        {"name": "合⿰石羡", "name_character": "左石右羡，读作xiàn"},
        {"name": "合〓"},
    ),
    "a description in front": (
        {"guardian_name": "(石羡)生", "guardian_name_character": "左石右羡"},
        {"guardian_name": "〓生"},
    ),
    "a space for the dot": (
        {"guardian_name": "阿布都热依木 买买提"},
        {"guardian_name": "阿布都热依木买买提"},
    ),
    "a certificate without brackets": (
        {"home_certificate": "湘2019常德市不动产权第0012345号"},
        {"home_certificate": BRACKETS},
    ),
    "two certificates": ({"home_certificate": f"{BRACKETS}、{OTHER}"}, {"home_certificate": f"{BRACKETS}、{OTHER}"}),
    "two certificates joined by a word": (
        {"home_certificate": f"{BRACKETS}和{OTHER.replace('(', '（').replace(')', '）')}"},
        {"home_certificate": f"{BRACKETS}、{OTHER}"},
    ),
    "22-9-1": ({"household_registered_on": "22-9-1"}, {"household_registered_on": "2022-09-01"}),
    "19.8.31": ({"household_registered_on": "19.8.31"}, {"household_registered_on": "2019-08-31"}),
    "a year of the Republic": (
        {"household_registered_on": "民国108年8月31日"},
        {"household_registered_on": "2019-08-31"},
    ),
    "a birthday of two digits": ({**FOREIGN_CHILD, "birth_date": "19.8.31"}, {"birth_date": "2019-08-31"}),
    "about a month": ({**RENTED, "home_since": "2022年9月"}, {"home_since": "2022-09"}),
    "about a month with a line": ({**RENTED, "home_since": "2022-09"}, {"home_since": "2022-09"}),
    "about a year": ({**RENTED, "home_since": "2022"}, {"home_since": "2022"}),
    "about a year in words": ({**RENTED, "home_since": "大约二〇二二年"}, {"home_since": "2022"}),
    "no other parent": ({"second_guardian_id": "无"}, {"second_guardian_id": ""}),
    "no lease": ({**RENTED, "home_lease": "没有"}, {"home_lease": ""}),
}


@pytest.mark.parametrize("case", TAKEN)
def test_what_was_typed_is_filed_as_what_it_means(case: str) -> None:
    typed, right = TAKEN[case]
    held = filed(typed).held
    assert {name: held[name] for name in right} == right


CHILDS = factories.child_number(pair=431)
ADULTS = factories.adult_number()
REFUSED: dict[str, tuple[dict[str, str], str, str]] = {
    "the guardian's number is the child's": ({"id_number": CHILDS, "guardian_id": CHILDS}, "guardian_id", "孩子本人"),
    "the other parent's number is the child's": (
        {"id_number": CHILDS, "second_guardian_id": CHILDS},
        "second_guardian_id",
        "孩子本人",
    ),
    "both guardians have one number": (
        {"guardian_id": ADULTS, "second_guardian_id": ADULTS},
        "second_guardian_id",
        "另一",
    ),
    "both guardians have one number, typed in two ways": (
        {"guardian_id": ADULTS, "second_guardian_id": f"{ADULTS[:6]} {ADULTS[6:14]} {ADULTS[14:].lower()}"},
        "second_guardian_id",
        "另一",
    ),
    "a child by a date": ({"id_number": "20200831"}, "id_number", "日期"),
    "a child by a date with its signs": ({"id_number": "2020-8-31"}, "id_number", "2020-08-31"),
    "a child by a year of the Republic": ({"id_number": "民国108年8月31日"}, "id_number", "2019-08-31"),
    "a child by too many issues": ({"id_number": "1234567890"}, "id_number", "次数"),
    "a child by nothing": ({"id_number": "无"}, "id_number", "出生医学证明"),
    "a guardian by a date": ({"guardian_id": "19900101"}, "guardian_id", "日期"),
    "a guardian by a birth certificate": ({"guardian_id": "T220123456"}, "guardian_id", "出生医学证明"),
    "a guardian by nothing": ({"guardian_id": "无"}, "guardian_id", "证件"),
    "the other parent by a date": ({"second_guardian_id": "1990年1月1日"}, "second_guardian_id", "日期"),
    "Latin letters on an ID card": ({"guardian_name": "MARIA SOUSA"}, "guardian_name", "护照"),
    "a character nobody described": ({"guardian_name": "合？生"}, "guardian_name", "打不出"),
    "a description that is not finished": ({"name": "合⿰石"}, "name", "没有写完整"),
    "a contract without a number": ({**BOUGHT, "home_contract": "购房合同"}, "home_contract", "编号"),
    "a certificate of the future": (
        {"home_certificate": BRACKETS.replace("2019", "2039")},
        "home_certificate",
        "2039",
    ),
    "one of two certificates is none": ({"home_certificate": f"{BRACKETS}、房产证"}, "home_certificate", "不动产权"),
    "a day that is read two ways": ({"household_registered_on": "5/6/2020"}, "household_registered_on", "月"),
    "108 years": ({"household_registered_on": "108.8.31"}, "household_registered_on", "民国"),
    "a month where the day counts": ({"household_registered_on": "2022年9月"}, "household_registered_on", "日"),
    "a day that is none": ({"household_registered_on": "2022-02-30"}, "household_registered_on", "没有这一天"),
    "a birthday that lies ahead": ({**FOREIGN_CHILD, "birth_date": "2031-01-01"}, "birth_date", "还没有到"),
    "living there since nobody knows when": ({**RENTED, "home_since": "去年秋天"}, "home_since", "日期"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_meant_stays_on_its_page_with_what_to_do(case: str) -> None:
    typed, where, words = REFUSED[case]
    ended = filed(typed)
    assert where in ended.errors, (ended.errors, ended.application)
    assert words in ended.errors[where]
    assert not Application.objects.exists()
    for value in typed.values():
        assert not value or value in unescape(ended.page) or value in str(Draft.objects.values_list("answers"))


def test_two_empty_fields_are_both_marked() -> None:
    ended = filed({"name": "", "id_number": ""})
    assert set(ended.errors) == {"name", "id_number"}
    assert not Child.objects.exists()
