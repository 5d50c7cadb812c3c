"""Points that are registered in another town than the family lives in: two town offices and the police are asked.

A judgement opens the case. It ends by a transfer (by itself when all three agree), by a refusal with its reason, or by
an official's named decision to count the points in full because somebody is silent. A transfer and such a decision
enter as a certificate of the town of residence, and the child is judged again; until then no roll is frozen over it.
"""

from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account
from enrollment.cases.models import Enquiry, JointCase, Opinion
from enrollment.cases.selectors import newest_opinions
from enrollment.cases.services.opening import Part, case_by_itself
from enrollment.cases.services.steps import case_in_care, case_step, enquiry_step, words_of
from enrollment.cases.states import OPEN, EnquiryEvent, JointCaseEvent
from enrollment.guardians.services.decision_messages import tell
from enrollment.judging.lists.listed import POINTS, counted_points
from enrollment.judging.looks import looks_ask
from enrollment.judging.models import ListEntry, SecondLook
from enrollment.seasons.models import Application, ApplicationVersion
from foundation import clock
from foundation.errors import Refused
from notifications.services import text_check
from schools.matching import divisions

FACT: Final = "points.town_matches"
TRANSFER: Final = "transfer:"  # of a case; the part of the list entry that a transfer makes


def town_office(district: str, town: str) -> str:
    """The division code of a town of the district; the district's own where the town is not known by this name."""
    return next((one.code for one in divisions.towns(district) if town in {one.name, one.bare}), district)


def points_open(version: ApplicationVersion, body: dict[str, Any]) -> JointCase | None:
    """Ask the two towns and the police, and tell the family; None where these towns were asked before."""
    application = version.application
    about = {"town": str(body.get("town", "")), "residence": str(body.get("residence_town", ""))}
    before = JointCase.objects.filter(application=application, kind=JointCase.Kind.POINTS)
    if any(one.is_open or one.about == about for one in before):
        return None
    district = application.district_code
    home = town_office(district, about["residence"])
    parts = [
        Part(Department.EDUCATION, town_office(district, about["town"]), Enquiry.Part.GIVES),
        Part(Department.EDUCATION, home, Enquiry.Part.RECEIVES),
        Part(Department.PUBLIC_SECURITY, home, Enquiry.Part.POLICE),
    ]
    case = case_by_itself(version=version, kind=JointCase.Kind.POINTS, agency="", fact=FACT, about=about, parts=parts)
    if case is not None:
        _tell(case, "points_asked", town=about["town"], due=clock.written(case.due_at))
    return case


def _params(case: JointCase, **more: str) -> dict[str, str]:
    return {"child": case.application.child.name, "receipt": case.application.receipt, **more}


def _tell(case: JointCase, template: str, **params: str) -> None:
    key = f"{template}:{case.pk}"
    tell(application=case.application, key=key, template=template, params=_params(case, **params))


def end_if_given(case: JointCase) -> None:
    """Transfer by itself once both towns and the police have said yes; anything else is left to an official."""
    found = {one.enquiry.part: one.verdict for one in newest_opinions(case)}
    parts = set(Enquiry.Part.values) - {Enquiry.Part.PLAIN}
    if (
        case.state == JointCase.State.ANSWERED
        and parts <= found.keys()
        and set(found.values()) == {Opinion.Verdict.CONFIRMED}
    ):
        _end(case, JointCaseEvent.GIVE, None, "")


@transaction.atomic
def points_end(*, official: Account, case_id: UUID, how: str, reason: str) -> JointCase:
    """End the case: ``give``, ``refuse`` or ``carry``, with a reason that the family reads. Raises NotAllowed, Refused.

    A refusal needs the answer of the town that holds the points: nothing is refused because it is silent.
    """
    case = case_in_care(official, case_id)
    if case.kind != JointCase.Kind.POINTS or how not in {
        JointCaseEvent.GIVE,
        JointCaseEvent.REFUSE,
        JointCaseEvent.CARRY,
    }:
        raise Refused(_("Please pick a decision."), code="decision")
    why = words_of(reason, "reason", _("Please give a reason the family will understand."))
    said = {one.enquiry.part: one.verdict for one in newest_opinions(case)}
    if how == JointCaseEvent.REFUSE and said.get(Enquiry.Part.GIVES) != Opinion.Verdict.DIFFERENT:
        text = _(
            "A transfer is refused only after the town that holds the points has said no. Count them in full instead."
        )
        raise Refused(text, code="silent")
    if how == JointCaseEvent.GIVE and said.get(Enquiry.Part.GIVES) != Opinion.Verdict.CONFIRMED:
        text = _("The town that holds the points has not agreed. Count them in full by a decision, if that is meant.")
        raise Refused(text, code="silent")
    if how == JointCaseEvent.REFUSE:  # what was typed goes into a message: whether carriers deliver it
        params = _params(case, reason=why)
        language = case.application.guardian.language
        text_check(template="points_refused", params=params, language=language, field="reason")
    return _end(case, JointCaseEvent(how), official, why)


def points_arrived(case: JointCase) -> None:
    """The points stand in the town of residence by a newer table: the case is over, and the family reads it."""
    _close_questions(case)
    case_step(case, JointCaseEvent.GIVE, None)
    _tell(case, "points_given")


def _close_questions(case: JointCase) -> None:
    for one in case.enquiries.filter(state=Enquiry.State.OPEN):
        enquiry_step(one, EnquiryEvent.WITHDRAW)


def _end(case: JointCase, how: JointCaseEvent, by: Account | None, why: str) -> JointCase:
    _close_questions(case)
    case_step(case, how, by, why)
    if how == JointCaseEvent.REFUSE:
        _tell(case, "points_refused", reason=why)
    else:
        _transfer(case)
        _tell(case, "points_given")
    return case


def _transfer(case: JointCase) -> None:
    """Put the certificate into the list anew, in the town of residence, and have the child judged again."""
    application: Application = case.application
    key: dict[str, Any] = {"district_id": application.district_code, "year": application.season_year, "kind": POINTS}
    entries = ListEntry.objects.filter(**key, child_index=application.child_index)
    held = [one.body for one in entries if one.body.get("town") == case.about["town"]]
    body = counted_points(held, clock.today()) or (held[0] if held else None)
    if body is None:  # the table was taken back meanwhile: there is nothing to transfer
        return
    made = {**body, "town": case.about["residence"] or body["town"], "matches": True}
    made.pop("residence_town", None)
    part = f"{TRANSFER}{case.public_id}"
    ListEntry.objects.update_or_create(**key, child_index=application.child_index, part=part, defaults={"body": made})
    looks_ask([application.pk], SecondLook.Cause.REGISTER)


def still_open(application_ids: list[UUID]) -> list[JointCase]:
    """Open cases of points of these applications, locked."""
    rows = JointCase.objects.filter(application__in=application_ids, kind=JointCase.Kind.POINTS, state__in=OPEN)
    return list(
        rows.select_for_update(of=("self",))
        .select_related("application__child", "application__guardian")
        .order_by("pk")
    )
