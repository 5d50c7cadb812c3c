"""A draft of a season: saved by one person, asked for with a reason, taken by another with a one-time password."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from enrollment.seasons.models import Season
from enrollment.seasons.services.seasons import season_store
from enrollment.setup.bodies import Body, day_of, digest, gaps, mistakes, moment_of, reminders_of
from enrollment.setup.drafting import draft_step, refuse_old
from enrollment.setup.models import SeasonDraft
from enrollment.setup.selectors import Ground, ground, place_for, preview, versions
from enrollment.setup.states import DraftEvent
from foundation import clock
from foundation.errors import Refused
from foundation.locks import lock
from schools.services import district_ensure

LONGEST_REASON = 500


@transaction.atomic
def season_draft_save(*, official: Account, district: str, year: int, body: Body, token: str) -> SeasonDraft:
    """Keep a season as it is to be; empty fields are filled in later. Raises NotAllowed, Refused.

    ``token`` is the version that the form was filled from (``Ground.token``): where somebody else has saved since, or
    what stands has changed, nothing is saved. Contradictions are refused at their fields.
    """
    found = _locked(official, district, year)
    refuse_old(found, token, _changed())
    draft = found.draft
    if draft is not None and draft.state != SeasonDraft.State.EDITING:
        raise Refused(_("This draft waits for a second person. Take it back before you change it."), code="asked")
    _refuse_lost(found, body)
    wrong = mistakes(body, year, policies=versions(district), standing=found.standing)
    if wrong:
        raise Refused(_("Some dates do not fit together: see below."), code="dates", fields=wrong)
    if draft is None:
        draft = SeasonDraft(
            district=district_ensure(code=district), year=year, basis=digest(found.standing), revision=0
        )
    draft.body, draft.changed_by, draft.changed_at = body, official, clock.now()
    draft.revision += 1
    draft.save()
    _note(draft, "save", official)
    return draft


@transaction.atomic
def season_draft_ask(*, official: Account, district: str, year: int, token: str, reason: str = "") -> SeasonDraft:
    """Ask that a draft comes into force; another person takes it. Raises NotAllowed, Refused."""
    found, draft = _draft(official, district, year, token)
    _refuse_unready(found, reason.strip())
    draft_step(draft, DraftEvent.ASK, reason=reason.strip(), asked_by=official, asked_at=clock.now())
    _note(draft, "ask", official)
    return draft


@transaction.atomic
def season_draft_back(*, official: Account, district: str, year: int, token: str) -> SeasonDraft:
    """Take a draft back that waits for a second person. Raises NotAllowed, Refused."""
    _found, draft = _draft(official, district, year, token)
    draft_step(draft, DraftEvent.BACK, asked_by=None, asked_at=None)
    _note(draft, "back", official)
    return draft


@transaction.atomic
def season_draft_drop(*, official: Account, district: str, year: int, token: str) -> SeasonDraft:
    """Drop a draft; what stands stays as it is. Raises NotAllowed, Refused."""
    _found, draft = _draft(official, district, year, token)
    draft_step(draft, DraftEvent.DROP)
    _note(draft, "drop", official)
    return draft


def season_draft_take(*, official: Account, district: str, year: int, token: str, password: str) -> Season:
    """Put another person's draft into force: rounds are announced or changed, the calendar follows.

    Raises NotAllowed, Refused: the same person, a wrong one-time password, what stands has changed since, dates that no
    longer fit or that a round has passed.
    """

    def look() -> tuple[Ground, SeasonDraft]:
        found, draft = _draft(official, district, year, token)
        if draft.state != SeasonDraft.State.ASKED:
            raise Refused(_("Nobody has asked for this draft yet."), code="illegal_step")
        if draft.asked_by_id == official.pk:
            raise Refused(_("You asked for this change. A second, different person must take it."), code="same_person")
        _refuse_unready(found, draft.reason)
        return found, draft

    with WithPassword(look, person=official, token=password) as (found, draft):
        season = season_store(
            district=district_ensure(code=district),
            year=year,
            synthetic=bool(found.season and found.season.synthetic),
            calendar=draft.body["calendar"],
            rounds=_rows(found, draft.body),
            reason=draft.reason,
        )
        draft_step(draft, DraftEvent.TAKE, taken_by=official, taken_at=clock.now())
        details = {"before": found.standing, "after": draft.body, "reason": draft.reason, "asked_by": draft.asked_by_id}
        record(
            actor=official,
            action="season.change",
            object_type="season",
            object_id=season.pk,
            district=district,
            details=details,
        )
        return season


def _rows(found: Ground, body: Body) -> list[dict[str, Any]]:
    """The rounds to be stored: only what the draft changes, so that a second of what stands is not lost."""
    known = versions(found.place.code)
    before = {(row["stage"], row["kind"]): row for row in found.standing["rounds"]}
    rows = []
    for row in body["rounds"]:
        old = before.get((row["stage"], row["kind"]), {})
        values: dict[str, Any] = {"stage": row["stage"], "kind": row["kind"], "policy": known[row["policy"]]}
        for name, text in row.items():
            if name not in values and text != old.get(name):
                values[name] = _value(name, text)
        rows.append(values)
    return rows


def _value(name: str, text: str) -> Any:
    if name == "reminders":
        return reminders_of(text)
    if name.endswith("_days"):
        return int(text)
    return day_of(text) if name == "check_on" else moment_of(text)


def _changed() -> str:
    return _("The season was changed after you opened this page. Nothing of yours was saved.")


def _locked(official: Account, district: str, year: int) -> Ground:
    place_for(official, district, year)
    lock(f"season draft {district} {year}")
    return ground(official, district, year)


def _draft(official: Account, district: str, year: int, token: str) -> tuple[Ground, SeasonDraft]:
    found = _locked(official, district, year)
    if found.draft is None:
        raise Refused(_("There is no draft any more: somebody has dropped it or put it into force."), code="changed")
    refuse_old(found, token, _changed())
    return found, found.draft


def _refuse_lost(found: Ground, body: Body) -> None:
    """A round that families have seen is not taken away."""
    there = {(row["stage"], row["kind"]) for row in body["rounds"]}
    if any((row["stage"], row["kind"]) not in there for row in found.standing["rounds"]):
        raise Refused(_("A round that is announced cannot be taken away: move its dates."), code="announced")


def _refuse_unready(found: Ground, reason: str) -> None:
    body, seen = found.body, preview(found)
    if digest(found.standing) != (found.draft.basis if found.draft else ""):
        text = _("What stands was changed after this draft was begun. Drop it and begin from what stands now.")
        raise Refused(text, code="stale")
    missing = gaps(body)
    if missing:
        raise Refused(" ".join(missing), code="gaps")
    if seen.nothing:
        raise Refused(_("The draft changes nothing."), code="nothing")
    wrong = mistakes(body, found.year, policies=versions(found.place.code), standing=found.standing)
    if wrong:
        raise Refused(next(iter(wrong.values())), code="dates", fields=wrong)
    if seen.needs_reason and not 1 <= len(reason) <= LONGEST_REASON:
        text = _("Families have seen these dates: say in one or two sentences why they change.")
        raise Refused(text, code="reason", field="reason")


def _note(draft: SeasonDraft, action: str, actor: Account) -> None:
    record(
        actor=actor,
        action=f"season.draft_{action}",
        object_type="season_draft",
        object_id=draft.pk,
        district=draft.district_id,
        details={"year": draft.year, "revision": draft.revision, "reason": draft.reason},
    )
