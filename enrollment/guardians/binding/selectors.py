"""Twins who stay together: who has to agree, who has, and what that makes of the wish.

The families' own wish makes the group (``Application.sibling_key``, ``binding.keys``: one account, one round, the same
parents, the same schools in the same order, born together). Where a second guardian joined before the round closed and
may act, that guardian has to agree, too.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.models import Account
from enrollment.guardians.binding.keys import base, born_together
from enrollment.guardians.models import BindingAnswer, BindingOutcome, Guardianship, Invitation
from enrollment.guardians.selectors import acting_beside, active, masked_person
from enrollment.seasons.models import Application, Round
from enrollment.seasons.states import BEFORE_CLOSING, LIVE_STATES, RUNNING, RoundState
from foundation import clock


def must_agree(applications: Iterable[Application]) -> dict[UUID, list[Guardianship]]:
    """The second guardians whose agreement counts, by application. A protected guardian's child has none."""
    rows = {one.child_id: one for one in applications}
    agreed = acting_beside(active(Guardianship.objects.filter(child__in=rows, role=Invitation.Role.PARENT)))
    found: dict[UUID, list[Guardianship]] = defaultdict(list)
    for one in agreed.filter(may_act=True).select_related("guardian").order_by("pk"):
        application = rows[one.child_id]
        # nobody who came later can undo what was settled
        if not clock.deadline_passed(application.round.closes_at, one.agreed_at):
            found[application.pk].append(one)
    return found


def answers(guardianships: Iterable[Guardianship]) -> dict[tuple[UUID, int], bool]:
    """The newest answers, by application and agreement."""
    rows = BindingAnswer.objects.filter(guardianship__in=list(guardianships)).order_by("pk")
    return {(row.application_id, row.guardianship_id): row.together for row in rows}


def groups_of(applications: Iterable[Application]) -> dict[str, list[Application]]:
    """The groups of two and more that wish to stay together, by the key of the eldest."""
    wished = [one for one in applications if one.sibling_key]
    births = born_together(one.sibling_key for one in wished)
    groups: dict[str, list[Application]] = defaultdict(list)
    for one in wished:
        groups[births[one.sibling_key]].append(one)
    return {key: members for key, members in groups.items() if len(members) > 1}


def reasons(groups: dict[str, list[Application]]) -> dict[str, str]:
    """How every group stands: agreed, refused (somebody said no) or waiting (somebody has said nothing)."""
    needed = must_agree(one for members in groups.values() for one in members)
    said = answers(one for rows in needed.values() for one in rows)
    found = {}
    for key, members in groups.items():
        given = [said.get((one.pk, agreed.pk)) for one in members for agreed in needed.get(one.pk, ())]
        found[key] = "refused" if False in given else "waiting" if None in given else "agreed"
    return found


def apart_keys(round_: Round, states: Sequence[str]) -> set[str]:
    """The keys of children who do not count as bound: as settled once the round is frozen, before that as it stands."""
    rows = Application.objects.filter(round=round_).exclude(sibling_key="")
    if round_.state not in BEFORE_CLOSING | {RoundState.CLOSED}:
        return set(rows.filter(binding__together=False).values_list("sibling_key", flat=True))
    groups = groups_of(rows.filter(state__in=states).select_related("round"))
    apart = (groups[key] for key, reason in reasons(groups).items() if reason != BindingOutcome.Reason.AGREED)
    return {one.sibling_key for members in apart for one in members}


def group_rows(application: Application) -> QuerySet[Application]:
    """The live applications that may be of one birth with this one, itself among them."""
    return Application.objects.filter(
        round=application.round_id, sibling_key__startswith=base(application.sibling_key), state__in=LIVE_STATES
    )


def of_one_birth(application: Application, rows: Iterable[Application]) -> list[Application]:
    """Those of ``group_rows`` that are."""
    found = list(rows)
    births = born_together([application.sibling_key, *(one.sibling_key for one in found)])
    return [one for one in found if births[one.sibling_key] == births[application.sibling_key]]


@dataclass(frozen=True, slots=True)
class Party:
    """A second guardian who has to agree; ``answer`` is None while nothing is said. ``you``: it is the reader."""

    who: str
    answer: bool | None
    you: bool


@dataclass(frozen=True, slots=True)
class Binding:
    """How the wish of one application to stay together stands, for whoever may read it.

    ``reason``: alone (no other child of the group is filed with the same wish and schools), agreed, waiting, refused.
    ``others`` are the names of the other children; empty for a second guardian, who is told their number only.
    """

    application: Application
    reason: str
    parties: tuple[Party, ...]
    others: tuple[str, ...]
    count: int
    until: datetime
    open: bool
    settled: bool
    mine: bool | None
    may_answer: bool


def binding_of(application: Application, reader: Account) -> Binding | None:
    """The state of the wish; None where there is none. The caller has checked that the reader may see it."""
    if not application.sibling_key or application.state not in LIVE_STATES:
        return None
    rows = group_rows(application).select_related("child", "round", "guardian").order_by("receipt")
    members = of_one_birth(application, rows)
    groups = groups_of(members)
    needed = must_agree(members)
    said = answers(one for rows in needed.values() for one in rows)
    parties: dict[int, Party] = {}
    for member in members:
        for one in needed.get(member.pk, ()):
            answer, before = said.get((member.pk, one.pk)), parties.get(one.guardian_id)
            if before is not None and before.answer is not True:
                # A second guardian of several children may have agreed for one and not for another. The family has to
                # see the answer that keeps the group apart; a yes found later must not cover it.
                continue
            you = one.guardian_id == reader.pk
            parties[one.guardian_id] = Party(masked_person(one.guardian), answer, you)
    settled = BindingOutcome.objects.filter(application=application).first()
    reason = next(iter(reasons(groups).values()), "alone")
    mine = parties.get(reader.pk)
    is_open = answerable(application.round)
    return Binding(
        application=application,
        reason=settled.reason if settled else reason,
        parties=tuple(parties.values()),
        others=tuple(
            one.child.name for one in members if one.pk != application.pk and one.child.guardian_id == reader.pk
        ),
        count=len(members),
        until=application.round.closes_at,
        open=is_open,
        settled=settled is not None,
        mine=mine.answer if mine else None,
        may_answer=mine is not None and is_open,
    )


def bindings_for(agreed: Guardianship) -> list[Binding]:
    """What a second guardian is asked about, or was; nothing for somebody whose agreement is not needed."""
    rows = agreed.child.applications.select_related("round", "child").order_by("-submitted_at")
    found = (binding_of(application, agreed.guardian) for application in rows)
    return [one for one in found if one is not None and any(party.you for party in one.parties)]


def answerable(round_: Round) -> bool:
    """Whether an answer still counts."""
    return round_.state in RUNNING and not clock.deadline_passed(round_.closes_at)
