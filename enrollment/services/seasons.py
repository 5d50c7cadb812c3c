"""Policies and seasons from a bureau's files. A policy in use is superseded by a new version, never edited."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.models import AfterRules, PolicyVersion, Round, Season
from foundation import clock
from foundation.errors import Refused
from policy import digest
from schools.models import District


@transaction.atomic
def policy_store(*, district: District, code: str, text: str) -> PolicyVersion:
    """The version with this content: an existing one, or the next number. Raises PolicyError for an invalid text."""
    mark = digest(text)
    versions = PolicyVersion.objects.filter(district=district, code=code)
    same = versions.filter(digest=mark).first()
    if same is not None:
        return same
    last = versions.order_by("-number").first()
    number = last.number + 1 if last else 1
    return PolicyVersion.objects.create(
        district=district, code=code, number=number, text=text, digest=mark, created_at=clock.now()
    )


@transaction.atomic
def season_store(
    *,
    district: District,
    year: int,
    synthetic: bool,
    calendar: Sequence[Mapping[str, str]],
    rounds: Sequence[Mapping[str, Any]],
    rehearsal: bool = False,
) -> Season:
    """Create or update a season with its rounds; a round that is under way keeps its policy. Raises Refused."""
    season, _made = Season.objects.update_or_create(
        district=district,
        year=year,
        rehearsal=rehearsal,
        defaults={"synthetic": synthetic, "calendar": list(calendar)},
    )
    for row in rounds:
        key = {"season": season, "stage": row["stage"], "kind": row["kind"]}
        existing = Round.objects.select_for_update().filter(**key).first()
        if existing is not None and existing.state != "planned" and existing.policy_id != row["policy"].pk:
            text = _("The round %(round)s is under way: its policy cannot be changed any more.")
            raise Refused(text % {"round": str(existing)}, code="in_use")
        Round.objects.update_or_create(**key, defaults=dict(row))
    return season


@transaction.atomic
def after_rules_store(*, season: Season, rules: Mapping[str, Any]) -> AfterRules:
    """What the district lays down for the time after submission; names left out keep what is stored, or the default."""
    stored, _made = AfterRules.objects.update_or_create(season=season, defaults=dict(rules))
    return stored
