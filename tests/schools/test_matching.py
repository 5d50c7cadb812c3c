"""Address to zone: which rule decides, when a person decides, and the words that explain it."""

from hypothesis import given
from hypothesis import strategies as st

from identifiers import parse
from schools.matching import MESSAGES, AddressRule, Zone, ZoneIndex, ZoneMatch, in_force, match

ROAD = "新城大道"


def zone(name: str, *rules: AddressRule, polygon: list[list[list[float]]] | None = None) -> Zone:
    return Zone(name, f"{name}学区", 2026, "primary", (f"{name}小学",), rules, polygon)


def road(name: str = ROAD, low: int | None = None, high: int | None = None, parity: str = "all") -> AddressRule:
    return AddressRule("include", "road", name, parity, low, high)  # type: ignore[arg-type]


def square(west: float, east: float) -> list[list[list[float]]]:
    return [[[west, 30.0], [east, 30.0], [east, 30.1], [west, 30.1], [west, 30.0]]]


def codes(found: ZoneMatch) -> list[str]:
    return [step.code for step in found.steps]


def test_odd_and_even_sides_of_a_road() -> None:
    zones = [zone("甲", road(parity="odd", low=1, high=99)), zone("乙", road(parity="even", low=2, high=100))]
    odd = match("慈溪市浒山街道新城大道15号", zones)
    assert (odd.outcome, odd.zones, odd.schools) == ("matched", ("甲",), ("甲小学",))
    assert codes(odd) == ["read", "include_odd", "matched"]
    assert "1-99" in odd.steps[1].message
    assert match("新城大道十六号", zones).zones == ("乙",)
    assert match("新城大道101号", zones).outcome == "unknown"


def test_the_bounds_of_a_range_belong_to_it() -> None:
    zones = [zone("甲", road(low=10, high=20))]
    outcomes = [match(f"{ROAD}{number}号", zones).outcome for number in (9, 10, 20, 21)]
    assert outcomes == ["unknown", "matched", "matched", "unknown"]
    assert match(f"{ROAD}20-1号", zones).outcome == "matched", "a part of a house has the house's number"


def test_an_exclude_rule_beats_every_include_of_its_zone() -> None:
    out = AddressRule("exclude", "estate", "阳光花园")
    zones = [zone("甲", road(), AddressRule("include", "estate", "阳光花园"), out), zone("乙", road("文化路"))]
    found = match(f"{ROAD}8号阳光花园3幢501室", zones)
    assert (found.outcome, found.zones) == ("unknown", ())
    assert "exclude_whole" in codes(found)
    assert match(f"{ROAD}8号", zones).zones == ("甲",)


def test_an_exclude_of_one_zone_leaves_the_other() -> None:
    zones = [zone("甲", road(), AddressRule("exclude", "road", ROAD, low=50, high=60)), zone("乙", road())]
    assert match(f"{ROAD}55号", zones).zones == ("乙",)
    assert match(f"{ROAD}49号", zones).outcome == "ambiguous"


def test_the_more_specific_rule_decides_and_says_so() -> None:
    zones = [
        zone("甲", road()),
        zone("乙", road(low=1, high=50)),
        zone("丙", AddressRule("include", "estate", "阳光花园")),
    ]
    assert match(f"{ROAD}60号", zones).zones == ("甲",)
    ranged = match(f"{ROAD}5号", zones)
    assert ranged.zones == ("乙",)
    assert "more_specific" in codes(ranged)
    assert match(f"{ROAD}5号阳光花园3幢", zones).zones == ("丙",)


def test_two_equally_specific_zones_go_to_a_person() -> None:
    found = match(f"{ROAD}5号", [zone("甲", road(low=1, high=9)), zone("乙", road(low=5, high=19))])
    assert (found.outcome, found.zones, found.schools) == ("ambiguous", ("甲", "乙"), ("甲小学", "乙小学"))
    assert "甲学区、乙学区" in found.steps[-1].message


def test_a_missing_number_never_guesses() -> None:
    split = [zone("甲", road(parity="odd")), zone("乙", road(parity="even"))]
    found = match(ROAD, split)
    assert (found.outcome, found.zones) == ("ambiguous", ("甲", "乙"))
    assert codes(found).count("number_missing") == 2
    single = match(ROAD, split[:1])
    assert (single.outcome, single.zones, single.steps[-1].code) == ("ambiguous", ("甲",), "not_sure")


def test_a_missing_number_against_an_excluded_range_is_doubtful() -> None:
    found = match(ROAD, [zone("甲", road(), AddressRule("exclude", "road", ROAD, low=50, high=60))])
    assert (found.outcome, found.zones) == ("ambiguous", ("甲",))


def test_estates_split_by_building_and_villages_by_group() -> None:
    estate = [
        zone("甲", AddressRule("include", "estate", "阳光花园", low=1, high=10)),
        zone("乙", AddressRule("include", "estate", "阳光花园", low=11)),
    ]
    assert match("阳光花园十幢501", estate).zones == ("甲",)
    assert match("阳光花园11号楼501", estate).zones == ("乙",)
    village = [zone("甲", AddressRule("include", "village", "五一村", low=1, high=4)), zone("乙", AddressRule("include", "village", "五一村"))]  # fmt: skip  # noqa: E501
    assert match("观海卫镇五一村三组12号", village).zones == ("甲",)
    assert match("观海卫镇五一村五组12号", village).zones == ("乙",)


def test_a_phase_of_an_estate_belongs_to_it_unless_it_is_named() -> None:
    first = zone("甲", AddressRule("include", "estate", "阳光花园"))
    second = zone("乙", AddressRule("include", "estate", "阳光花园二期"))
    assert match("阳光花园二期3幢501室", [first]).zones == ("甲",)
    assert match("阳光花园南区3幢501室", [first]).zones == ("甲",)
    assert match("阳光花园南门3幢501室", [first]).outcome == "unknown"
    assert match("阳光花园2期3幢501室", [first, second]).zones == ("乙",)


def test_an_estate_named_after_its_community_is_not_taken_for_another() -> None:
    zones = [
        zone("甲", AddressRule("include", "estate", "白沙社区安置房")),
        zone("乙", AddressRule("include", "village", "金山社区")),
    ]
    assert match("慈溪市寺山路108号白沙社区安置房3幢501室", zones).zones == ("甲",)
    assert match("慈溪市寺山路108号金山社区安置房3幢501室", zones).zones == ("乙",)


def test_division_names_without_their_words_before_a_road() -> None:
    zones = [zone("甲", road("青少年宫路"))]
    assert match("慈溪浒山青少年宫路 88号", zones).zones == ("甲",)
    assert match("南青少年宫路88号", zones).outcome == "unknown", "南 is no division, so this is another road"


def test_towns_with_a_road_of_the_same_name() -> None:
    zones = [zone("甲", road("附海镇中兴路")), zone("乙", road("龙山镇中兴路"))]
    assert match("慈溪市附海镇中兴路1号", zones).zones == ("甲",)
    assert match("慈溪市龙山镇中兴路1号", zones).zones == ("乙",)
    assert match("中兴路1号", zones).outcome == "ambiguous"


def test_an_address_no_rule_names_is_unknown() -> None:
    found = match("慈溪市没有这条路9号", [zone("甲", road())])
    assert (found.outcome, found.zones, found.schools) == ("unknown", (), ())
    assert found.steps[-1].code == "no_rule"
    assert match("", []).outcome == "unknown"


def test_the_explanation_never_names_the_room() -> None:
    found = match(f"{ROAD}8号阳光花园3幢2单元1501室", [zone("甲", road())])
    assert "1501" not in " ".join(step.message for step in found.steps)


def test_every_step_is_its_message_filled() -> None:
    for found in (match(f"{ROAD}5号", [zone("甲", road())]), match(f"{ROAD}5号", [zone("甲", road(parity="odd"))])):
        for step in found.steps:
            assert step.message == MESSAGES[step.code].format(**step.params)


def test_map_and_address_together() -> None:
    west, east = (
        zone("甲", road(), polygon=square(121.0, 121.1)),
        zone("乙", road("文化路"), polygon=square(121.1, 121.2)),
    )
    zones = [west, east]
    agreed = match(f"{ROAD}5号", zones, point=(121.05, 30.05))
    assert (agreed.outcome, agreed.zones, codes(agreed)[-2]) == ("matched", ("甲",), "map_agrees")
    disagreed = match(f"{ROAD}5号", zones, point=(121.15, 30.05))
    assert (disagreed.outcome, disagreed.zones) == ("ambiguous", ("甲", "乙"))
    assert "map_disagrees" in codes(disagreed)
    outside = match(f"{ROAD}5号", zones, point=(122.0, 30.05))
    assert (outside.outcome, outside.zones) == ("ambiguous", ("甲",))
    assert match("没有这条路5号", zones, point=(121.15, 30.05)).zones == ("乙",)
    assert match("没有这条路5号", zones, point=(122.0, 30.05)).outcome == "unknown"


def test_a_point_on_a_shared_border_is_ambiguous() -> None:
    zones = [zone("甲", polygon=square(121.0, 121.1)), zone("乙", polygon=square(121.1, 121.2))]
    found = match("没有这条路5号", zones, point=(121.1, 30.05))
    assert (found.outcome, found.zones) == ("ambiguous", ("甲", "乙"))
    assert "map_border" in codes(found)


def test_the_map_decides_between_zones_the_address_leaves_open() -> None:
    zones = [
        zone("甲", road(), polygon=square(121.0, 121.1)),
        zone("乙", road(), polygon=square(121.1, 121.2)),
    ]
    found = match(ROAD, zones, point=(121.15, 30.05))
    assert (found.outcome, found.zones) == ("matched", ("乙",))
    assert "map_decides" in codes(found)


def test_a_border_between_the_zones_the_address_leaves_open_decides_nothing() -> None:
    zones = [zone("甲", road(), polygon=square(121.0, 121.1)), zone("乙", road(), polygon=square(121.1, 121.2))]
    assert match(ROAD, zones, point=(121.1, 30.05)).zones == ("甲", "乙")
    assert match(ROAD, zones, point=(122.0, 30.05)).outcome == "ambiguous"


def test_a_point_says_nothing_about_zones_that_are_not_drawn() -> None:
    found = match(f"{ROAD}5号", [zone("甲", road())], point=(121.05, 30.05))
    assert (found.outcome, found.zones) == ("matched", ("甲",))
    assert "map_nowhere" not in codes(found)


def test_the_map_cannot_bring_back_an_excluded_address() -> None:
    out = zone("甲", AddressRule("exclude", "road", ROAD), polygon=square(121.0, 121.1))
    found = match(f"{ROAD}5号", [out], point=(121.05, 30.05))
    assert found.outcome == "unknown"
    assert "map_excluded" in codes(found)


def test_zones_of_another_year_or_stage_are_left_out() -> None:
    old = Zone("旧", "旧学区", 2025, "primary", ("旧小学",), (road(),))
    junior = Zone("初", "初中学区", 2026, "junior", ("初中",), (road(),))
    now = zone("甲", road())
    assert in_force([old, junior, now], year=2026, stage="primary") == (now,)


def test_an_index_gives_the_same_answers() -> None:
    zones = [zone("甲", road(parity="odd")), zone("乙", AddressRule("include", "estate", "阳光花园"))]
    index = ZoneIndex.build(zones)
    for address in (f"{ROAD}5号", "阳光花园3幢", f"{ROAD}6号", f"{ROAD}5号阳光花园3幢"):
        assert match(address, zones, index=index) == match(address, zones) == match(parse(address), zones)


@given(st.integers(1, 400), st.integers(1, 200), st.integers(1, 200), st.sampled_from(["all", "odd", "even"]))
def test_a_range_covers_exactly_its_numbers(number: int, low: int, high: int, parity: str) -> None:
    low, high = sorted((low, high))
    wanted = low <= number <= high and (parity == "all" or (number % 2 == 1) == (parity == "odd"))
    found = match(f"{ROAD}{number}号", [zone("甲", road(low=low, high=high, parity=parity))])
    assert (found.outcome == "matched") is wanted


@given(
    st.lists(st.sampled_from(["甲", "乙", "丙"]), min_size=1, max_size=3, unique=True),
    st.randoms(use_true_random=False),
)
def test_the_order_of_zones_changes_nothing_but_the_order_of_names(names: list[str], shuffler: object) -> None:
    rules = {"甲": road(low=1, high=50), "乙": road(), "丙": road(low=5, high=9)}
    zones = [zone(name, rules[name]) for name in names]
    found, backwards = match(f"{ROAD}7号", zones), match(f"{ROAD}7号", zones[::-1])
    assert (found.outcome, set(found.zones)) == (backwards.outcome, set(backwards.zones))
