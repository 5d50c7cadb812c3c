"""The table of a school's scores, as it is brought in."""

from collections.abc import Collection, Mapping, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.filing.submission.services import normal_receipt
from enrollment.seasons.models import Application, Round
from foundation import files
from foundation.wording import say
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader
from imports.models import Import
from lottery.engine.drawing.transcript import digests
from lottery.engine.messages import MESSAGES, LotteryError
from lottery.engine.score_lists import hundredths
from lottery.scores.facts import score_files, score_schools
from lottery.scores.services import check_import, scores_back, scores_put
from lottery.scores.states import BEFORE_THE_ROLL
from schools.models import School


class ScoreReader(Reader):
    """Reads scores of the applications of one round."""

    def __init__(self, known: Collection[str]) -> None:
        self._known = known

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        receipt = normal_receipt(cells["receipt"])
        if receipt not in self._known:
            text = gettext("There is no application %(value)s in this round.")
            fail("receipt", text % {"value": cells["receipt"][:40]})
        try:
            score = hundredths(cells["score"])
        except LotteryError as error:
            fail("score", say(MESSAGES[error.code], error.params))
            return None
        return Entry(receipt, receipt, {"score": score})


class ScoresOfSchool(Kind):
    """The scores of a school that two people approved for admission by preference and score."""

    name = "scores"
    title = _("Scores")
    purpose = _(
        "Scores of a school that two people approved for admission by preference and score. The table replaces the one "
        "before. Keep the file: its digest is announced."
    )
    until = _("Can be undone until the roll is frozen.")
    ability = Ability.APPLICATION_REVIEW
    whole = True
    most_rows = 20_000
    most_bytes = 2 * 1024**2
    columns = (
        Column(
            "receipt",
            ("报名号", "报名序号", "回执号", "receipt", "receipt number"),
            _("Number of the application, as on the receipt."),
            "26-ABCD-EFGH-JK",
            key=True,
        ),
        Column("score", ("分数", "成绩", "总分", "score"), _("0 to 1000, at most two decimals."), "87.5"),
    )

    def places(self, account: Account) -> Sequence[Place]:
        rounds = Round.objects.filter(state__in=BEFORE_THE_ROLL).select_related("season__district").order_by("pk")
        found = [one for round_ in rounds for one in self._of_round(round_)]
        return [one for one in found if scope(account).may(self.ability, district=one.district, school=one.school)]

    def _of_round(self, round_: Round) -> list[Place]:
        return [_place(round_, row.school) for row in score_schools(round_).values()]

    def place(self, key: str) -> Place | None:
        number, _colon, code = key.partition(":")
        round_ = Round.objects.filter(pk=number).select_related("season").first() if number.isdecimal() else None
        school = School.objects.filter(pk=code, district=round_.season.district_id).first() if round_ else None
        return _place(round_, school) if round_ and school else None

    def guard(self, place: Place) -> None:
        check_import(round_of(place), place.school)

    def reader(self, place: Place) -> Reader:
        rows = Application.objects.filter(round=round_of(place))
        return ScoreReader(set(rows.values_list("receipt", flat=True)))

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        file = score_files(round_of(place)).get(place.school)
        rows = file.rows if file else {}
        wanted = rows if keys is None else [key for key in keys if key in rows]
        return {key: {"score": rows[key]} for key in wanted}

    def store(self, place: Place, rows: Mapping[str, Data | None], made: Import, *, undo: bool = False) -> None:
        by = made.undone_by if undo else made.decided_by
        if by is None:
            raise RuntimeError("scores are stored by two people")
        found = {key: int(row["score"]) for key, row in rows.items() if row is not None}
        round_ = round_of(place)
        if undo:
            scores_back(round_=round_, school_code=place.school, rows=found, by=by)
        else:
            scores_put(
                round_=round_, school_code=place.school, rows=found, seal=digests([files.load(made.sha256)]), by=by
            )

    def shown(self, data: Data) -> dict[str, str]:
        return {"分数": f"{data['score'] / 100:.2f}"}


def round_of(place: Place) -> Round:
    return Round.objects.select_related("season__district").get(pk=place.key.partition(":")[0])


def _place(round_: Round, school: School) -> Place:
    season = round_.season
    label = f"{school} · {season.year} {round_.get_stage_display()} {round_.get_kind_display()}"
    return Place(f"{round_.pk}:{school.pk}", label, season.district_id, school.pk)
