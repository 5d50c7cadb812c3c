"""Reads of petitions: whoever handles them, who supervises, and the person who brought one."""

from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from audit.services import record, record_views
from enrollment.privacy.own_data import time_of
from foundation import clock
from foundation.errors import NotAllowed
from helpdesk.models import Petition, PetitionStep
from helpdesk.petitions.services import ABILITY
from helpdesk.petitions.states import OPEN, PetitionEvent
from helpdesk.petitions.words import step_words
from schools.models import District

SHOWN: Final = 200
READERS: Final = (ABILITY, Ability.AUDIT_VIEW)


def petitions_seen(staff: Account) -> QuerySet[Petition]:
    """The petitions of the divisions that somebody handles or supervises."""
    may = scope(staff)
    found = Petition.objects.none()
    for ability in READERS:
        found |= may.rows(Petition.objects.all(), ability, district="district__code")
    return found


def divisions_of(staff: Account) -> list[District]:
    """The counties for which somebody enters petitions."""
    counties = District.objects.filter(active=True).exclude(code__endswith="00")
    return list(scope(staff).rows(counties, ABILITY, district="code"))


def petitions_listed(staff: Account, due: str) -> list[Petition]:
    """Open ones with the nearest day first; ``due`` "late" those past it, "ended" the others. Recorded."""
    rows = petitions_seen(staff).select_related("district", "handled_by", "application")
    if due == "ended":
        rows = rows.exclude(state__in=OPEN).order_by("-pk")
    else:
        rows = rows.filter(state__in=OPEN)
        rows = rows.filter(due_on__lt=clock.today()) if due == "late" else rows
    found = list(rows[:SHOWN])
    places = {str(one.public_id): one.district_id for one in found}
    record_views(actor=staff, action="petition.list", object_type="petition", places=places)
    return found


def petition_for(staff: Account, petition_id: UUID) -> Petition:
    """One petition in somebody's care, or under their supervision; the look is recorded. Raises NotAllowed."""
    rows = petitions_seen(staff).select_related("district", "handled_by", "entered_by", "application")
    found = rows.filter(public_id=petition_id).first()
    if found is None:
        raise NotAllowed(_("There is no such petition in your care."))
    record(
        actor=staff,
        action="petition.view",
        object_type="petition",
        object_id=found.public_id,
        district=found.district_id,
    )
    return found


def own_petitions(person: Account) -> list[Petition]:
    """What somebody brought with the telephone number of this account, newest first."""
    if not person.phone_index:
        return []
    return list(Petition.objects.filter(phone_index=person.phone_index).order_by("-pk").prefetch_related("steps"))


def petitions_copied(person: Account) -> list[dict[str, Any]]:
    """The petitions brought with this person's number, for the copy of their own data."""
    return [
        {
            "number": one.number,
            "received_on": one.received_on.isoformat(),
            "what": one.what,
            "state": one.get_state_display(),
            "steps": [
                {"at": time_of(step.at), "step": step_words(step.event), "words": step.note} for step in told(one)
            ],
        }
        for one in own_petitions(person)
    ]


def told(petition: Petition) -> list[PetitionStep]:
    """The steps whose words the family reads: all but what the office keeps of how it was withdrawn."""
    return [step for step in petition.steps.all() if step.event != PetitionEvent.WITHDRAW]
