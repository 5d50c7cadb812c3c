"""Files as the services publish them: the verifier plays the run again and holds it against the draw and the roll."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from enrollment.seasons.services.seasons import policy_store
from lottery.ceremony.services import ceremony_plan
from lottery.engine.drawing.methods import METHODS
from policy import scheme_text
from schools.models import District
from tests.factories import DISTRICT
from tests.lottery.ceremony.test_draw import audit, saved
from tests.lottery.factories import Ceremony
from tests.lottery.roll.test_surroundings import shared

FILES = ("admission.json", "transcript.json", "roll.csv")


def round_under(mechanism: str, rule: str, method: str) -> Ceremony:
    """Twelve children, twins among them, for two schools that share seats and a private one; two seats too few."""
    one = shared(private="WL03")
    text = yaml.safe_load(scheme_text("changde"))
    text["big_zone"] = {"share_percent": 50}
    text["choices"]["mechanism"] = mechanism
    text["siblings"]["last_seat"] = rule
    text["coordination"]["order"] = ["same_town", "seats_left", "nearby"]
    district = District.objects.get(pk=DISTRICT)
    one.round.policy = policy_store(district=district, code="changde", text=yaml.safe_dump(text, allow_unicode=True))
    one.round.save()
    duties = {account.username: "witness" for account in one.witnesses}
    ceremony_plan(
        official=one.officials[0],
        round_id=one.round.pk,
        place="大礼堂",
        starts_at=None,
        witnesses=duties,
        method=method,
    )
    return one


def files_of(one: Ceremony, folder: Path) -> dict[str, Path]:
    one.published()
    return {name: saved(one.round.pk, name, folder) for name in FILES}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("mechanism", "rule", "method"),
    [
        ("parallel", "expand", "ticket"),
        ("sequential", "skip", "ring"),
        ("parallel", "stop", "descending"),
        ("sequential", "split", "ticket"),
    ],
)
def test_a_published_run_follows_from_its_draw(mechanism: str, rule: str, method: str, tmp_path: Path) -> None:
    assert method in METHODS
    files = files_of(round_under(mechanism, rule, method), tmp_path)
    drawn = ("--transcript", files["transcript.json"], "--roll", files["roll.csv"])
    found = audit("admission", files["admission.json"], *drawn)
    assert (found.returncode, found.stderr) == (0, "")
    assert "draw and roll agree" in found.stdout
    assert audit("admission", files["admission.json"]).returncode == 0


def _seed(public: dict[str, Any], draw: dict[str, Any]) -> str:
    draw["seed"] = "0" * 64
    return "DIFFERS: seed: "


def _rules(public: dict[str, Any], draw: dict[str, Any]) -> str:
    public["order"]["method"] = "descending"
    return "DIFFERS: rank of "


def _seats(public: dict[str, Any], draw: dict[str, Any]) -> str:
    school = next(one for one in public["problem"]["schools"] if one["id"] == "WL03")
    school["seats"] += 1
    return "DIFFERS: seats of the run against the draw"


def _line(public: dict[str, Any], draw: dict[str, Any]) -> str:
    school = next(one for one in public["problem"]["schools"] if one["id"] == "WL03")
    school["line"] = ""
    return "DIFFERS: private schools of the run against the draw"


def _child(public: dict[str, Any], draw: dict[str, Any]) -> str:
    """A child of the roll who vanished from the run, with everything that told of it."""
    gone = next(one["id"] for one in public["problem"]["pupils"] if not one["choices"] or one["group"] is None)
    public["problem"]["pupils"] = [one for one in public["problem"]["pupils"] if one["id"] != gone]
    for part in (public["order"]["groups"], public["order"]["bands"], public["result"]["placements"]):
        del part[gone]
    return f"DIFFERS: group of {gone} against the roll"


@pytest.mark.django_db
def test_a_run_that_left_its_draw_is_named(tmp_path: Path) -> None:
    files = files_of(round_under("parallel", "expand", "ticket"), tmp_path)
    texts = {name: path.read_text() for name, path in files.items() if name.endswith("json")}
    for change in (_seed, _rules, _seats, _line):
        public, draw = json.loads(texts["admission.json"]), json.loads(texts["transcript.json"])
        wanted = change(public, draw)
        files["admission.json"].write_text(json.dumps(public))
        files["transcript.json"].write_text(json.dumps(draw))
        found = audit("admission", files["admission.json"], "--transcript", files["transcript.json"])
        assert (found.returncode, found.stderr.startswith(wanted)) == (1, True), found.stderr


@pytest.mark.django_db
def test_a_run_without_one_child_of_the_roll_is_named(tmp_path: Path) -> None:
    """The ranks are those of a run without the child, so only the roll tells."""
    files = files_of(round_under("parallel", "expand", "ticket"), tmp_path)
    public = json.loads(files["admission.json"].read_text())
    ranks = {row["order"] for one in public["problem"]["pupils"] for row in one["choices"]}
    wanted = _child(public, {})
    by_school: dict[str, list[dict[str, Any]]] = {}
    for pupil in public["problem"]["pupils"]:
        for row in pupil["choices"]:
            by_school.setdefault(row["school"], []).append(row)
    for rows in by_school.values():
        close_the_gap(rows, ranks)
    files["admission.json"].write_text(json.dumps(public))
    found = audit("admission", files["admission.json"], "--transcript", files["transcript.json"])
    assert (found.returncode, found.stderr.startswith(wanted)) == (1, True), found.stderr


def close_the_gap(rows: list[dict[str, Any]], ranks: set[int]) -> None:
    """Ranks counted anew from 1, siblings side by side."""
    at = {order: sum(row["order"] < order for row in rows) + 1 for order in ranks}
    for row in rows:
        row["new"] = at[row["order"]]
    for row in rows:
        row["order"] = row.pop("new")
