"""Who sees and acts for a child beside the guardian who entered it, and what stays hidden from them.

One rule for all rooms: the pages, papers and exports of the guardian who applied are that guardian's alone. A second
guardian or carer has a page of their own that shows what is listed in ``Shared`` and nothing else, so that a field
added elsewhere later is hidden from them until somebody decides otherwise.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from accounts.scopes import scope
from enrollment.models import AddressProtection, Application, ApplicationState, Child, Guardianship, Invitation
from enrollment.selectors.after import Next, next_step
from enrollment.states import APPLICATION
from foundation import clock
from foundation.errors import NotAllowed


def active(rows: QuerySet[Guardianship]) -> QuerySet[Guardianship]:
    """The agreements that hold today: not ended, and not past their last day."""
    return rows.filter(Q(until__isnull=True) | Q(until__gte=clock.today()), ended_at__isnull=True)


def _ordered() -> QuerySet[AddressProtection, int]:
    """The guardians protected by an order: nobody acts for their children beside them."""
    return AddressProtection.objects.filter(source="order", ended_at__isnull=True).values_list("account_id", flat=True)


def acting_beside(rows: QuerySet[Guardianship]) -> QuerySet[Guardianship]:
    """The agreements beside which no order of protection stands."""
    return rows.exclude(child__guardian__in=_ordered())


def acts_for(account: Account) -> Q:
    """A filter on applications: one's own, and those of children one may act for."""
    shared = active(Guardianship.objects.filter(guardian=account, may_act=True))
    return Q(guardian=account) | Q(child__in=shared.exclude(child__guardian__in=_ordered()).values("child"))


def may_withdraw(account: Account) -> Q:
    """A filter on applications this person may withdraw: a carer may not, that is the parents' own."""
    shared = active(Guardianship.objects.filter(guardian=account, may_act=True, role=Invitation.Role.PARENT))
    return Q(guardian=account) | Q(child__in=shared.exclude(child__guardian__in=_ordered()).values("child"))


def guardianship_of(account: Account, child_id: UUID) -> Guardianship:
    """The agreement under which this person sees a child. Raises NotAllowed."""
    rows = active(Guardianship.objects.filter(guardian=account, child__public_id=child_id))
    found = rows.select_related("child__guardian").first()
    if found is None:
        raise NotAllowed(_("There is no such child in your account."))
    return found


def shared_children(account: Account) -> list[Guardianship]:
    """The children this person sees by agreement."""
    rows = active(Guardianship.objects.filter(guardian=account))
    return list(rows.select_related("child").order_by("pk"))


def protected(account: Account) -> str:
    """Whose address is protected, and how strictly: ``order``, ``own`` or "" for not at all."""
    found = set(
        AddressProtection.objects.filter(account=account, ended_at__isnull=True).values_list("source", flat=True)
    )
    return "order" if "order" in found else "own" if found else ""


def protection_case(official: Account, application_id: UUID) -> tuple[Application, datetime | None]:
    """An application in this official's district, and since when an order protects its guardian. Raises NotAllowed."""
    application = Application.objects.select_related("guardian").filter(pk=application_id).first()
    district = application.district_code if application else ""
    if application is None or not scope(official).may("application.review", district=district):
        raise NotAllowed(_("There is no such application in your district."))
    rows = AddressProtection.objects.filter(account=application.guardian, source="order", ended_at__isnull=True)
    return application, rows.values_list("set_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the timeline, with who did it as seen by this person; reasons are the other guardian's to read."""

    at: datetime
    state: str
    who: str


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
    has_letter: bool


HELD = {"offered", "accepted", "enrolled"}
INNER = {"start_checks", "open_review"}


def shared_applications(agreed: Guardianship) -> list[Shared]:
    """The applications of a shared child, newest first. Under an order of protection no school is named."""
    rows = Application.objects.filter(child=agreed.child).select_related("round__season__district", "child")
    strict = protected(agreed.child.guardian) == "order"
    return [_shared(application, agreed, strict=strict) for application in rows.order_by("-submitted_at")]


def _shared(application: Application, agreed: Guardianship, *, strict: bool) -> Shared:
    offer = application.offer
    school = offer.school.name if offer is not None and offer.school is not None and not strict else ""
    labels = dict(ApplicationState.choices)
    acting, events = agreed.may_act and not strict, APPLICATION.events(application.state)
    return Shared(
        id=application.pk,
        receipt=application.receipt,
        stage=application.get_stage_display(),
        state=application.state,
        label=str(labels[application.state]),
        school=school,
        next=next_step(application),
        steps=tuple(
            Step(step.at, str(labels[step.target]), _who(step.actor_id, agreed))
            for step in application.transitions.order_by("-id")
            if step.event not in INNER
        ),
        may_accept=acting and "accept" in events,
        may_withdraw=acting and agreed.role == Invitation.Role.PARENT and "withdraw" in events,
        has_letter=application.state in HELD and bool(school),
    )


def _who(actor_id: int | None, agreed: Guardianship) -> str:
    if actor_id == agreed.guardian_id:
        return _("You")
    if actor_id == agreed.child.guardian_id:
        return _("The guardian who applied")
    return _("The office") if actor_id else _("The portal")


def masked_person(account: Account) -> str:
    """How another guardian is named: family name and the last digits of the phone; a protected one without digits."""
    name = identifiers.mask("name", account.name) if account.name else _("A person")
    if protected(account) or not account.phone:
        return name
    return f"{name} {identifiers.mask('mobile', account.phone)}"


@dataclass(frozen=True, slots=True)
class Other:
    """Another person of a child, as the child's guardian sees them."""

    agreed: Guardianship
    who: str
    role: str


def others_of(child: Child) -> list[Other]:
    """Who else sees a child now."""
    rows = active(child.guardianships.all()).select_related("guardian").order_by("pk")
    return [Other(one, masked_person(one.guardian), one.get_role_display()) for one in rows]


def open_invitations(child: Child) -> list[Invitation]:
    """What this child's guardian asked others and waits for."""
    rows = child.invitations.filter(state="open", asker__isnull=True, expires_at__gt=clock.now())
    return list(rows.order_by("-pk"))


def open_requests(guardian: Account) -> list[tuple[Invitation, str]]:
    """Who asks to be added to a child of this guardian, with the masked name."""
    rows = Invitation.objects.filter(inviter=guardian, state="open", asker__isnull=False, expires_at__gt=clock.now())
    return [(one, masked_person(one.asker)) for one in rows.select_related("asker", "child") if one.asker is not None]


def invitations_to(account: Account) -> list[Invitation]:
    """The invitations that wait for this person's phone."""
    if not account.phone_index:
        return []
    rows = Invitation.objects.filter(phone_index=account.phone_index, asker__isnull=True, state="open")
    return list(rows.filter(expires_at__gt=clock.now()).select_related("child", "inviter").order_by("-pk"))
