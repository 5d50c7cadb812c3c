"""Unusual families in a rehearsal: whether each kind was played and ended as is right for it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import identifiers
from enrollment.appeals.selectors import PUBLISHED_STATES
from enrollment.guardians.models import AddressProtection
from enrollment.seasons.models import Application, ApplicationState
from enrollment.seasons.states import ApplicationEvent
from rehearsal.city import Applicant
from rehearsal.play import Play
from synthetic.unusual import KINDS, SCHEME, Kind
from verification.models import Finding

TOGETHER = ("twins", "twins_midnight", "triplets")  # the kinds whose children get one school by choice, or none


def ended(play: Play) -> dict[str, Any]:
    """By kind (JSON-safe): how its family differs, how many children it has, what ended ``wrong`` ([] for nothing)."""
    families: dict[str, list[Applicant]] = defaultdict(list)
    for child in sorted(play.applicants.values(), key=lambda one: one.id):
        if child.kind:
            families[child.kind].append(child)
    rows = Application.objects.filter(receipt__in=play.filed.values()).select_related("child", "round__policy")
    filed = {one.receipt: one for one in rows.prefetch_related("transitions")}
    return {
        name: {
            "differs": kind.differs,
            "children": len(families[name]),
            "wrong": _wrong(play, name, kind, families[name], filed) if families[name] else ["not played"],
        }
        for name, kind in KINDS.items()
    }


def _wrong(
    play: Play, name: str, kind: Kind, children: Sequence[Applicant], filed: Mapping[str, Application]
) -> list[str]:
    made = [filed.get(play.filed.get(child.id, "")) for child in children]
    found: list[str] = []
    for at, (child, application) in enumerate(zip(children, made, strict=True)):
        ends = kind.ends if at == 0 else kind.second_ends
        if ends == "refused":
            if play.refused.get(child.id) != "second_document":
                found.append(f"{child.id}: not refused as a second document")
        elif application is None:
            found.append(f"{child.id}: refused, {play.refused.get(child.id)}")
        else:
            found += [f"{child.id}: {text}" for text in _of_one(kind, str(ends), child, application)]
    return found + _of_family(play, name, children, [one for one in made if one is not None])


def _of_one(kind: Kind, ends: str, child: Applicant, application: Application) -> list[str]:
    """What is not right with the end of one application. Which class, and whether somebody has to look, follows from
    the rules: under other ones than the table was written for, each family has to come to an end all the same.
    """
    known = application.round.policy.code.startswith(SCHEME)
    states = {ApplicationState.NOT_ELIGIBLE} if ends == ApplicationState.NOT_ELIGIBLE else set(PUBLISHED_STATES)
    states |= set() if known else {ApplicationState.NOT_ELIGIBLE, *PUBLISHED_STATES}
    asked = any(step.event == ApplicationEvent.NEEDS_PERSON for step in application.transitions.all())
    silent = Finding.objects.filter(check_made__subject__in=application.versions.values("pk"), outcome="unavailable")
    is_so = {
        "state": (application.state, application.state if application.state in states else sorted(states)),
        "group": (application.group_code, kind.group if known and ends == "placed" else application.group_code),
        "document": (application.child.document_kind, kind.document),
        "name": (application.child.name, _one_spelling(child.claim["child"]["name"])),
        # who was silent on a slow machine brings a case before a person, whatever the family is
        "a person looked": (asked, kind.person if known and not silent.exists() else asked),
    }
    return [f"{what} is {got}, not {right}" for what, (got, right) in is_so.items() if got != right]


def _one_spelling(typed: str) -> str:
    """A name as it is stored: parents write the dot of a name in many ways."""
    return identifiers.check("name", typed).value or typed


def _of_family(play: Play, name: str, children: Sequence[Applicant], made: Sequence[Application]) -> list[str]:
    """What is not right with the children of one kind together."""
    offers = [one.offer for one in made]
    # one lot is for the places by choice; coordination parts children where no school has room for all of them
    by_choice = {offer.school_id for offer in offers if offer and offer.kind == "choice"}
    guardians = {one.guardian_id for one in made}
    is_so = {
        "twins apart": name in TOGETHER
        and bool(by_choice)
        and {offer.school_id if offer else None for offer in offers} != by_choice,
        "not stopped on the other's telephone": name == "one_telephone"
        and play.stopped.get(children[-1].id) != ["guardian_id"],
        "one account for two families": name == "one_telephone" and len(guardians) != len(children),
        "no order stands": name == "protected"
        and not AddressProtection.objects.filter(account__in=guardians, source="order", ended_at=None).exists(),
    }
    return [text for text, wrong in is_so.items() if wrong]
