"""The parts of a season's folder that a season can do without: the time after submission, and the bureau's articles."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import yaml
from django.contrib.staticfiles import finders

from enrollment.seasons.lists.kinds import STAGES

ARTICLES = "articles.yaml"
KINDS = ("notice", "question")
SWITCHES = ("on_site_visits",)
NUMBERS: Final = {  # of days, and of a hundred decisions: least and most
    "appeal_days": (1, 366),
    "appeal_within": (1, 366),
    "review_days": (1, 60),
    "place_days": (1, 120),
    "sample_percent": (0, 100),
}
Fail = Callable[[str, str], None]  # column, message


def after_rules(body: object, fail: Fail) -> dict[str, Any]:
    """The fields of enrollment.models.AfterRules under ``after`` of season.yaml; {} where it is left out."""
    if body is None:
        return {}
    if not isinstance(body, dict):
        fail("after", "the time after submission must be a list of names and values")
        return {}
    found: dict[str, Any] = {}
    for name, (least, most) in NUMBERS.items():
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            found[name] = value
        else:
            fail(f"after.{name}", f"{value!r} is not a number from {least} to {most}")
    for name in ("days_off", "extra_days"):
        if name in body:
            found[name] = _days(f"after.{name}", body[name], fail)
    found |= _switches(body, fail)
    if "issuer" in body:
        found["issuer"] = _words("after.issuer", body["issuer"], fail)
    if "bring" in body:
        rows = body["bring"] if isinstance(body["bring"], list) else [body["bring"]]
        found["bring"] = [_brought(row, fail) for row in rows]
    for name in sorted(set(body) - {"days_off", "extra_days", "issuer", "bring", *NUMBERS, *SWITCHES}):
        fail(f"after.{name}", "this name is not known here")
    return found


def _switches(body: Mapping[str, Any], fail: Fail) -> dict[str, bool]:
    """What a district switches on or off; a name left out keeps what is stored."""
    there = {name: body[name] for name in SWITCHES if name in body}
    for name, value in there.items():
        if not isinstance(value, bool):
            fail(f"after.{name}", f"{value!r}: true or false")
    return {name: value for name, value in there.items() if isinstance(value, bool)}


def _days(column: str, value: object, fail: Fail) -> list[str]:
    days: list[str] = []
    for day in value if isinstance(value, list) else [value]:
        if isinstance(day, date) and not isinstance(day, datetime):
            days.append(day.isoformat())
        else:
            fail(column, f"{day!r} is not a date such as 2026-06-19")
    return days


def _words(column: str, value: object, fail: Fail) -> dict[str, str]:
    """A text in both languages; Chinese is compulsory."""
    if isinstance(value, Mapping) and str(value.get("zh") or "").strip():
        return {"zh": str(value["zh"]).strip(), "en": str(value.get("en") or value["zh"]).strip()}
    fail(column, "give the words as zh and en; zh is compulsory")
    return {"zh": "", "en": ""}


def _brought(row: object, fail: Fail) -> dict[str, Any]:
    """A thing to bring, and the stages of those who bring it; none named: everybody."""
    words: dict[str, Any] = dict(_words("after.bring", row, fail))
    stages = row.get("stages") if isinstance(row, Mapping) else None
    if stages is None:
        return words
    named = [STAGES.get(str(one), str(one)) for one in (stages if isinstance(stages, list) else [stages])]
    if not named or not set(named) <= set(STAGES.values()):
        fail("after.bring", "stages: kindergarten, primary or junior")
    return {**words, "stages": named}


def read_articles(folder: Path, fail: Fail) -> list[dict[str, Any]]:
    """The bureau's articles; a folder may have none."""
    path = folder / ARTICLES
    if not path.exists():
        return []
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as wrong:
        fail("", f"not readable as YAML: {str(wrong).splitlines()[0]}")
        return []
    if not isinstance(rows, list):
        fail("", "the file must be a list of articles")
        return []
    return list(_articles(rows, fail))


def _articles(rows: Iterable[object], fail: Fail) -> Iterable[dict[str, Any]]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        label = f"[{number}]"
        if not isinstance(row, Mapping):
            fail(label, "an article must be a list of names and values")
            continue
        code = str(row.get("code", ""))
        if not re.fullmatch(r"[a-z0-9-]{1,60}", code) or code in seen:
            fail(f"{label}.code", f"{code!r}: small letters, digits and hyphens, each code once")
        seen.add(code)
        if row.get("kind") not in KINDS:
            fail(f"{label}.kind", "notice or question")
        published = row.get("published")
        if not isinstance(published, date) or isinstance(published, datetime):
            fail(f"{label}.published", f"{published!r} is not a date such as 2026-05-20")
        video = str(row.get("video") or "")
        if video and (not re.fullmatch(r"[\w-]+\.(mp4|webm)", video) or finders.find(f"video/{video}") is None):
            fail(f"{label}.video", f"{video!r}: an .mp4 or .webm file that lies in static/video/")
        yield {
            "code": code,
            "kind": row.get("kind"),
            "number": str(row.get("number") or "")[:60],
            "published_on": published,
            "title": _words(f"{label}.title", row.get("title"), fail),
            "body": _words(f"{label}.body", row.get("body"), fail),
            "video": video,
        }
