"""Policies and seasons from a bureau's files. A policy in use is superseded by a new version, never edited."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from enrollment.seasons.days.dates import RoundDates, Standing, changed, refusals
from enrollment.seasons.lists.services import lists_kept, require_sources
from enrollment.seasons.models import AfterRules, PolicyVersion, Round, Season
from enrollment.seasons.rules.forms import CHANGEABLE
from enrollment.seasons.selectors import judged_in
from enrollment.seasons.services.steps import round_lock
from enrollment.seasons.states import RoundState
from enrollment.seasons.words import wrong_words
from foundation import clock
from foundation.errors import Refused
from foundation.locks import lock
from policy import digest, load
from schools.models import District
from verification.lines import items_of


@transaction.atomic
def policy_store(*, district: District, code: str, text: str) -> PolicyVersion:
    """The version with this content: an existing one, or the next number.

    Raises PolicyError for an invalid text, and for one that looks at what nothing in the district can tell.
    """
    require_sources(load(text), text, lists_kept([district.pk])[district.pk], items_of(district.pk))
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
    reason: str = "",
) -> Season:
    """Create or update a season with its rounds. Raises Refused.

    A round that is under way keeps its policy and the dates it has passed; dates that families have seen change only
    with a ``reason``.
    """
    season, _made = Season.objects.update_or_create(
        district=district,
        year=year,
        rehearsal=rehearsal,
        defaults={"synthetic": synthetic, "calendar": list(calendar)},
    )
    for row in rounds:
        key = {"season": season, "stage": row["stage"], "kind": row["kind"]}
        found = Round.objects.filter(**key).values_list("pk", flat=True).first()
        if found is not None:
            lock(round_lock(found))  # before its row, as whoever moves it on does
            _refuse_change(Round.objects.select_for_update().get(pk=found), row, reason)
        Round.objects.update_or_create(**key, defaults=dict(row))
    return season


def dates_of(round_: Round) -> RoundDates:
    """The dates of a round that stands, in Beijing time."""
    return RoundDates(
        round_.stage,
        round_.kind,
        round_.opens_at.astimezone(clock.SHANGHAI),
        round_.closes_at.astimezone(clock.SHANGHAI),
        round_.results_at.astimezone(clock.SHANGHAI),
        round_.check_on,
        round_.answer_days,
        round_.seat_days,
    )


def _refuse_change(round_: Round, row: Mapping[str, Any], reason: str) -> None:
    if round_.state != RoundState.PLANNED and round_.policy_id != row["policy"].pk:
        text = _("The round %(round)s is under way: its policy cannot be changed any more.")
        raise Refused(text % {"round": str(round_)}, code="in_use")
    form = row.get("form")
    if form is not None and form.pk != round_.form_id and round_.state not in CHANGEABLE:
        text = _("Applications of the round %(round)s are over: its form stays as it is.")
        raise Refused(text % {"round": str(round_)}, code="form_fixed")
    before, now = dates_of(round_), clock.now()
    given = {
        name: value.astimezone(clock.SHANGHAI) if isinstance(value, datetime) else value
        for name, value in row.items()
        if name in RoundDates.__slots__
    }
    after = RoundDates(**{name: given.get(name, getattr(before, name)) for name in RoundDates.__slots__})
    wrong = refusals(0, before, after, Standing(round_.state, judged_in(round_)), now=now)
    if wrong:
        raise Refused(f"{round_}: {wrong_words(wrong[0])}", code="dates_fixed")
    if changed(before, after) and not reason.strip():
        text = _("Families have seen the dates of %(round)s: say why they change.")
        raise Refused(text % {"round": str(round_)}, code="reason", field="reason")


@transaction.atomic
def after_rules_store(*, season: Season, rules: Mapping[str, Any]) -> AfterRules:
    """What the district lays down for the time after submission; names left out keep what is stored, or the default."""
    stored, _made = AfterRules.objects.update_or_create(season=season, defaults=dict(rules))
    return stored
