"""The form of a round: drafted, asked for, put into force - by another person where families are asked for more."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account
from audit.services import record
from enrollment.own_form.models import FormDraft
from enrollment.own_form.selectors import FormGround, changes, form_ground, wrong_places
from enrollment.seasons.models import FormVersion, Round
from enrollment.seasons.rules.forms import CHANGEABLE, form_store, round_form_set
from enrollment.seasons.rules.own_form import OWN, Content
from enrollment.seasons.services.steps import round_lock
from enrollment.setup.drafting import draft_step, refuse_old
from enrollment.setup.states import DraftEvent
from foundation import clock
from foundation.errors import Refused
from foundation.locks import lock

LONGEST_REASON = 500
Place = tuple[str, int, str, str]  # district, year, stage and kind of a round


@transaction.atomic
def form_draft_save(*, official: Account, at: Place, content: Content, token: str) -> FormDraft:
    """Keep a form as it is to be. Raises NotAllowed, Refused: somebody saved since, mistakes at their fields."""
    found = _locked(official, at)
    refuse_old(found, token, _changed())
    _refuse_fixed(found)
    draft = found.draft
    if draft is not None and draft.state != FormDraft.State.EDITING:
        raise Refused(_("This draft waits for a second person. Take it back before you change it."), code="asked")
    named = _with_names(found, content)
    wrong = wrong_places(found.round, named)
    if wrong:
        raise Refused(_("Something is not right yet: see below."), code="content", fields=wrong)
    if draft is None:
        draft = FormDraft(round=found.round, basis_id=found.round.form_id, revision=0)
    draft.body, draft.changed_by, draft.changed_at = named, official, clock.now()
    draft.revision += 1
    draft.save()
    _note(found, draft, "draft_save", official)
    return draft


@transaction.atomic
def form_draft_ask(*, official: Account, at: Place, token: str, reason: str = "") -> FormDraft:
    """Ask that a draft comes into force. Raises NotAllowed, Refused."""
    found, draft = _draft(official, at, token)
    _refuse_unready(found, reason.strip())
    now = clock.now()
    draft_step(draft, DraftEvent.ASK, reason=reason.strip(), more=found.more, asked_by=official, asked_at=now)
    _note(found, draft, "draft_ask", official)
    return draft


@transaction.atomic
def form_draft_back(*, official: Account, at: Place, token: str) -> FormDraft:
    """Take a draft back that waits. Raises NotAllowed, Refused."""
    found, draft = _draft(official, at, token)
    draft_step(draft, DraftEvent.BACK, asked_by=None, asked_at=None)
    _note(found, draft, "draft_back", official)
    return draft


@transaction.atomic
def form_draft_drop(*, official: Account, at: Place, token: str) -> FormDraft:
    """Drop a draft; the form stays as it is. Raises NotAllowed, Refused."""
    found, draft = _draft(official, at, token)
    draft_step(draft, DraftEvent.DROP)
    _note(found, draft, "draft_drop", official)
    return draft


def form_draft_take(*, official: Account, at: Place, token: str, password: str) -> FormVersion:
    """Put a draft into force: who applies from now on is asked this form; what was filed keeps its own.

    Raises NotAllowed, Refused: the same person where families are asked for more, a wrong one-time password, another
    form came into force since, the round's applications are closed.
    """

    def look() -> tuple[FormGround, FormDraft]:
        found, draft = _draft(official, at, token)
        if draft.state != FormDraft.State.ASKED:
            raise Refused(_("Nobody has asked for this draft yet."), code="illegal_step")
        if found.more and draft.asked_by_id == official.pk:
            text = _("Families are asked for more than before. A second, different person must take it.")
            raise Refused(text, code="same_person")
        _refuse_unready(found, draft.reason)
        return found, draft

    with WithPassword(look, person=official, token=password) as (found, draft):
        lock(round_lock(found.round.pk))  # submissions under way are in before the form is another one
        round_ = Round.objects.select_for_update(of=("self",)).select_related("season__district").get(pk=found.round.pk)
        version = form_store(district=round_.season.district, content=draft.body)
        round_form_set(round_, version, _closed())
        draft_step(draft, DraftEvent.TAKE, more=found.more, taken_by=official, taken_at=clock.now())
        details = {"before": found.standing, "after": draft.body, "reason": draft.reason, "asked_by": draft.asked_by_id}
        _note(found, draft, "change", official, form=version.number, **details)
        return version


def _with_names(found: FormGround, content: Content) -> Content:
    """New questions get a name that no question of the district had before: a name keeps its meaning."""
    district = found.round.season.district_id
    stored = FormVersion.objects.filter(district=district).values_list("content", flat=True)
    drafted = FormDraft.objects.filter(round__season__district=district).values_list("body", flat=True)
    used = {one["name"] for body in (*stored, *drafted, content) for one in body["extra"]}
    number, rows = 0, []
    for one in content["extra"]:
        name = one["name"]
        while not name or (not one["name"] and name in used):
            number += 1
            name = f"{OWN}{number}"
        used.add(name)
        rows.append({**one, "name": name})
    return {**content, "extra": rows}


def _changed() -> str:
    return _("The form was changed after you opened this page. Nothing of yours was saved.")


def _locked(official: Account, at: Place) -> FormGround:
    form_ground(official, *at)
    lock(f"form draft {at}")
    return form_ground(official, *at)


def _draft(official: Account, at: Place, token: str) -> tuple[FormGround, FormDraft]:
    found = _locked(official, at)
    if found.draft is None:
        raise Refused(_("There is no draft any more: somebody has dropped it or put it into force."), code="changed")
    refuse_old(found, token, _changed())
    return found, found.draft


def _closed() -> str:
    return _("Applications of this round are over: its form stays as it is.")


def _refuse_fixed(found: FormGround) -> None:
    if found.round.state not in CHANGEABLE:
        raise Refused(_closed(), code="form_fixed")


def _refuse_unready(found: FormGround, reason: str) -> None:
    _refuse_fixed(found)
    if found.draft is None or found.draft.basis_id != found.round.form_id:
        text = _("What stands was changed after this draft was begun. Drop it and begin from what stands now.")
        raise Refused(text, code="stale")
    wrong = wrong_places(found.round, found.body)  # the rules of the round may be others by now
    if wrong:
        raise Refused(next(iter(wrong.values())), code="content", fields=wrong)
    if not changes(found):
        raise Refused(_("The draft changes nothing."), code="nothing")
    if found.more and not 1 <= len(reason) <= LONGEST_REASON:
        text = _("Families are asked for more than before: say in one or two sentences why it is needed.")
        raise Refused(text, code="reason", field="reason")


def _note(found: FormGround, draft: FormDraft, action: str, actor: Account, **more: Any) -> None:
    district = found.round.season.district_id
    details = {"round": found.round.pk, "revision": draft.revision, "reason": draft.reason, **more}
    record(
        actor=actor,
        action=f"form.{action}",
        object_type="form_draft",
        object_id=draft.pk,
        district=district,
        details=details,
    )
