"""Finding a school on the example's map: the answer, what is suggested, the public data, and what is not kept."""

import json
import re
from html import unescape

import pytest
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.checks import configuration_problems
from portal.seasons.folder import read_folder
from portal.seasons.store import store_plan
from tests.portal.test_load_season import EXAMPLE

pytestmark = pytest.mark.django_db
HOME = "启明路1603号"


@pytest.fixture(autouse=True)
def example() -> None:
    store_plan(read_folder(EXAMPLE))


def find(client: Client, **typed: str) -> str:
    answer = client.post(reverse("enrollment:find-school"), typed)
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


def test_the_answer_is_one_sentence_then_why_then_the_nearest_five_on_foot(client: Client) -> None:
    text = find(client, address=HOME, stage="primary")
    assert "您家在 七里桥街道示例小学 学区（启明路 1601-1699 单号）" in text
    metres = [
        float(number) * (1000 if unit == "公里" else 1)
        for number, unit in re.findall(r"步行约\d+分钟（([\d.]+)(米|公里)）", text)
    ]
    assert len(metres) == 6  # one's own, then five
    assert metres[1:] == sorted(metres[1:])


def test_a_road_without_a_number_is_answered_with_its_numbers(client: Client) -> None:
    text = find(client, address="启明路", stage="primary")
    assert "还差门牌号" in text
    assert re.search(r"启明路[^<]*1601–1699: 七里桥街道示例小学", text)
    assert 'data-qa="answer"' not in text


def test_an_address_that_only_the_map_knows_is_answered_by_the_map(client: Client) -> None:
    assert "您家在 七里桥街道示例小学 学区（按地图上划定的范围）" in find(
        client, address="启明路1604号", stage="primary"
    )
    assert "没有查到这个地址的学区" in find(client, address="无此路1号", stage="primary")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("启明", "启明示例苑"),
        ("启明路16", "启明路"),
        ("武陵区启明路", "启明路"),
        ("示例花园", "丝瓜示例花园"),
        ("启", None),
        ("", None),
        ("<script>", None),
        ("无此路", None),
    ],
)
def test_places_are_suggested_while_somebody_types(client: Client, typed: str, first: str | None) -> None:
    answer = client.post(reverse("enrollment:find-school-suggest"), {"address": typed, "stage": "primary"})
    text = answer.content.decode()
    assert answer["Cache-Control"] == "no-store"
    values = re.findall(r'value="([^"]+)"', text)
    if first is None:
        assert values == []
    else:
        assert first in values
        assert len(values) <= 7


def test_what_is_suggested_is_understood_when_it_is_picked(client: Client) -> None:
    text = find(client, address="长庚", pick="长庚示例苑", stage="primary")
    assert "您家在 七里桥街道示例小学 学区（长庚示例苑）" in text
    assert 'value="长庚示例苑"' in text


def test_nothing_typed_is_written_down(client: Client) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        find(client, address=HOME, stage="primary")
        client.post(reverse("enrollment:find-school-suggest"), {"address": HOME, "stage": "primary"})
    assert asked.captured_queries
    assert [one["sql"] for one in asked.captured_queries if not one["sql"].startswith(("SELECT", "\nSELECT"))] == []


def test_the_public_map_holds_the_district_and_no_home(client: Client) -> None:
    text = find(client, address=HOME, stage="primary")
    home = re.search(r'data-home="([\d.]+),([\d.]+)"', text)
    source = re.search(r'data-map="([^"]+)"', text)
    assert home is not None
    assert source is not None
    answer = client.get(source[1])
    assert "public" in answer["Cache-Control"]
    body = json.loads(answer.content)
    kinds = {one["properties"]["kind"] for one in body["features"]}
    assert kinds == {"boundary", "water", "road", "way", "zone", "school"}
    assert sum(one["properties"]["kind"] == "zone" for one in body["features"]) == 18
    assert f"[{home[1]},{home[2]}]" not in answer.content.decode()
    assert not set(answer.cookies)


@pytest.mark.parametrize(
    "path", ["/map/430702-2026/college.json", "/map/430702-1999/primary.json", "/map/x/primary.json"]
)
def test_another_map_is_not_there(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_first_page_holds_the_search_itself(client: Client) -> None:
    text = client.get("/").content.decode()
    assert 'name="address"' in text
    assert reverse("enrollment:find-school-suggest") in text


def test_tiles_open_the_policy_for_their_site_and_for_no_other(client: Client, settings: LazySettings) -> None:
    closed = client.get("/find-school/")
    assert "img-src 'self' data:;" in closed["Content-Security-Policy"]
    settings.MAP_TILES = "https://tiles.example/{z}/{x}/{y}.png"
    opened = client.get("/find-school/")
    assert "img-src 'self' data: https://tiles.example;" in opened["Content-Security-Policy"]
    assert 'data-tiles="https://tiles.example/{z}/{x}/{y}.png"' in opened.content.decode()
    assert not [line for line in configuration_problems() if "MAP_TILES" in line]


@pytest.mark.parametrize(
    "tiles", ["http://tiles.example/{z}/{x}/{y}.png", "https://tiles.example/", "https://a b/{z}{x}{y}"]
)
def test_an_address_of_tiles_that_is_none_is_named_at_the_start(settings: LazySettings, tiles: str) -> None:
    settings.MAP_TILES = tiles
    assert [line for line in configuration_problems() if "MAP_TILES" in line]


def test_a_schools_page_shows_the_nearest_others_on_foot(client: Client) -> None:
    text = client.get(reverse("enrollment:school", args=["430702P14"])).content.decode()
    assert len(re.findall(r"步行约\d+分钟（[\d.]+ ?(?:米|公里)）", text)) == 5
    assert "公里内" not in text
