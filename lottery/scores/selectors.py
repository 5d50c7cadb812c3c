"""What staff see of admission by score: which schools, by which document, which files; never a child's score."""

from dataclasses import dataclass

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Round
from enrollment.seasons.selectors import no_round_in_care
from lottery.scores.models import ScoreFile, ScoreSchool
from lottery.scores.states import ROLL_FROZEN
from schools.models import School
from schools.selectors import offered_schools


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One approved or proposed school with the versions of its file, the newest first."""

    row: ScoreSchool
    files: tuple[ScoreFile, ...]
    may_approve: bool
    may_import: bool


@dataclass(frozen=True, slots=True)
class ScoresPage:
    """The score schools of a round that the account may see."""

    round: Round
    frozen: bool
    lines: tuple[ScoreLine, ...]
    may_propose: bool
    candidates: tuple[School, ...]


def scores_page(account: Account, round_id: int) -> ScoresPage:
    """Raises NotAllowed outside the account's scope. School staff see their own school only."""
    round_ = Round.objects.select_related("season__district").filter(pk=round_id).first()
    mine = scope(account)
    district = round_.season.district_id if round_ else ""
    bureau = round_ is not None and mine.may(Ability.SEASON_EDIT, district=district)
    if round_ is None or not (
        bureau or mine.may(Ability.APPLICATION_REVIEW, district=district, school=_own_school(account))
    ):
        raise no_round_in_care()
    frozen = round_.state in ROLL_FROZEN
    season = round_.season
    rows = ScoreSchool.objects.filter(school__district_id=district, year=season.year, stage=round_.stage)
    lines = []
    for row in rows.select_related("school", "proposed_by", "approved_by").order_by("school_id"):
        reviews = mine.may(Ability.APPLICATION_REVIEW, district=district, school=row.school_id)
        if not (bureau or reviews):
            continue
        files = ScoreFile.objects.filter(round=round_, school_id=row.school_id).defer("rows")
        lines.append(
            ScoreLine(
                row,
                tuple(files.select_related("uploaded_by").order_by("-number")),
                may_approve=bureau and not frozen and row.approved_at is None and row.proposed_by_id != account.pk,
                may_import=reviews and not frozen and row.approved_at is not None,
            )
        )
    approved = {line.row.school_id for line in lines if line.row.approved_at}
    offered = offered_schools(district, season.year, round_.stage) if bureau and not frozen else []
    return ScoresPage(
        round=round_,
        frozen=frozen,
        lines=tuple(lines),
        may_propose=bureau and not frozen,
        candidates=tuple(one for one in offered if not one.is_drawn and one.pk not in approved),
    )


def _own_school(account: Account) -> str:
    """The school a reviewer belongs to; "" for everybody else."""
    held = account.roles.in_force().filter(name="reviewer").exclude(school_code="")
    return held.values_list("school_code", flat=True).first() or ""
