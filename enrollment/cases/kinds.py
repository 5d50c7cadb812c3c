"""The answers of a department that has no desk, as a sheet that is brought in."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.abilities import Ability
from accounts.departments import Department
from accounts.models import Account
from enrollment.cases.models import Enquiry, JointCase, Opinion
from enrollment.cases.services.answering import opinion_checked, opinion_put
from enrollment.cases.services.steps import locked
from enrollment.cases.states import OPEN
from enrollment.cases.words import title_of
from enrollment.seasons.models import Application, ApplicationState
from foundation.errors import Refused
from foundation.posted import number
from imports.kinds import Column, Data, Entry, Fail, Kind, Place, Reader
from imports.models import Import
from schools.kinds import district_place, district_places

NAME: Final = "case-answers"
VERDICTS: Final[Mapping[str, str]] = {"属实": "confirmed", "不符": "different", "无法判断": "unknown"}
COLUMNS: Final = (
    Column("number", ("编号", "number"), _("Of the question. Leave it as it is."), "000123", key=True, digits=True),
    Column("verdict", ("意见", "verdict"), _("属实, 不符 or 无法判断."), "不符", choices=tuple(VERDICTS)),
    Column(
        "value", ("本部门登记内容", "value"), _("What you hold, written as in the last column."), "50%", needed=False
    ),
    Column("reason", ("说明", "reason"), _("In a few words; needed unless it is confirmed."), needed=False),
)
# what the sheet says besides: it comes back unread
GIVEN: Final = ("事项", "需核实的问题", "儿童姓名", "证件号码", "家庭填报", "登记数据", "截止时间", "填写示例")


class AnswerReader(Reader):
    """Reads answers to the questions of one department in one county."""

    def __init__(self, district: str, department: str) -> None:
        rows = Enquiry.objects.filter(department=department, division__startswith=district)
        open_ones = rows.filter(case__state__in=OPEN).select_related("case__application__child")
        self._asked = {one.pk: one for one in open_ones.exclude(case__application__state=ApplicationState.WITHDRAWN)}

    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        enquiry = self._asked.get(number(cells["number"]))
        if enquiry is None or enquiry.state not in {Enquiry.State.OPEN, Enquiry.State.ANSWERED}:
            text = gettext(
                "This department is asked no such question, or not any more: delete the row, or mend the number."
            )
            fail("number", text)
            return None
        verdict = VERDICTS.get(cells["verdict"], cells["verdict"])
        try:
            value, reason = opinion_checked(
                enquiry.case, enquiry, verdict, cells.get("value", ""), cells.get("reason", "")
            )
        except Refused as refused:
            fail(refused.field, refused.message)
            return None
        return Entry(enquiry.number, title_of(enquiry.case), {"verdict": verdict, "value": value, "reason": reason})


def _asked(district: str, department: str, numbers: Collection[str]) -> dict[int, Enquiry]:
    rows = Enquiry.objects.filter(
        pk__in={number(one) for one in numbers}, department=department, division__startswith=district
    )
    rows = rows.exclude(case__application__state=ApplicationState.WITHDRAWN).select_related("case__application__child")
    return {one.pk: one for one in rows}


class CaseAnswers(Kind):
    """Opinions of a department by sheet: each row is an answer as it would be given on the department's page."""

    name = NAME
    title = _("Answers of departments")
    purpose = _(
        "The sheet of questions that a department without a page of its own was sent, filled in. A row without an "
        "answer is left out of the table."
    )
    until = _("An answer that came in stays: the department sends a corrected one.")
    ability = Ability.LISTS_IMPORT
    columns = COLUMNS
    most_rows = 5000

    def places(self, account: Account) -> Sequence[Place]:
        counties = {one.district: one for one in district_places(account, self.ability)}
        asked = Enquiry.objects.filter(state=Enquiry.State.OPEN, case__state__in=OPEN)
        asked = asked.filter(Q(case__application__district_code__in=counties))
        pairs = asked.order_by().values_list("case__application__district_code", "department").distinct()
        return [_place(counties[district], department) for district, department in sorted(pairs)]

    def place(self, key: str) -> Place | None:
        code, _colon, department = key.partition(":")
        county = district_place(code)
        return _place(county, department) if county and department in Department.values else None

    def reader(self, place: Place) -> Reader:
        return AnswerReader(*_where(place))

    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        asked = _asked(*_where(place), keys or ())
        rows = Opinion.objects.filter(enquiry__in=asked, enquiry__state=Enquiry.State.ANSWERED)
        newest = rows.order_by("enquiry_id", "-pk").distinct("enquiry_id").select_related("enquiry")
        return {
            one.enquiry.number: {"verdict": one.verdict, "value": one.value, "reason": one.reason} for one in newest
        }

    def store(self, place: Place, rows: Mapping[str, Data | None], made: Import, *, undo: bool = False) -> None:  # noqa: ARG002
        """Each as an answer of its own; a question that was taken back since the check is left alone."""
        asked = _asked(*_where(place), rows)
        for pk in sorted(asked):
            data = rows[asked[pk].number]
            Application.objects.select_for_update().get(pk=asked[pk].case.application_id)
            case: JointCase = locked(pk=asked[pk].case_id)
            enquiry = Enquiry.objects.select_for_update().get(pk=pk)
            answerable = enquiry.state in {Enquiry.State.OPEN, Enquiry.State.ANSWERED}
            if data is not None and answerable and case.state in OPEN:
                said = (data["verdict"], data["value"], data["reason"])
                opinion_put(case, enquiry, made.uploaded_by, *said, way=Opinion.Way.SHEET)

    def shown(self, data: Data) -> dict[str, str]:
        return super().shown({**data, "verdict": Opinion.Verdict(data["verdict"]).label})

    def used(self, made: Import) -> str:  # noqa: ARG002 - of every table
        return str(self.until)


def _where(place: Place) -> tuple[str, str]:
    district, _colon, department = place.key.partition(":")
    return district, department


def _place(county: Place, department: str) -> Place:
    label = f"{county.label} · {Department(department).label}"
    return Place(f"{county.district}:{department}", label, county.district)
