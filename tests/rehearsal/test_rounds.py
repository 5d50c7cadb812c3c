"""What the report says of a round is what happened in it, and a changed file is named by both verifiers."""

import json
from pathlib import Path

import pytest

from lottery.admission.models import Placement
from lottery.ceremony.files import publish_file
from rehearsal.rounds import FILES, recomputed, rounds_played, verified
from tests.lottery.ceremony.test_draw import saved
from tests.lottery.factories import Ceremony
from tests.lottery.roll.test_surroundings import shared

pytestmark = pytest.mark.django_db


def played(private: str = "") -> Ceremony:
    one = shared(private=private)
    one.published()
    return one


def test_a_round_with_a_private_school_tells_its_draw_and_where_the_losers_are() -> None:
    one = played("WL03")
    (told,) = rounds_played([one.round], recompute=True)
    assert told["recomputed"] == {"audit": "", "allocate": ""}
    assert told["by_choice"] + told["coordinated"] + told["without"] == told["children"] == 12
    (school,) = told["drawn"]
    there = Placement.objects.filter(school_code="WL03").count()
    assert (school["school"], school["kind"], school["placed"]) == ("WL03", "private", there)
    assert school["placed"] <= school["seats"]
    assert school["lost"] >= school["lost_and_placed_by_rank"] + school["lost_and_coordinated"]


def test_the_children_of_a_big_zone_are_counted_where_they_are() -> None:
    one = played()
    (zone,) = rounds_played([one.round], recompute=False)[0]["big_zones"]
    assert (zone["name"], zone["schools"]) == ("城南大学区", ["WL01", "WL02"])
    assert zone["shared"] == Placement.objects.filter(shared=True).count() == sum(zone["shared_filled"].values()) > 0
    assert zone["children"] == sum(
        zone[name] for name in ("own", "shared", "chosen_elsewhere", "coordinated", "without")
    )


def test_a_file_that_does_not_follow_from_the_draw_is_named_by_both(tmp_path: Path) -> None:
    one = played()
    files = {name: saved(one.round.pk, name, tmp_path) for name in FILES}
    assert verified(files) == {"audit": "", "allocate": ""}
    body = json.loads(files["admission.json"].read_bytes())
    placements = body["result"]["placements"]
    placements[next(pupil for pupil, school in placements.items() if school)] = None
    files["admission.json"].write_text(json.dumps(body))
    found = verified(files)
    assert "DIFFERS" in found["audit"]
    assert found["allocate"] == "placements of the published run and of the one made again differ"


def test_a_round_without_files_says_which_one_is_missing() -> None:
    one = shared()
    assert recomputed(one.round.pk)["audit"] == "admission.json is not published"
    publish_file(one.round, "admission.json", b"{}")
    assert recomputed(one.round.pk)["audit"] == "transcript.json is not published"
