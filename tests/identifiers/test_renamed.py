"""The same place under the name of another year: county to district, town to subdistrict."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings

from identifiers import same_place
from identifiers.divisions import agree, names_of, renamed


@pytest.mark.parametrize(
    ("before", "since"),
    [
        ("湖南省长沙市望城县", "湖南省长沙市望城区"),
        ("浙江省余杭县", "浙江省杭州市余杭区"),  # by way of 余杭市
        ("浙江省宁波市鄞县", "宁波市鄞州区"),
        ("慈溪县", "宁波市慈溪市"),
        ("长沙市宁乡县", "宁乡市"),
        ("武陵区东江镇", "武陵区东江街道"),
        ("武陵区东江乡", "武陵区东江街道办事处"),
        ("湖南省长沙市望城县高塘岭镇", "长沙市望城区高塘岭街道"),
    ],
)
def test_a_former_name_is_the_same_place(before: str, since: str) -> None:
    assert agree(before, since)
    assert agree(since, before)
    assert same_place(f"{before}滨湖路12号3栋501室", f"{since}滨湖路12号3栋501室")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("长沙市长沙县", "长沙市望城区"),
        ("南昌市南昌县", "南昌市西湖区"),
        ("武陵区东江街道", "武陵区启明街道"),
        ("武陵区东江镇", "武陵区东江乡"),  # two towns of one name stand side by side
        ("武陵区城东镇", "武陵区城西街道"),
        ("湖南省望城县", "浙江省望城区"),
    ],
)
def test_other_places_stay_others(one: str, two: str) -> None:
    assert not agree(one, two)


def test_no_former_name_is_borne_by_anything_today() -> None:
    data = Path(settings.BASE_DIR) / "schools" / "data"
    now = {row["name"] for name in ("areas", "cities") for row in json.loads((data / f"{name}.json").read_text())}
    assert set(renamed()) & now == set()
    assert len(renamed()) > 500


def test_in_the_counties_at_hand_no_town_and_subdistrict_share_a_name() -> None:
    rows = json.loads((Path(settings.BASE_DIR) / "schools" / "data" / "streets.json").read_text())
    stems = Counter((row["areaCode"], re.sub("(街道|镇|乡)(办事处)?$", "", row["name"])) for row in rows)
    assert {key for key, count in stems.items() if count > 1} == set()


def test_a_district_is_known_under_every_name_it_bore() -> None:
    assert set(names_of("余杭区")) == {"余杭区", "余杭市", "余杭县"}
    assert names_of("武陵区") == ("武陵区",)


def test_no_name_is_its_own_former_name() -> None:
    names = renamed()
    for name in names:
        seen, now = {name}, names[name]
        while now in names:
            assert now not in seen, f"{now} became itself"
            seen.add(now)
            now = names[now]
        assert name in names_of(now)
