"""What a second guardian or carer is shown of a child's applications: what is listed here, nothing else.

A field added elsewhere later is hidden from them until somebody decides otherwise: where the application stands is
``Shared``, what was stated follows the table of ``enrollment.guardians.masking``, and a correction opens the named
items only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from accounts.models import Account
from accounts.services import person_of
from audit.services import record
from enrollment.filing import form
from enrollment.filing.asked import questions_of
from enrollment.filing.selectors import filed_rows
from enrollment.filing.submission.standing import Next, next_step
from enrollment.forms.questions import Field
from enrollment.guardians import masking
from enrollment.guardians.models import Guardianship, Invitation
from enrollment.guardians.selectors import covers_statements, may_correct, protected
from enrollment.outcome.models import Attendance
from enrollment.outcome.selectors import attendance_of
from enrollment.seasons.days.calendar import bring_words, check_in_days, check_in_over
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Draft, Offer, ReturnRequest
from enrollment.seasons.naming.described import fits_settled
from enrollment.seasons.rules.forms import form_of
from enrollment.seasons.selectors import no_such_application, open_items, version_of
from enrollment.seasons.states import APPLICATION, INNER, ApplicationEvent
from schools.models import School

HELD = frozenset({ApplicationState.OFFERED, ApplicationState.ACCEPTED, ApplicationState.ENROLLED})


# who has a class, once these are published
STARTING = frozenset({ApplicationState.ACCEPTED, ApplicationState.ENROLLED})


LABELS = {  # the form says "you" to the guardian who applied
    "guardian_relation": lazy("The guardian who applied is the child's"),
    "guardian_name": lazy("Name of the guardian who applied"),
    "guardian_id": lazy("ID number of the guardian who applied"),
    "authorised_by": lazy("Who asked the guardian who applied to act for the child?"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline, with who did it as seen by this person; reasons are the other guardian's to read."""

    at: datetime
    state: str
    who: str


@dataclass(frozen=True, slots=True)
class CheckIn:
    """Check-in for an accepted place, as on the page of who applied. ``who`` said the family's newest word."""

    offer: Offer
    attendance: Attendance | None
    who: str
    days: tuple[tuple[date, date], ...]
    bring: tuple[str, ...]
    may_say: bool


@dataclass(frozen=True, slots=True)
class Shared:
    """All that a second guardian or carer is shown of one application."""

    id: UUID
    receipt: str
    stage: str
    state: str
    label: str
    school: str
    next: Next
    steps: tuple[Step, ...]
    may_accept: bool
    may_withdraw: bool
    asked: bool  # a reviewer waits for a correction
    may_correct: bool
    has_letter: bool
    check_in: CheckIn | None
    has_class: bool


def shared_applications(agreed: Guardianship) -> list[Shared]:
    """The applications of a shared child, newest first. Under an order of protection no school is named."""
    rows = Application.objects.filter(child=agreed.child).select_related("round__season__district", "child")
    strict = protected(agreed.child.guardian) == "order"
    mine = set(rows.filter(may_correct(agreed.guardian)).values_list("pk", flat=True))
    newest = rows.order_by("-submitted_at")
    return [_shared(one, agreed, strict=strict, corrects=one.pk in mine) for one in newest]


def _shared(application: Application, agreed: Guardianship, *, strict: bool, corrects: bool) -> Shared:
    offer = application.offer if not strict else None
    school = offer.school.name if offer is not None and offer.school is not None else ""
    labels = dict(ApplicationState.choices)
    acting, events = agreed.may_act and not strict, APPLICATION.events(application.state)
    returned = open_items(application)
    return Shared(
        id=application.pk,
        receipt=application.receipt,
        stage=application.get_stage_display(),
        state=application.state,
        label=str(labels[application.state]),
        school=school,
        next=next_step(application),
        steps=tuple(
            Step(step.at, str(labels[step.target]), _who(step.actor, agreed))
            for step in application.transitions.select_related("actor__merged_into").order_by("-id")
            if step.event not in INNER
        ),
        may_accept=acting and ApplicationEvent.ACCEPT in events,
        may_withdraw=acting and agreed.role == Invitation.Role.PARENT and ApplicationEvent.WITHDRAW in events,
        asked=returned is not None,
        may_correct=corrects and returned is not None and all(map(masking.answerable, returned.items)),
        has_letter=application.state in HELD and bool(school),
        check_in=_check_in(application, agreed, offer) if offer and school else None,
        has_class=application.state in STARTING and bool(school),
    )


def _check_in(application: Application, agreed: Guardianship, offer: Offer) -> CheckIn | None:
    if application.state != ApplicationState.ACCEPTED:
        return None
    season, said = application.round.season, attendance_of(application)
    return CheckIn(
        offer=offer,
        attendance=said,
        who=_who(said.by, agreed) if said else "",
        days=check_in_days(season),
        bring=tuple(bring_words(season, application.stage)),
        may_say=agreed.may_act and not check_in_over(season),
    )


def _who(actor: Account | None, agreed: Guardianship) -> str:
    """Who did a step, as a part played and never as a name: the other guardian may not want to be named here."""
    if actor is None:
        return _("The portal")
    person = person_of(actor)
    if person.pk == agreed.guardian_id:
        return _("You")
    if person.pk == agreed.child.guardian_id:
        return _("The guardian who applied")
    return _("The office") if person.is_staff else _("Another person who acts for the child")


@dataclass(frozen=True, slots=True)
class Statement:
    """One answer as this person may see it; ``short`` is said where characters of it are left out."""

    label: str
    value: str
    short: bool = False


@dataclass(frozen=True, slots=True)
class Statements:
    """What was stated in the newest version. ``schools`` are names, most wanted first; None where they are hidden.

    ``protection`` is why more than usual is hidden: ``own``, ``order`` or "".
    """

    application: Application
    rows: tuple[Statement, ...]
    schools: tuple[str, ...] | None
    protection: str


def shared_application(agreed: Guardianship, application_id: UUID) -> Application:
    """An application of the shared child. Raises NotAllowed."""
    rows = Application.objects.select_related("child", "round__season__district", "round__policy")
    found = rows.filter(child=agreed.child, pk=application_id).first()
    if found is None:
        raise no_such_application()
    return found


def statements(agreed: Guardianship, application_id: UUID) -> Statements:
    """What was stated, by the table of ``enrollment.guardians.masking``; the look is logged. Raises NotAllowed.

    An agreement whose text does not name the statements shows none of them.
    """
    application = shared_application(agreed, application_id)
    if not covers_statements(agreed):
        raise no_such_application()
    protection = protected(agreed.child.guardian)
    version = version_of(application)
    record(
        actor=agreed.guardian,
        action="statements.read",
        object_type="application",
        object_id=application.pk,
        district=application.district_code,
        details={"version": version.number, "role": agreed.role, "protection": protection},
    )
    open_choices = masking.decision(masking.CHOICES, role=agreed.role, protection=protection) is masking.Show.SHOWN
    return Statements(
        application=application,
        rows=tuple(_rows(version, agreed.role, protection)),
        schools=_names(version.choices) if open_choices else None,
        protection=protection,
    )


def _rows(version: ApplicationVersion, role: str, protection: str) -> list[Statement]:
    child = version.claims["child"]
    stated = [
        (masking.CHILD_NAME, "name", _("Name of the child"), settled_name(version)),
        (masking.CHILD_ID, "id", _("ID number of the child"), str(child["id_number"])),
    ]
    rows = {row.name: row for row in filed_rows(version)}
    stated += [
        (row.name, form.BY_NAME[row.name].kind, str(LABELS.get(row.name, row.label)), row.value)
        for row in rows.values()
        if row.name in form.BY_NAME
    ]
    open_to_all = form_of(version.form_id).shared if masking.sees_own(role=role, protection=protection) else ()
    found = []
    for name, kind, label, value in stated:
        shown = masking.seen(name, kind, value, role=role, protection=protection)
        if shown is not None:
            found.append(Statement(label, shown, short=shown != value))
    return [*found, *(Statement(rows[name].label, rows[name].value) for name in sorted(open_to_all) if name in rows)]


def settled_name(version: ApplicationVersion) -> str:
    """The child's name as it was filed, or as it was settled since."""
    filed, known = str(version.claims["child"]["name"]), version.application.child.name
    return known if fits_settled(filed, known) else filed


def _names(codes: list[str]) -> tuple[str, ...]:
    schools = School.objects.in_bulk(codes)
    return tuple(schools[code].name for code in codes if code in schools)


@dataclass(frozen=True, slots=True)
class Correction:
    """An open return for correction as a second guardian may answer it.

    ``answers`` has what may be shown of the filed answers to the named items and ``short`` what is left of the others;
    the reviewer's reason is not here: it is written to the guardian who applied.
    """

    application: Application
    draft: Draft
    returned: ReturnRequest
    fields: tuple[Field, ...]
    answers: Mapping[str, str]
    short: Mapping[str, str]
    choices: tuple[str, ...] | None


def correction(agreed: Guardianship, application_id: UUID) -> Correction | None:
    """What this person may correct now; None where nothing is asked, or an item is for who applied. Raises NotAllowed.

    An answer counts for all named items at once, so one item for who applied leaves the whole to that guardian.
    """
    application = shared_application(agreed, application_id)
    returned = open_items(application)
    allowed = Application.objects.filter(may_correct(agreed.guardian), pk=application.pk).exists()
    draft = Draft.objects.filter(child=application.child, round=application.round).first()
    if returned is None or draft is None or not allowed or not all(map(masking.answerable, returned.items)):
        return None
    version = version_of(application)
    fields = form.opened(returned.items, questions_of(version.form_id))
    answers: dict[str, str] = {}
    short: dict[str, str] = {}
    for field in fields:
        value = str(version.claims["answers"].get(field.name, ""))
        shown = masking.seen(field.name, field.kind, value, role=agreed.role, protection="")
        whole = masking.decision(field.name, role=agreed.role, protection="") is masking.Show.SHOWN
        (answers if whole else short)[field.name] = shown or ""
    choices = tuple(version.choices) if masking.CHOICES in returned.items else None
    return Correction(application, draft, returned, fields, answers, short, choices)
