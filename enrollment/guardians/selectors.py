"""Who sees and acts for a child beside the guardian who entered it, and what stays hidden from them.

One rule for all rooms: the pages, prints and exports of the guardian who applied are that guardian's alone. A second
guardian or carer has pages of their own (``enrollment.shared.selectors``).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

import identifiers
from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.guardians.models import AddressProtection, Consent, Guardianship, Invitation
from enrollment.seasons.models import Application, Child
from enrollment.seasons.selectors import no_such_child
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed

STATEMENTS_FROM = 2  # version of the consent "guardian.invite" that names what was stated, and corrections


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


def covers_statements(agreed: Guardianship) -> bool:
    """Whether who applied has agreed that this person sees what was stated and may correct it.

    An agreement to an older text of the consent than STATEMENTS_FROM stays what it was.
    """
    asked = agreed.invitation.asker_id is not None  # then who applied agrees with the answer, else with the invitation
    since = agreed.invitation.answered_at if asked else agreed.invitation.created_at
    texts = Consent.objects.filter(kind="guardian.invite", child=agreed.child_id, given_at__gte=since)
    version = texts.order_by("pk").values_list("version", flat=True).first()
    return version is not None and version >= STATEMENTS_FROM


def may_correct(account: Account) -> Q:
    """A filter on applications of others this person may correct: a parent who may act, beside no protected guardian.

    Protection by own wish counts as well as an order: the form would lead to the address. One's own application is
    not among them, it has a page of its own.
    """
    rows = active(Guardianship.objects.filter(guardian=account, may_act=True, role=Invitation.Role.PARENT))
    protected_ones = AddressProtection.objects.filter(ended_at__isnull=True).values("account_id")
    open_rows = rows.exclude(child__guardian__in=protected_ones).select_related("invitation")
    return Q(child__in=[agreed.child_id for agreed in open_rows if covers_statements(agreed)])


def guardianship_of(account: Account, child_id: UUID) -> Guardianship:
    """The agreement under which this person sees a child. Raises NotAllowed."""
    rows = active(Guardianship.objects.filter(guardian=account, child__public_id=child_id))
    found = rows.select_related("child__guardian", "guardian", "invitation").first()
    if found is None:
        raise no_such_child()
    return found


def shared_children(account: Account) -> list[Guardianship]:
    """The children this person sees by agreement."""
    rows = active(Guardianship.objects.filter(guardian=account))
    return list(rows.select_related("child").order_by("pk"))


def has_children(account: Account) -> bool:
    """Whether this person has entered a child or sees one by agreement."""
    return Child.objects.filter(guardian=account).exists() or bool(shared_children(account))


def protected(account: Account) -> str:
    """Whose address is protected, and how strictly: ``order``, ``own`` or "" for not at all."""
    found = set(
        AddressProtection.objects.filter(account=account, ended_at__isnull=True).values_list("source", flat=True)
    )
    return "order" if "order" in found else "own" if found else ""


def kept_from(account: Account, numbers: Collection[str]) -> bool:
    """Whether one of these people (document numbers) is protected, or a child of somebody protected, against whoever
    uses this account. Protection by own wish counts as well as an order.
    """
    persons = Q(account__id_index__in=[blind_index("person", number) for number in numbers])
    parents = Q(account__children__id_index__in=[blind_index("child", number) for number in numbers])
    others = AddressProtection.objects.filter(ended_at__isnull=True).exclude(account=account)
    return others.filter(persons | parents).exists()


def protection_case(official: Account, application_id: UUID) -> tuple[Application, datetime | None]:
    """An application in this official's district, and since when an order protects its guardian. Raises NotAllowed."""
    application = Application.objects.select_related("guardian").filter(pk=application_id).first()
    district = application.district_code if application else ""
    if application is None or not scope(official).may(Ability.APPLICATION_REVIEW, district=district):
        raise NotAllowed(_("There is no such application in your district."))
    rows = AddressProtection.objects.filter(account=application.guardian, source="order", ended_at__isnull=True)
    return application, rows.values_list("set_at", flat=True).first()


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
    rows = child.invitations.filter(
        state=Invitation.State.OPEN, asker__isnull=True, expires_at__gte=clock.running_minute()
    )
    return list(rows.order_by("-pk"))


def open_requests(guardian: Account) -> list[tuple[Invitation, str]]:
    """Who asks to be added to a child of this guardian, with the masked name."""
    asked = Invitation.objects.filter(inviter=guardian, state=Invitation.State.OPEN, asker__isnull=False)
    rows = asked.filter(expires_at__gte=clock.running_minute())
    return [(one, masked_person(one.asker)) for one in rows.select_related("asker", "child") if one.asker is not None]


def invitations_to(account: Account) -> list[Invitation]:
    """The invitations that wait for this person's phone."""
    if not account.phone_index:
        return []
    rows = Invitation.objects.filter(phone_index=account.phone_index, asker__isnull=True, state=Invitation.State.OPEN)
    return list(rows.filter(expires_at__gte=clock.running_minute()).select_related("child", "inviter").order_by("-pk"))
