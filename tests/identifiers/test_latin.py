"""Names of places and schools in Latin letters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identifiers.latin import has_han, latin

READ = {
    "七里桥街道示例小学": "Qiliqiao Subdistrict Shili Primary School",
    "启明街道小学学区": "Qiming Subdistrict Primary School Zone",
    "启明大学区": "Qiming Big Zone",
    "永安街道示例小学": "Yong'an Subdistrict Shili Primary School",
    "河洑镇示例小学": "Hefu Town Shili Primary School",
    "芦荻山乡示例小学": "Ludishan Township Shili Primary School",
    "滨湖路小学": "Binhu Road Primary School",
    "常德市第十二中学": "Changde City No. 12 Middle School",
    "常德市一中": "Changde City No. 1 Middle School",
    "湖南师范大学附属小学": "Hunan Normal University Affiliated Primary School",
    "女娲小学": "Nüwa Primary School",
    "西安市": "Xi'an City",
    "六安市": "Lu'an City",
    "重庆市渝北区": "Chongqing City Yubei District",
    "东区": "Dongqu",
    "市府街": "Shifu Street",
    "三八路小学": "Sanba Road Primary School",
    "洞庭大道": "Dongting Avenue",
    "Montessori幼儿园": "Montessori Kindergarten",
    "启明街道服务点（示例）": "Qiming Subdistrict Service Point (Shili)",
    "": "",
}


@pytest.mark.parametrize(("name", "said"), READ.items())
def test_the_kind_is_english_and_the_rest_is_pinyin_in_one_word(name: str, said: str) -> None:
    assert latin(name) == said


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20))
def test_only_characters_that_no_table_reads_are_left(name: str) -> None:
    said = latin(name)
    assert said
    assert all(latin(one) == one for one in said if has_han(one))  # 瓧 has no reading anywhere
    assert not any(one.isdigit() for one in said) or "No. " in said


def test_the_usual_characters_are_all_read() -> None:
    assert not any(has_han(latin(one)) for one in "".join(READ))


@given(st.text(max_size=30))
def test_anything_is_taken(name: str) -> None:
    latin(name)
