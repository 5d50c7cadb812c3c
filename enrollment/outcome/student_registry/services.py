"""The student registry: what is missing is asked once after acceptance; a school exports its own children."""

import io
import re
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record, record_views
from enrollment.forms.questions import Field, FieldError
from enrollment.outcome.models import RegistryRecord
from enrollment.outcome.student_registry.questions import (
    BY_NAME,
    COLUMNS,
    DOCUMENTS,
    FIELDS,
    GRADES,
    MAY_BE_EMPTY,
    PAGES,
    RELATIONS,
    SHARED,
    document_of,
    place_code,
    place_of_address,
    place_of_number,
    student_registry_valid,
)
from enrollment.seasons.models import Application, ApplicationState, Offer, Season
from enrollment.seasons.selectors import own_application, version_of
from foundation import clock
from foundation.errors import NotAllowed, Refused
from schools.models import School

WANTED_STATES: Final = (ApplicationState.ACCEPTED, ApplicationState.ENROLLED)


CONTROLS: Final = re.compile(r"[\000-\010]|[\013-\014]|[\016-\037]")  # what no cell of a workbook may hold (ECMA-376)


EXPORT: Final = Ability.CLASSES_RUN  # whoever keeps a school's check-in list


LONGEST: Final = 300


ENTRY_MONTH: Final = "09"


# the registry's "入学方式"; which code stands for which name is the province's table
ENTRY_MODES: Final = {"public": "就近入学", "private": "其他", "migrant": "其他", "special": "其他"}


def student_registry_known(application: Application) -> dict[str, str]:
    """What the application says already, so that it is not asked again."""
    answers = {str(name): str(value) for name, value in version_of(application).claims.get("answers", {}).items()}
    known = {name: answers[name] for name in ("home_address",) if answers.get(name)}
    place = place_of_address(answers.get("household_address", ""))
    return {**known, **({"household_place": place} if place else {})}


def student_registry_offered(application: Application) -> dict[str, str]:
    """Answers offered for a person to confirm: from a brother or sister, the ID number, the application itself."""
    answers = version_of(application).claims.get("answers", {})
    rows = RegistryRecord.objects.filter(application__guardian=application.guardian_id, completed_at__isnull=False)
    sibling = rows.exclude(application=application).order_by("-completed_at").first()
    offered = {name: value for name, value in (sibling.answers if sibling else {}).items() if name in SHARED}
    home = str(answers.get("home_address", ""))
    born = place_of_number(application.child.id_number)
    own = {"birthplace": born, "post_address": home, "second_id": str(answers.get("second_guardian_id", ""))}
    return {**{name: value for name, value in own.items() if value}, **offered}


def student_registry_answers(application: Application) -> dict[str, str]:
    """What stands in the form: typed answers before offered ones."""
    stored = RegistryRecord.objects.filter(application=application).first()
    return {**student_registry_offered(application), **(stored.answers if stored else {})}


def student_registry_asked(application: Application, page: str) -> list[Field]:
    """The questions of one page that are not answered by the application already."""
    known = student_registry_known(application)
    return [field for field in FIELDS if field.page == page and field.name not in known]


def student_registry_open(application: Application) -> bool:
    """Whether something is still to be asked."""
    return not RegistryRecord.objects.filter(application=application, completed_at__isnull=False).exists()


@transaction.atomic
def student_registry_save(
    *, guardian: Account, application_id: UUID, typed: Mapping[str, str]
) -> tuple[RegistryRecord, dict[str, FieldError]]:
    """Keep what was typed, right or wrong, and say what is wrong with it; complete once every page is right.

    Raises NotAllowed, Refused (no accepted place).
    """
    own_application(guardian, application_id)
    rows = Application.objects.select_for_update(of=("self",)).select_related("child", "round__season")
    application = rows.get(pk=application_id)
    if application.state not in WANTED_STATES:
        raise Refused(_("These questions are asked once the place is accepted."), code="state")
    now = clock.now()
    stored, _made = RegistryRecord.objects.get_or_create(
        application=application, defaults={"saved_at": now, "answers": {}}
    )
    merged = {**student_registry_offered(application), **stored.answers}
    merged |= {name: str(value).replace("\0", "")[:LONGEST] for name, value in typed.items() if name in BY_NAME}
    clean, errors = _validated(application, merged)
    stored.answers = {**merged, **clean}
    stored.saved_at = now
    stored.completed_at = None if errors else stored.completed_at or now
    stored.save(update_fields=["answers", "saved_at", "completed_at"])
    record(
        actor=guardian,
        action="registry.save",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details={"complete": not errors},
    )
    return stored, errors


def _validated(application: Application, answers: Mapping[str, str]) -> tuple[dict[str, str], dict[str, FieldError]]:
    clean: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for page in PAGES:
        for field in student_registry_asked(application, page):
            if not _wanted(field, {**answers, **clean}):
                continue
            typed, today = str(answers.get(field.name, "")), clock.today()
            value, problem = student_registry_valid(field, typed, today, document=document_of(field, answers, today))
            if problem:
                errors[field.name] = problem
            else:
                clean[field.name] = value
    return clean, errors


def _wanted(field: Field, answers: Mapping[str, str]) -> bool:
    return all(answers.get(name, "") in values for name, values in field.when.items())


def student_registry_row(application: Application, school: School) -> dict[str, str]:
    """One child as the registry's template wants it: texts by the name of the column's value."""
    answers = {str(name): str(value) for name, value in version_of(application).claims.get("answers", {}).items()}
    stored = RegistryRecord.objects.filter(application=application).first()
    asked: dict[str, Any] = stored.answers if stored else {}
    child, guardian = application.child, application.guardian
    told = {**asked, **student_registry_known(application)}
    kind = child.document_kind.replace("-", "_")
    return {
        **{name: str(value) for name, value in told.items()},
        "name": child.name,
        "sex": "男" if child.sex == "1" else "女",
        "birth_date": child.birth_date.strftime("%Y%m%d"),
        "birthplace_code": place_code(str(told.get("birthplace", ""))),
        "household_code": place_code(str(told.get("household_place", ""))),
        "document": DOCUMENTS.get(kind, "其他"),
        "id_number": child.id_number,
        "grade": GRADES[application.stage],
        "entry_month": f"{application.season_year}{ENTRY_MONTH}",
        "entry_mode": ENTRY_MODES[school.kind],
        "household_address": answers.get("household_address", "") or str(told.get("home_address", "")),
        "phone": guardian.phone or "",
        "guardian_name": guardian.name,
        "guardian_relation": RELATIONS.get(answers.get("guardian_relation", ""), "其他"),
        "guardian_id": guardian.id_number or "",
        "receipt": application.receipt,
    }


def student_registry_children(school: School, year: int) -> list[Application]:
    """The children whose newest place is at the school, accepted or enrolled, in the order of their receipts."""
    rows = Application.objects.filter(
        state__in=WANTED_STATES, season_year=year, rehearsal=False, offer__school=school
    ).distinct()
    found = rows.select_related("child", "guardian", "round__season").order_by("receipt")
    newest: dict[UUID, str | None] = {}
    for application_id, place in (
        Offer.objects.filter(application__in=rows).order_by("pk").values_list("application_id", "school_id")
    ):
        newest[application_id] = place
    return [application for application in found if newest.get(application.pk) == school.pk]


@transaction.atomic
def student_registry_export(*, staff: Account, school_code: str, year: int) -> bytes:
    """The school's children as xlsx for the registry, and a sheet of what is still missing. Raises NotAllowed.

    Year 0 is the district's newest season.

    Every cell is text: no formula runs, no digit of an ID number is rounded, control characters are left out.
    """
    school = School.objects.filter(pk=school_code).first()
    if school is None or not scope(staff).may(EXPORT, district=school.district_id, school=school.pk):
        raise NotAllowed(_("There is no such school in your care."))
    import openpyxl  # a tenth of a second: not at every start

    children = student_registry_children(school, year or _newest(school))
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    sheet, gaps = book.create_sheet("学籍"), book.create_sheet("缺项")
    _line(sheet, 1, [header for header, _name in COLUMNS])
    _line(gaps, 1, ["报名回执号", "缺少"])
    items, late = 0, 2
    for at, application in enumerate(children, start=2):
        row = student_registry_row(application, school)
        _line(sheet, at, [row.get(name, "") for _header, name in COLUMNS])
        items += sum(bool(row.get(name)) for _header, name in COLUMNS)
        lacking = [header for header, name in COLUMNS if not row.get(name) and name not in MAY_BE_EMPTY]
        if lacking:
            _line(gaps, late, [application.receipt, "、".join(lacking)])
            late += 1
    sheet.freeze_panes = "B2"
    _audit_export(staff, school, children, items)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _newest(school: School) -> int:
    seasons = Season.objects.filter(district=school.district_id, rehearsal=False)
    return seasons.order_by("-year").values_list("year", flat=True).first() or 0


def _line(sheet: Any, at: int, values: list[str]) -> None:
    for column, value in enumerate(values, start=1):
        cell = sheet.cell(at, column)
        cell.value = plain_cell(value)
        cell.data_type = "s"  # a text that begins with = stays a text
        cell.number_format = "@"


def plain_cell(text: str) -> str:
    """A text as a cell may hold it: one line, without control characters; all of Unicode's planes survive."""
    return re.sub(r"\s+", " ", CONTROLS.sub(" ", text)).strip()


def _audit_export(staff: Account, school: School, children: list[Application], items: int) -> None:
    record(
        actor=staff,
        action="registry.export",
        object_type="school",
        object_id=school.pk,
        district=school.district_id,
        details={"children": len(children), "items": items},
    )
    record_views(
        actor=staff,
        action="application.registry",
        object_type="application",
        places={str(application.pk): school.district_id for application in children},
    )
