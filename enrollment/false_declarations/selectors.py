"""Reads of cases of false declaration."""

from uuid import UUID

from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.false_declarations.models import DeclarationCase
from enrollment.false_declarations.states import OPEN
from enrollment.seasons.models import Application, ApplicationState, Round
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.states import RoundState
from foundation.errors import NotAllowed

ABILITY = Ability.APPLICATION_REVIEW
SHOWN = 100


def open_case(application: Application) -> DeclarationCase | None:
    return application.declaration_cases.filter(state__in=OPEN).first()


def established(application: Application) -> DeclarationCase | None:
    """The case that is final against this application; None where there is none."""
    return application.declaration_cases.filter(state=DeclarationCase.State.FINAL).first()


def hinders_approval(application: Application) -> str:
    """Why the application may not be approved now, in words for the reviewer; "" when nothing hinders it.

    Once its round is closed an open case hinders nothing: a family is presumed right until found otherwise, and a case
    that takes its days keeps neither the child nor everybody else from the draw.
    """
    if application.round.state != RoundState.CLOSED and open_case(application) is not None:
        return _("A case of false declaration is open. Nothing is approved before it is decided, or the round closed.")
    if established(application) is not None and compiled(application.round.policy).false_declaration.refuse:
        return _("A false declaration is established: by the policy the application is refused, with that reason.")
    return ""


def open_receipts(round_: Round) -> list[str]:
    """The receipts of applications of a round about which a case is open, decided or not."""
    rows = DeclarationCase.objects.filter(application__round=round_, state__in=OPEN)
    return sorted(
        rows.exclude(application__state=ApplicationState.WITHDRAWN).values_list("application__receipt", flat=True)
    )


def cases(staff: Account) -> list[DeclarationCase]:
    """The cases in a person's care, open ones first."""
    rows = DeclarationCase.objects.select_related("application__child")
    mine = scope(staff).rows(
        rows, ABILITY, district="application__district_code", school="application__review_school_id"
    )
    return sorted(mine[:SHOWN], key=lambda one: not one.is_open)


def case_for(staff: Account, case_id: UUID) -> DeclarationCase:
    """One case in a person's care. Raises NotAllowed."""
    row = DeclarationCase.objects.select_related("application__child", "application__round__season").filter(
        public_id=case_id
    )
    found = scope(staff).rows(
        row, ABILITY, district="application__district_code", school="application__review_school_id"
    )
    one = found.first()
    if one is None:
        raise NotAllowed(_("There is no such case in your care."))
    return one


def family_case(guardian: Account, application_id: UUID) -> DeclarationCase:
    """The newest case about a family's own application. Raises NotAllowed."""
    rows = DeclarationCase.objects.filter(application=application_id, application__guardian=guardian)
    one = rows.select_related("application__child", "application__round__season").first()
    if one is None:
        raise NotAllowed(_("There is no such case in your account."))
    return one
