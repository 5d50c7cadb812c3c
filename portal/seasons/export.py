"""What stands of a season, as the very folder that is read: the same bytes for the same season, whoever asks.

Left out is what names children (homes whose seat is used, the bureau's lists): it comes in and goes through imports.
"""

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import yaml

from enrollment.seasons.lists.kinds import ADDRESS_COLUMNS, SEAT_COLUMNS, STAGES, ZONE_COLUMNS
from enrollment.seasons.models import AfterRules, KeptList, PolicyVersion, Round, Season
from foundation import clock
from foundation.tables import as_file
from helpdesk.models import Article, ServicePoint
from portal.seasons.extras import ARTICLES
from portal.seasons.folder import LEVELS
from portal.seasons.forms import FORMS, form_names, forms_written
from portal.seasons.items import items_written
from portal.seasons.maps import NAME as MAP
from portal.seasons.maps import map_written
from portal.seasons.polygons import NAME as POLYGONS
from schools.kinds import FIELDS, KINDS, SCHOOL_COLUMNS
from schools.maps.drawing import shape_of
from schools.matching import Zone
from schools.models import School, SeatPlan, Stage
from schools.selectors import address_points, atlas, zones

STAGE_WORDS: Final = {value: word for word, value in STAGES.items()}
KIND_WORDS: Final = {value: word for word, value in KINDS.items()}
LEVEL_WORDS: Final = {value: word for word, value in LEVELS.items()}
EFFECTS: Final = {"include": "包含", "exclude": "排除"}
RULES: Final = {"road": "道路", "estate": "小区", "village": "村"}
PARITIES: Final = {"all": "", "odd": "单号", "even": "双号"}
POINT_HEADS: Final = ("名称", "级别", "地址", "服务时间", "电话")
WHEN: Final = (2000, 1, 1, 0, 0, 0)  # of every file of the archive: the same folder is the same bytes


def folder_of(season: Season) -> dict[str, bytes]:
    """Every file of the season's folder by its name."""
    district, year = season.district_id, season.year
    rounds = list(season.rounds.select_related("policy", "form").order_by("stage", "kind"))
    names = _policy_names(rounds)
    found = {
        "season.yaml": _yaml(_season(season, rounds, names)),
        "schools.csv": _schools(district),
        "seats.csv": _seats(district, year),
        "zones.csv": _table([one.heading for one in ZONE_COLUMNS], _zone_rows(district, year)),
    }
    for version in {one.policy_id: one.policy for one in rounds}.values():
        found[f"policies/{names[version.pk]}.yaml"] = version.text.encode()
    forms = forms_written(rounds)
    optional = {
        FORMS: _yaml(forms) if forms else b"",
        POLYGONS: _polygons(district, year),
        MAP: _map(district, year),
        "addresses.csv": _addresses(district, year),
        "service_points.csv": _points(district),
        ARTICLES: _articles(district),
    }
    return {**found, **{name: content for name, content in optional.items() if content}}


def archive(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip, always the same bytes."""
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            packed.writestr(zipfile.ZipInfo(name, WHEN), files[name], zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def _table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    return as_file([heads, *rows])


def _yaml(body: object) -> bytes:
    return yaml.safe_dump(body, allow_unicode=True, sort_keys=False, width=120).encode()


def _policy_names(rounds: Iterable[Round]) -> dict[int, str]:
    """The file of each policy in use: its code, and a number where two versions of it are in use."""
    versions: dict[str, list[PolicyVersion]] = {}
    for one in sorted({one.policy_id: one.policy for one in rounds}.values(), key=lambda one: (one.code, one.number)):
        versions.setdefault(one.code, []).append(one)
    return {
        one.pk: code if len(several) == 1 else f"{code}.{at}"
        for code, several in versions.items()
        for at, one in enumerate(several, start=1)
    }


def _season(season: Season, rounds: Sequence[Round], names: Mapping[int, str]) -> dict[str, Any]:
    lists = KeptList.objects.filter(district=season.district_id).order_by("kind").values_list("kind", flat=True)
    body: dict[str, Any] = {"district": season.district_id, "year": season.year}
    if season.synthetic:
        body["synthetic"] = True
    body |= {"calendar": season.calendar, "lists": list(lists)}
    if items := items_written(season.district_id):
        body["items"] = items
    forms = form_names(rounds)
    body["rounds"] = [
        _round(one, names[one.policy_id]) | ({"form": forms[one.form_id]} if one.form_id else {}) for one in rounds
    ]
    rules = AfterRules.objects.filter(season=season).first()
    return {**body, "after": _after(rules)} if rules else body


def _round(round_: Round, policy: str) -> dict[str, Any]:
    row: dict[str, Any] = {"stage": round_.stage, "kind": round_.kind, "policy": policy}
    for name, moment in (("opens", round_.opens_at), ("closes", round_.closes_at), ("results", round_.results_at)):
        row[name] = _moment(moment)
    if round_.check_on:
        row["check_on"] = round_.check_on
    row |= {"answer_days": round_.answer_days, "seat_days": round_.seat_days}
    return row | ({"reminders": round_.reminders} if round_.reminders else {})


def _moment(moment: datetime) -> str:
    local = moment.astimezone(clock.SHANGHAI).replace(tzinfo=None)
    return local.isoformat(" ", "auto" if local.second or local.microsecond else "minutes")


def _after(rules: AfterRules) -> dict[str, Any]:
    numbers = ("appeal_days", "appeal_within", "review_days", "sample_percent")
    body: dict[str, Any] = {name: getattr(rules, name) for name in numbers}
    body |= {"place_days": rules.place_days} if rules.place_days else {}
    body |= {name: [date.fromisoformat(day) for day in getattr(rules, name)] for name in ("days_off", "extra_days")}
    body["on_site_visits"] = rules.on_site_visits
    return body | {name: getattr(rules, name) for name in ("issuer", "bring") if getattr(rules, name)}


def _schools(district: str) -> bytes:
    rows = School.objects.filter(district=district).order_by("code")
    return _table(
        [one.heading for one in SCHOOL_COLUMNS], ([_school(row, one.name) for one in SCHOOL_COLUMNS] for row in rows)
    )


def _school(row: School, column: str) -> object:
    value = getattr(row, FIELDS.get(column, column))
    return KIND_WORDS[value] if column == "kind" else value


def _seats(district: str, year: int) -> bytes:
    rows = SeatPlan.objects.filter(school__district=district, year=year).order_by("school", "stage")
    table = [(row.school_id, STAGE_WORDS[row.stage], row.seats, row.class_size) for row in rows]
    return _table([one.heading for one in SEAT_COLUMNS], table)


def _zones(district: str, year: int) -> list[Zone]:
    return [zone for stage in Stage.values for zone in sorted(zones(district, year, stage), key=lambda one: one.name)]


def _zone_rows(district: str, year: int) -> Iterable[Sequence[object]]:
    for zone in _zones(district, year):
        head = (zone.name, zone.year, STAGE_WORDS[zone.stage], "、".join(sorted(zone.schools)))
        for rule in zone.rules:
            kind, parity = RULES[rule.kind], PARITIES[rule.parity]
            yield *head, EFFECTS[rule.effect], kind, rule.name, parity, rule.low, rule.high, zone.big_zone
        if not zone.rules:
            yield *head, "", "四至", "", "", None, None, zone.big_zone


def _polygons(district: str, year: int) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {"zone": zone.name, "year": zone.year, "stage": zone.stage},
            "geometry": {"type": shape_of(zone), "coordinates": zone.polygon},
        }
        for zone in _zones(district, year)
        if zone.polygon
    ]
    body = {"type": "FeatureCollection", "features": features}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode() if features else b""


def _map(district: str, year: int) -> bytes:
    found = atlas(district, year)
    return map_written(found.map) if found else b""


def _addresses(district: str, year: int) -> bytes:
    rows = address_points(district, year)
    table = ((name, *point) for name, point in rows)
    return _table([one.heading for one in ADDRESS_COLUMNS], table) if rows else b""


def _points(district: str) -> bytes:
    rows = ServicePoint.objects.filter(district=district).order_by("name")
    table = [(row.name, LEVEL_WORDS[row.level], row.address, row.hours, row.phone) for row in rows]
    return _table(POINT_HEADS, table) if table else b""


def _articles(district: str) -> bytes:
    """The newest version of each; the earlier ones stay where they are."""
    rows = Article.objects.filter(district=district).order_by("code", "-version").distinct("code")
    body = []
    for row in rows:
        one = {"code": row.code, "kind": row.kind, "number": row.number, "published": row.published_on}
        one |= {"title": row.title, "body": row.body}
        body.append(one | ({"video": row.video} if row.video else {}))
    return _yaml(body) if body else b""
