"""What the roll states of every child: the facts that decide, the ticket it shares with siblings, its salt."""

import hashlib
import hmac
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from enrollment.guardians.binding.keys import born_together
from enrollment.guardians.binding.selectors import apart_keys
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Round
from lottery.engine.admission.entries import facts_text
from lottery.roll.surroundings import Surroundings
from lottery.scores.facts import Scores


@dataclass(frozen=True, slots=True)
class Stated:
    """A child as a run knows it: the facts that decide, its ticket's name, and the secret its salt is made from."""

    application: UUID
    receipt: str
    token: UUID
    group: str
    facts: str


def round_key(round_: Round) -> str:
    """The round's name in every database: district/year/stage/kind."""
    season = round_.season
    return f"{season.district_id}/{season.year}/{round_.stage}/{round_.kind}"


def salt_of(token: UUID, key: str) -> str:
    """A family's salt, 64 hex digits: from the secret token of its first submission, so that it can be made again."""
    return hmac.digest(token.bytes, f"roll salt{key}".encode(), "sha256").hex()


def group_name(applications: Sequence[UUID]) -> str:
    """The public name of a ticket: the application's id, or for siblings a digest of all their ids."""
    if len(applications) == 1:
        return str(applications[0])
    return hashlib.sha256(",".join(sorted(map(str, applications))).encode()).hexdigest()


def _groups(rows: Sequence[Mapping[str, Any]], apart: Collection[str]) -> dict[UUID, str]:
    """The ticket of every application; ``apart`` are the keys of siblings whose guardians have not all agreed."""
    births = born_together(key for row in rows if (key := row["sibling_key"]) and key not in apart)
    sizes = Counter(births[row["sibling_key"]] for row in rows if row["sibling_key"] in births)
    families: dict[str, list[UUID]] = {}
    for row in rows:
        birth = births.get(row["sibling_key"], "")
        families.setdefault(birth if sizes[birth] > 1 else str(row["id"]), []).append(row["id"])
    return {pk: group_name(members) for members in families.values() for pk in members}


def stated(round_: Round, states: Sequence[str] = (ApplicationState.IN_POOL,)) -> Iterator[Stated]:
    """What the run would know of every child whose application is in one of the states, by application."""
    around, scores = Surroundings(round_), Scores(round_)
    columns = ("id", "receipt", "version", "group_code", "tier", "points", "order", "zone_code", "sibling_key")
    rows = list(Application.objects.filter(round=round_, state__in=states).order_by("id").values(*columns))
    groups = _groups(rows, apart_keys(round_, states))
    tokens: dict[UUID, UUID] = {}
    choices: dict[tuple[UUID, int], list[str]] = {}
    versions = ApplicationVersion.objects.filter(application__round=round_, application__state__in=states)
    for pk, number, token, listed in versions.values_list("application_id", "number", "client_token", "choices"):
        choices[pk, number] = listed
        if number == 1:
            tokens[pk] = token
    for row in rows:
        pk = row["id"]
        listed = choices[pk, row["version"]]
        facts = facts_text(
            group_code=row["group_code"],
            tier=row["tier"],
            points=row["points"],
            order=row["order"],
            choices=listed,
            zone_schools=around.zone_schools(row["zone_code"]),
            big_zone_schools=around.big_zone_schools(row["zone_code"], row["group_code"]),
            scores=scores.of(row["receipt"], listed),
        )
        yield Stated(pk, row["receipt"], tokens[pk], groups[pk], facts)
