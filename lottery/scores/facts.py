"""What score files mean for a run: which schools rank by score, and the score of a child."""

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext as _

from enrollment.seasons.models import Round
from foundation.errors import Refused
from lottery.scores.models import ScoreFile, ScoreSchool
from schools.models import School


def score_schools(round_: Round) -> dict[str, ScoreSchool]:
    """The schools two people approved for admission by score in the year and stage of this round, by code."""
    season = round_.season
    rows = ScoreSchool.objects.filter(
        school__district_id=season.district_id, year=season.year, stage=round_.stage, approved_at__isnull=False
    )
    return {row.school_id: row for row in rows.select_related("school").order_by("school_id")}


def score_files(round_: Round) -> dict[str, ScoreFile]:
    """The newest file of every school approved for it, by school."""
    rows = ScoreFile.objects.filter(round=round_, school_id__in=score_schools(round_)).order_by("school_id", "number")
    newest = {row.school_id: row for row in rows}
    return {code: row for code, row in newest.items() if row.count}  # one without rows takes the scores back


class Scores:
    """The scores of the newest files of a round, in hundredths of a point."""

    def __init__(self, round_: Round) -> None:
        self._rows: dict[str, Mapping[str, int]] = {code: file.rows for code, file in score_files(round_).items()}

    def of(self, receipt: str, choices: Sequence[str]) -> dict[str, int]:
        """The child's score at each listed school that has one: a score nobody asked for decides nothing."""
        return {code: self._rows[code][receipt] for code in choices if receipt in self._rows.get(code, {})}


def check_scores(round_: Round, listed: Collection[str]) -> None:
    """Raises Refused when a listed school is approved to rank by score and its scores are not there."""
    missing = sorted(score_schools(round_).keys() & set(listed) - score_files(round_).keys())
    if missing:
        names = "、".join(School.objects.filter(pk__in=missing).values_list("name", flat=True))
        text = _("Scores are missing of: %(names)s. Import them before the roll is frozen.")
        raise Refused(text % {"names": names}, code="scores")
