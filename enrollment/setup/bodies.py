"""A season as a draft holds it: plain text as it stands in the form, Beijing time to the minute.

What a form posted, what stands, and what a draft keeps have this one shape, so that they can be compared line by line.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from enrollment.seasons.days.dates import RoundDates, Span, Wrong, contradictions
from enrollment.seasons.models import Round, Season
from enrollment.seasons.words import wrong_words
from foundation import clock
from foundation.canonical import canonical
from schools.models import Stage

Body = dict[str, list[dict[str, str]]]
MINUTE: Final = "%Y-%m-%dT%H:%M"
MOMENTS: Final = ("opens_at", "closes_at", "results_at")
DAYS: Final = ("answer_days", "seat_days")
OF_ROUND: Final = ("stage", "kind", "policy", *MOMENTS, "check_on", *DAYS, "reminders")
OF_LINE: Final = ("key", "zh", "en", "starts", "ends")
MOST_ROUNDS, MOST_LINES, LONGEST = 12, 20, 120
REMINDERS: Final = 3
LINES: Final[Mapping[str, tuple[str, str]]] = {
    "publish": ("公布招生政策", "Policy published"),
    "review": ("审核与补正", "Review and corrections"),
    "draw": ("电脑随机录取", "Draw and admission"),
    "checkin": ("报到", "Check-in"),
}
LABELS: Final[Mapping[str, Promise]] = {
    "stage": lazy("Stage"),
    "kind": lazy("Kind of round"),
    "policy": lazy("Rules"),
    "opens_at": lazy("Applications open"),
    "closes_at": lazy("Applications close"),
    "results_at": lazy("Results"),
    "check_on": lazy("Day on which documents must be valid"),
    "answer_days": lazy("Days to answer a place"),
    "seat_days": lazy("Days to answer a seat that became free"),
    "reminders": lazy("Reminders of a place nobody answers"),
    "starts": lazy("First day"),
    "ends": lazy("Last day"),
}


def written(value: datetime | date | None) -> str:
    """A moment or a day as the form has it."""
    if value is None:
        return ""
    return value.astimezone(clock.SHANGHAI).strftime(MINUTE) if isinstance(value, datetime) else value.isoformat()


def of_season(season: Season | None) -> Body:
    """What stands."""
    if season is None:
        return {"rounds": [], "calendar": []}
    rounds = season.rounds.select_related("policy").defer("policy__text").order_by("opens_at", "pk")
    lines = [{name: str(row.get(name, "")) for name in OF_LINE} for row in season.calendar]
    return {"rounds": [of_round(one) for one in rounds], "calendar": lines}


def of_round(round_: Round) -> dict[str, str]:
    return {
        "stage": round_.stage,
        "kind": round_.kind,
        "policy": f"{round_.policy.code}:{round_.policy.number}",
        "opens_at": written(round_.opens_at),
        "closes_at": written(round_.closes_at),
        "results_at": written(round_.results_at),
        "check_on": written(round_.check_on),
        "answer_days": str(round_.answer_days),
        "seat_days": str(round_.seat_days),
        "reminders": ", ".join(map(str, round_.reminders)),
    }


def digest(body: Body) -> str:
    """By which it is noticed that what stands is not what a form was filled from."""
    return hashlib.sha256(canonical(body).encode()).hexdigest()


def posted(data: Mapping[str, Any]) -> Body:
    """What a form says; lines of the calendar without any day are left out."""
    rounds = _rows(data, "rounds", OF_ROUND, MOST_ROUNDS)
    lines = _rows(data, "calendar", OF_LINE, MOST_LINES)
    return {"rounds": rounds, "calendar": [one for one in lines if one["starts"] or one["ends"]]}


def _rows(data: Mapping[str, Any], part: str, names: Sequence[str], most: int) -> list[dict[str, str]]:
    found = []
    for number in range(most):
        if f"{part}.{number}.{names[0]}" in data:
            texts = {name: str(data.get(f"{part}.{number}.{name}", "")) for name in names}
            found.append({name: text.replace("\0", "").strip()[:LONGEST] for name, text in texts.items()})
    return found


def with_lines(body: Body) -> Body:
    """The body with the usual lines of a calendar, empty where there is none yet."""
    there = {one["key"] for one in body["calendar"]}
    usual = [
        {"key": key, "zh": zh, "en": en, "starts": "", "ends": ""}
        for key, (zh, en) in LINES.items()
        if key not in there
    ]
    return {"rounds": body["rounds"], "calendar": [*body["calendar"], *usual]}


def name_of(row: Mapping[str, str]) -> str:
    """A round in words: its stage and kind."""
    stage, kind = dict(Stage.choices).get(row["stage"], "?"), dict(Round.Kind.choices).get(row["kind"], "?")
    return f"{stage} · {kind}"


def mistakes(body: Body, year: int, *, policies: Collection[str], standing: Body) -> dict[str, str]:
    """What is wrong, by the name of its field, in words. Fields left empty are no mistake of a draft."""
    found = _unreadable(body, policies)
    new = {row["stage"] + row["kind"] for row in standing["rounds"]}
    fresh = [number for number, row in enumerate(body["rounds"]) if row["stage"] + row["kind"] not in new]
    stands = {_about(standing, wrong) for wrong in _contradictions(standing, year)}
    for wrong in _contradictions(body, year, fresh):
        if _about(body, wrong) not in stands:  # what stands so and is not touched is no mistake of this draft
            found.setdefault(wrong.place, wrong_words(wrong))
    return found


def _contradictions(body: Body, year: int, new: Collection[int] = ()) -> tuple[Wrong, ...]:
    return contradictions(year, dates_of(body), spans_of(body), now=clock.now(), new=new)


def _about(body: Body, wrong: Wrong) -> tuple[object, ...]:
    """A contradiction by what collides with what, whatever the number of its row."""
    part, number, name = wrong.place.split(".")
    row = body[part][int(number)]
    return (*(row.get(key, "") for key in ("stage", "kind", "key")), name, row[name], wrong.code, wrong.against)


def _unreadable(body: Body, policies: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, row in enumerate(body["rounds"]):
        found |= _unreadable_round(f"rounds.{number}", row, policies)
    for number, row in enumerate(body["calendar"]):
        for name in ("starts", "ends"):
            if day_of(row[name]) is None:
                found[f"calendar.{number}.{name}"] = _("Write the day as 2027-07-20.")
        if not row["zh"]:
            found[f"calendar.{number}.zh"] = _("Name this line of the calendar.")
    return found


def _unreadable_round(place: str, row: Mapping[str, str], policies: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    if row["stage"] not in Stage.values:
        found[f"{place}.stage"] = _("Choose a stage.")
    if row["kind"] not in Round.Kind.values:
        found[f"{place}.kind"] = _("Choose a kind of round.")
    if row["policy"] and row["policy"] not in policies:
        found[f"{place}.policy"] = _("There are no such rules.")
    for name in MOMENTS:
        if row[name] and moment_of(row[name]) is None:
            found[f"{place}.{name}"] = _("Write the time as 2027-07-20T09:30.")
    if row["check_on"] and day_of(row["check_on"]) is None:
        found[f"{place}.check_on"] = _("Write the day as 2027-07-20.")
    for name in DAYS:
        if not (row[name].isascii() and row[name].isdecimal() and len(row[name]) < 4):
            found[f"{place}.{name}"] = _("Write a number of days.")
    if (text := row.get("reminders", "")) and not _fits(reminders_of(text), row["answer_days"]):
        text = _("Three numbers of days before the end, such as 4, 2, 1, within the time to answer.")
        found[f"{place}.reminders"] = text
    return found


def reminders_of(text: str) -> list[int]:
    """The days of the three reminders; [] for none, or for what is not three numbers."""
    parts = [part.strip() for part in text.replace("，", ",").replace("、", ",").split(",")]
    right = len(parts) == REMINDERS and all(part.isascii() and part.isdecimal() and len(part) < 4 for part in parts)
    return [int(part) for part in parts] if right else []


def _fits(days: Sequence[int], answer_days: str) -> bool:
    """Whether the reminders come one after the other, within the time to answer."""
    return bool(days) and _number(answer_days) > days[0] > days[1] > days[2] >= 1


def gaps(body: Body) -> list[str]:
    """What a draft lacks before it can be taken."""
    found = []
    if not body["rounds"]:
        found.append(_("There is no round yet."))
    for row in body["rounds"]:
        empty = [str(LABELS[name]) for name in ("policy", *MOMENTS) if not row[name]]
        if empty:
            words = {"round": name_of(row), "fields": "、".join(empty)}
            found.append(_("%(round)s lacks: %(fields)s.") % words)
    return found


def moment_of(text: str) -> datetime | None:
    """A time of the form; None for none."""
    try:
        return datetime.strptime(text, MINUTE).replace(tzinfo=clock.SHANGHAI)
    except ValueError:
        return None


def day_of(text: str) -> date | None:
    """A day of the form; None for none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def dates_of(body: Body) -> list[RoundDates]:
    """The rounds with their dates; what cannot be read counts as not fixed."""
    return [
        RoundDates(
            row["stage"],
            row["kind"],
            moment_of(row["opens_at"]),
            moment_of(row["closes_at"]),
            moment_of(row["results_at"]),
            day_of(row["check_on"]),
            _number(row["answer_days"]),
            _number(row["seat_days"]),
        )
        for row in body["rounds"]
    ]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 1


def spans_of(body: Body) -> list[Span]:
    return [Span(row["key"], day_of(row["starts"]), day_of(row["ends"])) for row in body["calendar"]]
