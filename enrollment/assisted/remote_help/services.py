"""Help from afar: the family reads a code to a helper on the telephone, and both see what is still missing.

The helper sees which questions are answered, missing or wrong - never what was answered, unless the family ticks it -
and can leave a word on a question. The helper can neither type nor submit: no service here writes an answer.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from audit.services import record
from enrollment.assisted.models import HelperLock, HelpHint, HelpSession
from enrollment.assisted.visits.services import refuse_unless_helper, trained
from enrollment.filing.asked import questions_for
from enrollment.seasons.selectors import own_draft
from foundation import clock, codes
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.posted import one_line
from schools.switches import refuse_unless_offered

ABILITY: Final = Ability.HELP_GIVE


CODE_VALID: Final = timedelta(minutes=10)


LASTS: Final = timedelta(minutes=30)


LOCK: Final = timedelta(minutes=15)


MOST_HINTS: Final = 40


LONGEST_HINT: Final = 200


ASKS_A_DAY: Final = 20


def _index(code: str) -> str:
    return blind_index("help-code", code)


def _audit(actor: Account, action: str, session: HelpSession) -> None:
    record(
        actor=actor,
        action=f"help.{action}",
        object_type="help",
        object_id=session.pk,
        district=session.district_id,
    )


def close_old() -> None:
    """End what ran out, so that its code is free again. Call inside a transaction."""
    now = clock.now()
    open_ = HelpSession.objects.filter(ended_at__isnull=True)
    open_.filter(ends_at__lte=now).update(ended_at=now, end_reason="time", code_index="")
    open_.filter(joined_at__isnull=True, code_until__lte=now).update(ended_at=now, end_reason="time", code_index="")


def help_ask(*, guardian: Account, draft_id: UUID, show_answers: bool) -> tuple[HelpSession, str]:
    """A six-digit code for the telephone, valid for ten minutes. An earlier one ends. Raises NotAllowed, Refused."""
    draft = own_draft(guardian, draft_id)
    refuse_unless_offered("remote_help", draft.round.season.district_id)
    now = clock.now()
    if HelpSession.objects.filter(guardian=guardian, asked_at__gt=now - timedelta(days=1)).count() >= ASKS_A_DAY:
        raise Refused(_("You asked for help often today. Please call the bureau."), code="too_often")
    for _attempt in range(5):
        code = codes.digits()
        try:
            with transaction.atomic():
                close_old()
                HelpSession.objects.filter(guardian=guardian, ended_at__isnull=True).update(
                    ended_at=now, end_reason="family", code_index=""
                )
                session = HelpSession.objects.create(
                    guardian=guardian,
                    draft=draft,
                    district_id=draft.round.season.district_id,
                    show_answers=show_answers,
                    code_index=_index(code),
                    code_until=now + CODE_VALID,
                    asked_at=now,
                    ends_at=now + CODE_VALID + LASTS,
                )
                _audit(guardian, "ask", session)
        except IntegrityError:
            continue  # somebody has this code at the moment, or the same button was pressed twice at once
        return session, code
    raise Refused(_("Please press the button again."), code="busy")


def help_join(*, helper: Account, code: str) -> HelpSession:
    """Join by the code the family reads out. Raises NotAllowed, Refused (untrained, wrong, locked)."""
    if not trained(helper):
        text = _("No training is on record for you. Please ask your district's office to enter it.")
        raise Refused(text, code="untrained")
    problem: Refusal
    with transaction.atomic():  # commits the count of wrong codes before refusing
        close_old()
        HelperLock.objects.get_or_create(account=helper)
        lock = HelperLock.objects.select_for_update().get(account=helper)
        now = clock.now()
        if lock.locked_until and lock.locked_until > now:
            raise Refused(_("Too many wrong codes. Please wait 15 minutes."), code="locked", field="code")
        waiting = HelpSession.objects.select_for_update().filter(helper__isnull=True)
        session = waiting.filter(code_index=_index(codes.read(code))).first()
        if session is not None and _in_reach(helper, session):
            HelperLock.objects.filter(pk=lock.pk).update(failures=0, locked_until=None)
            session.helper, session.joined_at, session.code_index = helper, now, ""
            session.ends_at = now + LASTS
            session.save(update_fields=["helper", "joined_at", "code_index", "ends_at"])
            _audit(helper, "join", session)
            return session
        counted = codes.wrong(lock.failures)
        HelperLock.objects.filter(pk=lock.pk).update(
            failures=0 if counted.over else counted.failures, locked_until=now + LOCK if counted.over else None
        )
        record(actor=helper, action="help.wrong_code", object_type="account", object_id=helper.pk)
        if counted.over:
            problem = Refused(_("Too many wrong codes. Please wait 15 minutes."), code="locked", field="code")
        else:
            text = _("There is no such code now. Ask the family to read it again, or to make a new one.")
            problem = Refused(text, code="wrong_code", field="code")
    raise problem


def _in_reach(helper: Account, session: HelpSession) -> bool:
    """A code of another district is answered like a wrong one."""
    try:
        refuse_unless_helper(helper, ABILITY, session.district_id)
    except NotAllowed:
        return False
    return True


def live(session: HelpSession | None) -> bool:
    return session is not None and session.ended_at is None and session.ends_at > clock.now()


def helper_session(helper: Account, session_id: UUID) -> HelpSession:
    """The helper's session while it runs. Raises NotAllowed when it is over or somebody else's."""
    rows = HelpSession.objects.select_related(
        "guardian", "draft__child", "draft__round__season", "draft__round__policy"
    )
    session = rows.filter(public_id=session_id, helper=helper).first()
    if session is None or not live(session) or session.draft is None:
        raise NotAllowed(_("This help is over. Ask the family for a new code."))
    refuse_unless_helper(helper, ABILITY, session.district_id)
    return session


@transaction.atomic
def hint_leave(*, helper: Account, session_id: UUID, field: str, text: str) -> HelpHint:
    """A word on one question, shown to the family at once. Raises NotAllowed, Refused."""
    session = helper_session(helper, session_id)
    words = one_line(text)[:LONGEST_HINT]
    asked = questions_for(session.draft) if session.draft else ()
    if field not in {*(one.name for one in asked), "choices"}:
        raise Refused(_("There is no such question."), code="field", field="field")
    if not words:
        raise Refused(_("Please write a word for the family."), code="text", field="text")
    if session.hints.count() >= MOST_HINTS:
        raise Refused(_("That is enough for one call. Please begin a new help."), code="too_many", field="text")
    hint = HelpHint.objects.create(session=session, field=field, text=words, at=clock.now())
    _audit(helper, "hint", session)
    return hint


@transaction.atomic
def help_end(*, account: Account, session_id: UUID) -> None:
    """Either side ends it; ended twice is ended once. Raises NotAllowed."""
    session = HelpSession.objects.filter(public_id=session_id).first()
    if session is None or account.pk not in {session.guardian_id, session.helper_id}:
        raise NotAllowed(_("There is no such help."))
    reason = "family" if account.pk == session.guardian_id else "helper"
    changed = HelpSession.objects.filter(pk=session.pk, ended_at__isnull=True).update(
        ended_at=clock.now(), end_reason=reason, code_index=""
    )
    if changed:
        _audit(account, "end", session)
