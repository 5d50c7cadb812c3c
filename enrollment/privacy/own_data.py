"""What is kept about a person beside the applications: sign-ins, agreements, consents, visits, help (PIPL art. 45).

The other people of an agreement appear as that person's own pages name them, masked; nothing else of them does. Rooms
above this one add their part by ``contribute`` when they are loaded.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import oidc
from accounts.face.selectors import face_consents_of
from accounts.models import Account
from enrollment.assisted.models import AssistVisit, HelpSession
from enrollment.cases.selectors import told_to_family
from enrollment.false_declarations.models import DeclarationCase
from enrollment.guardians.models import BindingAnswer, Guardianship, Invitation
from enrollment.guardians.selectors import masked_person
from enrollment.guardians.services.consents import TEXTS
from enrollment.judging.lists.own_lists import own_entries
from enrollment.on_site.models import OnSiteVisit
from enrollment.seasons.models import Application
from foundation import clock
from foundation.wording import content_language

Part = Callable[[Account], list[dict[str, Any]]]


PARTS: Final[dict[str, Part]] = {}


def contribute(name: str, part: Part) -> None:
    """Add a part to everybody's copy; the same name again replaces it."""
    PARTS[name] = part


def time_of(at: datetime | None) -> str:
    """A moment in Beijing time, ISO 8601 to the second; "" for none."""
    return at.astimezone(clock.SHANGHAI).isoformat(timespec="seconds") if at else ""


def people_data(person: Account) -> dict[str, list[dict[str, Any]]]:
    """All of it as plain data, by subject."""
    ways = {one.key: one.called(content_language()) for one in oidc.providers()}
    own = {
        "sign_ins": [
            {
                "at": time_of(one.at),
                "way": one.way,
                "words": ways.get(one.way, _("Code by SMS")),
                "address": one.address,
            }
            for one in person.sign_ins.order_by("pk")
        ],
        "agreements": _agreements(person),
        "invitations": _invitations(person),
        "consents": _consents(person),
        "face_checks": _face_checks(person),
        "answers_for_twins": [
            {"at": time_of(one.answered_at), "child": one.application.child.name, "together": one.together}
            for one in BindingAnswer.objects.filter(guardianship__guardian=person).select_related("application__child")
        ],
        "visits": _visits(person),
        "help_from_afar": _help(person),
        "visits_on_the_spot": _on_site(person),
        "false_declaration_cases": _cases(person),
        "lists": _lists(person),
        "departments_asked": _departments(person),
    }
    return own | {name: part(person) for name, part in sorted(PARTS.items())}


def _agreements(person: Account) -> list[dict[str, Any]]:
    rows = Guardianship.objects.filter(Q(guardian=person) | Q(child__guardian=person))
    found = []
    for one in rows.select_related("child__guardian", "guardian").order_by("pk"):
        other = one.child.guardian if one.guardian_id == person.pk else one.guardian
        found.append(
            {
                "child": one.child.name,
                "with": masked_person(other),
                "role": one.get_role_display(),
                "may_act": one.may_act,
                "until": one.until.isoformat() if one.until else "",
                "agreed_at": time_of(one.agreed_at),
                "ended_at": time_of(one.ended_at),
            }
        )
    return found


def _invitations(person: Account) -> list[dict[str, Any]]:
    """What this person asked of others; the number as this person sees it on the page, masked."""
    rows = Invitation.objects.filter(Q(inviter=person, asker__isnull=True) | Q(asker=person)).select_related("child")
    return [
        {
            "at": time_of(one.created_at),
            "child": one.child.name if one.inviter_id == person.pk else "",
            "to": one.phone_hint,
            "state": one.get_state_display(),
            "answered_at": time_of(one.answered_at),
        }
        for one in rows.order_by("pk")
    ]


def _consents(person: Account) -> list[dict[str, Any]]:
    found = []
    for one in person.consents.select_related("child", "withdrawal").order_by("pk"):
        version, text = TEXTS.get(one.kind, (0, ""))
        ended = getattr(one, "withdrawal", None)
        with translation.override(one.language):
            words = str(text) if version == one.version else ""
        found.append(
            {
                "at": time_of(one.given_at),
                "kind": one.kind,
                "version": one.version,
                "language": one.language,
                "text": words,
                "sha256": one.text_sha256,
                "withdrawn_at": time_of(ended.at) if ended else "",
            }
        )
    return found


def _face_checks(person: Account) -> list[dict[str, Any]]:
    """Each consent to a face check and what came of the check; there is no picture to give a copy of."""
    return [
        {
            "at": time_of(row.consent.given_at),
            "district": row.consent.district_code,
            "service": row.consent.service,
            "version": row.consent.version,
            "language": row.consent.language,
            "text": row.text,
            "sha256": row.consent.text_sha256,
            "withdrawn_at": time_of(row.ended_at),
            "outcome": row.outcome,
        }
        for row in reversed(face_consents_of(person))
    ]


def _visits(person: Account) -> list[dict[str, Any]]:
    """Every visit of a clerk or helper with its log; the office, not the official's name, as everywhere in the copy."""
    rows = AssistVisit.objects.filter(guardian=person).select_related("consent").prefetch_related("events")
    found = []
    for visit in rows.order_by("started_at"):
        consent = getattr(visit, "consent", None)
        found.append(
            {
                "number": visit.number,
                "place": visit.place,
                "channel": visit.get_channel_display(),
                "started_at": time_of(visit.started_at),
                "ended_at": time_of(visit.ended_at),
                "named": visit.named,
                "consent": {"way": consent.get_way_display(), "at": time_of(consent.given_at), "covers": consent.covers}
                if consent
                else {},
                "events": [
                    {"at": time_of(event.at), "what": event.get_kind_display(), "note": event.note}
                    for event in visit.events.all()
                ],
            }
        )
    return found


def _help(person: Account) -> list[dict[str, Any]]:
    rows = HelpSession.objects.filter(guardian=person).prefetch_related("hints").order_by("asked_at")
    return [
        {
            "asked_at": time_of(one.asked_at),
            "joined_at": time_of(one.joined_at),
            "ended_at": time_of(one.ended_at),
            "answers_shown": one.show_answers,
            "hints": [{"at": time_of(hint.at), "field": hint.field, "text": hint.text} for hint in one.hints.all()],
        }
        for one in rows
    ]


def _on_site(person: Account) -> list[dict[str, Any]]:
    """What teachers wrote down at the door; the photo itself is shown at the counter."""
    rows = OnSiteVisit.objects.filter(application__guardian=person).select_related("application").order_by("pk")
    return [
        {
            "receipt": one.application.receipt,
            "at": time_of(one.visited_at),
            "result": one.get_result_display(),
            "note": one.note,
            "photo_sha256": one.photo_sha256,
            "paper": one.paper,
        }
        for one in rows
    ]


def _lists(person: Account) -> list[dict[str, Any]]:
    """The bureau's lists that a child is on; only who is proven to be its parent is told, as on the page."""
    rows = Application.objects.filter(guardian=person).order_by("submitted_at")
    return [
        {
            "receipt": one.receipt,
            "list": entry.words,
            "points": entry.total,
            "town": entry.town,
            "until": entry.valid_until,
        }
        for one in rows
        for entry in own_entries(person, one)
    ]


def _departments(person: Account) -> list[dict[str, Any]]:
    """Who was asked about the person's applications, as the pages tell it; the answer in words, no register's value."""
    rows = Application.objects.filter(guardian=person).order_by("submitted_at")
    return [
        {
            "receipt": one.receipt,
            "department": asked.department,
            "about": asked.about,
            "asked_at": time_of(asked.since),
            "until": time_of(asked.until),
            "answer": asked.answer,
            "answered_at": time_of(asked.answered_at),
        }
        for one in rows
        for asked in told_to_family(one)
    ]


def _cases(person: Account) -> list[dict[str, Any]]:
    rows = DeclarationCase.objects.filter(application__guardian=person).select_related("application")
    return [
        {
            "receipt": one.application.receipt,
            "state": one.get_state_display(),
            "what": one.what,
            "steps": [
                {"at": time_of(step.at), "step": step.event, "note": step.note} for step in one.events.order_by("pk")
            ],
        }
        for one in rows.prefetch_related("events").order_by("pk")
    ]
