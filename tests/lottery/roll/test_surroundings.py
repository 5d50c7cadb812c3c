"""Big zones and private schools, from the zone table to the announcement, the run and the family's explanation."""

import pytest
import yaml

from enrollment.seasons.models import Application
from enrollment.seasons.services.seasons import policy_store
from lottery.admission.models import Placement
from lottery.admission.selectors import explained, explanation
from policy import scheme_text
from schools.matching import AddressRule, Zone
from schools.matching.tables import read_rules
from schools.models import District, School
from schools.services import zones_store
from tests.factories import DISTRICT, YEAR
from tests.lottery.factories import Ceremony, ceremony


def shared(share_percent: int = 100, *, private: str = "") -> Ceremony:
    """Twelve children of two zones of one big zone; school WL01 serves the one zone, WL02 the other."""
    one = ceremony(pupils=12, seats=6)
    district = District.objects.get(pk=DISTRICT)
    rules = (AddressRule("include", "road", "滨湖路", "all", 1, 99),)
    zones_store(
        district=district,
        zones=[
            Zone("Z1", "滨湖路学区", YEAR, "primary", ("WL01",), rules, None, "城南大学区"),
            Zone("Z2", "朗州路学区", YEAR, "primary", ("WL02",), rules, None, "城南大学区"),
        ],
    )
    text = yaml.safe_load(scheme_text("changde"))
    text["big_zone"] = {"share_percent": share_percent}
    one.round.policy = policy_store(district=district, code="changde", text=yaml.safe_dump(text, allow_unicode=True))
    one.round.save()
    Application.objects.filter(zone_code="").update(zone_code="朗州路学区")
    if private:
        School.objects.filter(pk=private).update(kind=School.Kind.PRIVATE)
    return one


@pytest.mark.django_db
def test_the_surplus_of_a_big_zone_is_announced_and_given_to_its_other_children() -> None:
    one = shared()
    draw = one.freeze()
    limits, seats = draw.commitment["shared_limits"], draw.commitment["shared_seats"]
    assert limits == {"WL01": 6, "WL02": 6}
    wanted = dict.fromkeys(limits, 0)
    for application in Application.objects.all():
        wanted["WL01" if application.zone_code == "滨湖路学区" else "WL02"] += 1
    assert seats == {code: max(0, 6 - wanted[code]) for code in wanted}
    assert {"WL01+", "WL02+"} <= draw.commitment["school_domains"].keys()


@pytest.mark.django_db
def test_shared_places_are_told_as_such() -> None:
    one = shared()
    run = one.published()
    rows = run.result["schools"]
    assert rows["WL01+"]["shared"] is True
    assert (
        rows["WL01"]["filled"] + rows["WL01+"]["filled"]
        <= 6 + rows["WL01"]["extra_seats"] + rows["WL01+"]["extra_seats"]
    )
    outside = Placement.objects.filter(shared=True).select_related("application")
    assert outside.count() == rows["WL01+"]["filled"] + rows["WL02+"]["filled"] > 0
    for placement in outside:
        told = explained(placement.application_id)
        assert told is not None
        (line,) = [line for line in told["choices"] if line["outcome"] == "placed"]
        assert (line["school"], line["shared"]) == (placement.school_code, True)
        assert "共享学位" in line["text"]["zh"]
        assert "shared" in line["text"]["en"]


@pytest.mark.django_db
def test_a_limit_of_no_seats_shares_nothing() -> None:
    one = shared(share_percent=1)
    assert one.freeze().commitment["shared_seats"] == {"WL01": 0, "WL02": 0}


@pytest.mark.django_db
def test_a_private_school_is_announced_and_ranks_by_the_draw_alone() -> None:
    one = shared(private="WL02")
    run = one.published()
    assert one.round.draw.commitment["private_schools"] == ["WL02"]
    assert "WL02" not in one.round.draw.commitment["shared_limits"]
    for placement in Placement.objects.filter(run=run):
        for line in explanation(placement)["choices"]:
            assert line["own"]["drawn"] is (line["school"] == "WL02")
    assert not Placement.objects.filter(run=run, coordinated=True, school_code="WL02").exists()


def test_the_zone_table_names_the_big_zone() -> None:
    row = {
        "学区": "甲",
        "年份": "2026",
        "学段": "小学",
        "学校": "A",
        "类型": "道路",
        "名称": "滨湖路",
        "大学区": "城南",
    }
    zones, errors = read_rules([row])
    assert (errors, [zone.big_zone for zone in zones]) == ((), ["城南"])
