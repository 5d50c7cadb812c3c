"""What a rehearsal plays: the season as it stands, made safe and small enough to be played.

The folder is the very one that the season is loaded from. What would lead out of the space is taken off it (whose line
an agency is asked over), and what a rehearsal needs beside it is added: where families live, seats for their number.
"""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import yaml
from django.utils.translation import gettext as _

from enrollment.seasons.models import Round, Season
from enrollment.seasons.rules.policies import compiled
from portal.rehearsing.estates import HEADS, MOST, Ground, estates
from portal.seasons.export import STAGE_WORDS, archive, folder_of
from schools.matching.divisions import county, full_name, towns
from schools.models import Stage
from schools.selectors import address_points, atlas, chart

SIDE: Final = frozenset({"articles.yaml", "service_points.csv"})  # what no rule and no place depends on
SAFE: Final = ("item", "owner", "basis", "purpose", "valid_until")  # of a data item; the rest says whom to ask, and how
MOMENTS: Final = ("opens", "closes", "results")
PLAYED: Final = (Stage.PRIMARY, Stage.JUNIOR)  # kindergartens beside them, where they have areas of their own
FEWEST_PLACES: Final = 60
FAMILIES_A_PLACE: Final = 5  # an estate has 8,000 homes: two families seldom ask with one and the same
BASE: Final = 2_000  # families that the seats of a folder are for (rehearsal.city)
UNUSUAL: Final = 40  # families of unusual kinds beside those that were asked for, about
CHILDREN: Final = 1.1  # of a family that apply


@dataclass(frozen=True, slots=True)
class Lot:
    """A folder that can be played, the digest of the season it was made from, and the names its report needs."""

    files: Mapping[str, bytes]
    digest: str
    names: Mapping[str, Mapping[str, Any]]  # {"groups": {code: {"zh", "en"}}, "schools": {code: name}}


def digest_of(season: Season) -> str:
    """What of a season decides about places, as one number: the same season, the same digest."""
    return _digest(folder_of(season))


def _digest(files: Mapping[str, bytes]) -> str:
    kept = {name: content for name, content in files.items() if name not in SIDE}
    return hashlib.sha256(archive(kept)).hexdigest()


def stages_of(season: Season) -> list[str]:
    """The stages that are played: primary and junior schools that have a main round; kindergartens, too, where some
    home lies in one area of theirs, or where it is only they.
    """
    there = set(season.rounds.filter(kind=Round.Kind.MAIN).values_list("stage", flat=True))
    schools: list[str] = [stage for stage in PLAYED if stage in there]
    if Stage.KINDERGARTEN not in there:
        return schools
    every: list[str] = [*schools, Stage.KINDERGARTEN]
    return every if not schools or homes_of(season, every, most=1) else schools


def lot_of(season: Season, families: int) -> Lot:
    """What is played for this number of families. ``estates.csv`` is not in it where nobody could live anywhere."""
    files = dict(folder_of(season))
    digest, stages = _digest(files), stages_of(season)
    rows = homes_of(season, stages, most=min(MOST, max(FEWEST_PLACES, families // FAMILIES_A_PLACE)))
    files["season.yaml"] = safe_season(files["season.yaml"], stages)
    files["seats.csv"] = scaled(files["seats.csv"], families, stages)
    if rows:
        files["estates.csv"] = _csv(rows)
    return Lot(files, digest, names_of(season))


def homes_of(season: Season, stages: Sequence[str], most: int = MOST) -> list[dict[str, str]]:
    """Where the families live, by the zones of the stages that are played."""
    district, year = season.district_id, season.year
    charts = {stage: chart(district, year, stage) for stage in stages}
    drawn, division = atlas(district, year), county(district)
    inside = towns(district)
    return estates(
        {stage: Ground(one.zones, one.match) for stage, one in charts.items()},
        place=full_name(district),
        town=inside[0].name if inside else division.name if division else "",
        book=[name for name, _point in address_points(district, year)],
        roads=drawn.map.roads if drawn else (),
        most=most,
    )


def safe_season(text: bytes, stages: Sequence[str]) -> bytes:
    """``season.yaml`` for a space: synthetic, no agency's own line in it, only the rounds that are played; pure."""
    body = yaml.safe_load(text)
    body["synthetic"] = True
    body["rounds"] = [_in_order(one) for one in body["rounds"] if one["stage"] in stages]
    if "items" in body:
        body["items"] = [_safe_item(one) for one in body["items"]]
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120).encode()


def _in_order(round_: Mapping[str, Any]) -> dict[str, Any]:
    """A round that was played ends when it was published, to the minute: a folder wants them one after the other."""
    moments = [datetime.fromisoformat(str(round_[name])) for name in MOMENTS]
    for at in (1, 2):
        moments[at] = max(moments[at], moments[at - 1] + timedelta(minutes=1))
    return {**round_, **{name: moment.isoformat(" ", "seconds") for name, moment in zip(MOMENTS, moments, strict=True)}}


def _safe_item(item: str | Mapping[str, Any]) -> str | dict[str, Any]:
    if isinstance(item, str):
        return item
    kept = {name: item[name] for name in SAFE if name in item}
    return kept if len(kept) > 1 else str(item["item"])


def scaled(text: bytes, families: int, stages: Sequence[str]) -> bytes:
    """Seats such that, once the play has scaled them from 2,000 families to this number, each stage has about one for
    every child and each school its share; pure.
    """
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    head, words = rows[0], {STAGE_WORDS[stage]: stage for stage in stages}
    stage_at, seats_at = head.index("学段"), head.index("招生计划")
    whole: Counter[str] = Counter()
    for row in rows[1:]:
        whole[row[stage_at]] += int(row[seats_at])
    for row in rows[1:]:
        stage = words.get(row[stage_at])
        if stage and whole[row[stage_at]]:
            factor = _children(stage, families, stages) * BASE / (families + UNUSUAL) / whole[row[stage_at]]
            row[seats_at] = str(max(1, round(int(row[seats_at]) * factor)))
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _children(stage: str, families: int, stages: Sequence[str]) -> float:
    """How many children of a stage apply, about; unusual families mostly have one of a primary school."""
    from synthetic.tables import STAGES

    usual = families * CHILDREN * STAGES[stage] / sum(STAGES[one] for one in stages)
    return usual + (UNUSUAL if stage == Stage.PRIMARY else 0)


def _csv(rows: Sequence[Mapping[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, HEADS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def names_of(season: Season) -> dict[str, dict[str, Any]]:
    """What the report calls groups and schools."""
    groups: dict[str, Any] = {}
    for one in season.rounds.select_related("policy").order_by("pk"):
        groups |= {group.id: group.name.to_json() for group in compiled(one.policy).groups}
    return {"groups": groups, "schools": dict(season.district.schools.values_list("code", "name"))}


def lacks(season: Season | None) -> list[str]:
    """Why this season cannot be rehearsed yet, in words; [] where it can."""
    if season is None:
        return [_("Nothing of this season is in force yet. A rehearsal plays what stands, not a draft.")]
    stages = stages_of(season)
    if not stages:
        return [_("There is no main round to play yet.")]
    found = []
    for stage in stages:
        if not season.district.schools.filter(plans__year=season.year, plans__stage=stage).exists():
            found.append(_("%(stage)s: no school has seats yet.") % {"stage": Stage(stage).label})
        if not chart(season.district_id, season.year, stage).zones:
            found.append(_("%(stage)s: there are no zones yet.") % {"stage": Stage(stage).label})
    if not found and not homes_of(season, stages, most=1):
        found.append(_("By the zones as they stand no address lies in exactly one zone of each stage."))
    return found
