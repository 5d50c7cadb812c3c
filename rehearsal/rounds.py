"""What the rounds of a rehearsal gave, as the report tells it: places, draws of private schools, shared seats.

Beside it, the published files are recomputed by the programs that everybody can run alone.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings

from enrollment.seasons.models import Round
from lottery.admission.models import AdmissionRun, Placement
from lottery.ceremony.models import RollEntry
from lottery.ceremony.selectors import public_file
from lottery.engine.admission.entries import SHARED
from schools.models import School, Zone

MOST_RECOMPUTED = 20_000  # children of a round: a whole city takes the second implementation minutes
FILES = ("admission.json", "transcript.json", "roll.csv")


def rounds_played(rounds: list[Round], *, recompute: bool) -> list[dict[str, Any]]:
    """Each round with a published run (JSON-safe). ``recompute`` runs the two verifiers on its published files."""
    runs = AdmissionRun.objects.filter(round__in=rounds, state=AdmissionRun.State.PUBLISHED).select_related("round")
    return [_round(run, recompute=recompute) for run in runs.order_by("round__stage")]


def _round(run: AdmissionRun, *, recompute: bool) -> dict[str, Any]:
    rows = list(Placement.objects.filter(run=run).select_related("application").order_by("application__receipt"))
    facts = dict(RollEntry.objects.filter(draw__round=run.round).values_list("application_id", "facts"))
    listed = {row.pk: [code for code, _level in json.loads(facts[row.application_id])["choices"]] for row in rows}
    few = len(rows) <= MOST_RECOMPUTED
    return {
        "stage": run.round.stage,
        "kind": run.round.kind,
        "policy": run.round.policy.code,
        "children": len(rows),
        "by_choice": sum(bool(row.school_code) and not row.coordinated for row in rows),
        "coordinated": sum(row.coordinated for row in rows),
        "without": sum(not row.school_code for row in rows),
        "drawn": [_drawn(run, school, rows, listed) for school in _drawn_schools(run)],
        "big_zones": list(_big_zones(run, rows)),
        "recomputed": recomputed(run.round_id) if recompute and few else None,
    }


def _drawn_schools(run: AdmissionRun) -> list[School]:
    codes = run.round.draw.commitment["private_schools"]
    return list(School.objects.filter(pk__in=codes).order_by("pk"))


def _drawn(run: AdmissionRun, school: School, rows: list[Placement], listed: Mapping[int, list[str]]) -> dict[str, Any]:
    """A school that ranks by the ticket alone: who wanted it, who lost its draw, and where those are now."""
    wanted = [row for row in rows if school.pk in listed[row.pk]]
    # who got a school listed higher never needed this draw
    lost = [row for row in wanted if row.school_code != school.pk and not _higher(row, school.pk, listed[row.pk])]
    table = run.result["schools"][school.pk]
    return {
        "school": school.pk,
        "kind": school.kind,
        "seats": table["seats"] + table["extra_seats"],
        "applied": len(wanted),
        "placed": sum(row.school_code == school.pk for row in wanted),
        "lost": len(lost),
        "lost_and_placed_by_rank": sum(bool(row.school_code) and not row.coordinated for row in lost),
        "lost_and_coordinated": sum(row.coordinated for row in lost),
    }


def _higher(row: Placement, school: str, listed: list[str]) -> bool:
    return not row.coordinated and row.school_code in listed[: listed.index(school)]


def _big_zones(run: AdmissionRun, rows: list[Placement]) -> Iterator[dict[str, Any]]:
    """The big zones of a round: where the children of their zones are."""
    season, said = run.round.season, run.round.draw.commitment
    zones = Zone.objects.filter(district=season.district_id, year=season.year, stage=run.round.stage)
    names: dict[str, dict[str, set[str]]] = {}
    for zone in zones.exclude(big_zone="").prefetch_related("schools"):
        names.setdefault(zone.big_zone, {})[zone.code] = {school.pk for school in zone.schools.all()}
    for name, own in sorted(names.items()):
        schools = set().union(*own.values())
        places = {"own": 0, "shared": 0, "chosen_elsewhere": 0, "coordinated": 0, "without": 0}
        for row in rows:
            if row.application.zone_code in own:
                places[_where(row, own[row.application.zone_code], schools)] += 1
        yield {
            "name": name,
            "schools": sorted(schools),
            "shared_limits": {code: said["shared_limits"].get(code, 0) for code in sorted(schools)},
            "shared_filled": {code: _filled(run, code + SHARED) for code in sorted(schools)},
            "children": sum(places.values()),
            **places,
        }


def _where(row: Placement, own: set[str], schools: set[str]) -> str:
    """``chosen_elsewhere`` is a school outside the big zone that the family itself had listed."""
    if not row.school_code:
        return "without"
    if row.coordinated:
        return "coordinated"
    if row.school_code in own:
        return "own"
    return "shared" if row.school_code in schools else "chosen_elsewhere"


def _filled(run: AdmissionRun, school: str) -> int:
    filled: int = run.result["schools"].get(school, {}).get("filled", 0)
    return filled


def recomputed(round_id: int) -> dict[str, str]:
    """What the two programs that everybody can run alone say of a round's published files (``verified``)."""
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in FILES}
        for name, path in paths.items():
            file = public_file(round_id, name)
            if file is None:
                return {"audit": f"{name} is not published", "allocate": ""}
            path.write_bytes(b"".join(file.content()))
        return verified(paths)


def verified(paths: Mapping[str, Path]) -> dict[str, str]:
    """What the two programs say of these files (``FILES``): "" where they agree."""
    drawn = ["--transcript", str(paths["transcript.json"]), "--roll", str(paths["roll.csv"])]
    audit = _run("lottery.audit", "admission", str(paths["admission.json"]), *drawn)
    public = json.loads(paths["admission.json"].read_bytes())
    again = _run("lottery.allocate", typed=json.dumps(public["problem"]))
    return {
        "audit": audit.stderr if audit.returncode else "",
        "allocate": again.stderr if again.returncode else _differs(public["result"], json.loads(again.stdout)),
    }


def _run(module: str, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, cwd=settings.BASE_DIR, input=typed, capture_output=True, text=True, check=False)


def _differs(published: Mapping[str, Any], again: Mapping[str, Any]) -> str:
    for name in ("digest", "placements"):
        if published[name] != again[name]:
            return f"{name} of the published run and of the one made again differ"
    return ""
