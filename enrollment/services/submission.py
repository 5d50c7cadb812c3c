"""Submitting and withdrawing: one child, one live application, however often the button is pressed."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from accounts.services import guardian_identify
from enrollment import form
from enrollment.claims import agency_claims
from enrollment.materials import count_given
from enrollment.models import Application, ApplicationVersion, Draft, ReturnRequest, Round
from enrollment.policies import compiled
from enrollment.selectors.drafts import DRAFT_LOCKED
from enrollment.selectors.guardians import may_withdraw
from enrollment.services.appeals import appeal_end
from enrollment.services.assessment import LEASE
from enrollment.services.documents import documents_attach, evidence_of
from enrollment.services.drafts import refuse_elsewhere, refuse_unless_open
from enrollment.services.telling import tell
from enrollment.services.transitions import application_step, first_steps, round_lock
from enrollment.states import LIVE_STATES
from foundation import acting, clock
from foundation.bulk import insert
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock_shared
from foundation.prepared import Prepared
from foundation.wording import joined, say
from schools.selectors import offered_codes
from verification.services import checks_open

ROUND_NOW = "SELECT state, closes_at, pause_reason FROM enrollment_round WHERE id = %s"
BY_TOKEN = Prepared(
    lambda token: (
        ApplicationVersion.objects.filter(client_token=token)
        .select_related("application")
        .only("submitted_by", "application")
    ),
    1,
)
RETURNED = Prepared(
    lambda child, round_: Application.objects.select_for_update().filter(child=child, round=round_, state="returned"), 2
)
TOKEN_SPACE = UUID("6f0d3d5e-0b52-5b1c-9d5e-7c1f5a8e2b11")  # names application ids after their tokens
RECEIPT_CONSTRAINT = "enrollment_application_receipt_key"
MOST_RECEIPTS = 256  # numbers a token can give
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: nothing that is misread over the telephone


class InvalidAnswers(Refused):
    """Some answers are missing or wrong; ``errors`` has one per field."""

    def __init__(self, errors: Mapping[str, form.FieldError]) -> None:
        super().__init__(_("Some answers need another look."), code="invalid")
        self.errors = errors

    def messages(self) -> dict[str, str]:
        return {name: error_text(error) for name, error in self.errors.items()}


def error_text(error: form.FieldError) -> str:
    """Why an answer is not taken, what to do, and where to look."""
    where = (say(identifiers.MESSAGES[item.code], item.params) for item in error.more)
    return joined(say(error.message, error.params), *where)


def receipt_for(year: int, token: UUID, attempt: int = 0) -> str:
    """The receipt number of a submission, such as 26-7K3M-9QXD-4: 40 bits of its secret token and a check character.

    It follows from the form's own random token, so that a rehearsal with the same seed gives the same numbers.
    """
    digest = hashlib.sha256(b"receipt" + token.bytes + bytes([attempt])).digest()
    body = "".join(ALPHABET[byte % 32] for byte in digest[:8])
    check = ALPHABET[sum((i + 2) * ALPHABET.index(c) for i, c in enumerate(body)) % 31]
    return f"{year % 100:02d}-{body[:4]}-{body[4:]}-{check}"


def normal_receipt(typed: str) -> str:
    """The receipt number as stored, from whatever a person typed: case, spaces and O/0, I/1 do not matter."""
    plain = typed.upper().translate(str.maketrans("OIL", "011", "- \0"))  # PostgreSQL has no text with a NUL
    return f"{plain[:2]}-{plain[2:6]}-{plain[6:10]}-{plain[10:]}"


@dataclass(frozen=True, slots=True)
class Submission:
    """What a guardian sends: which draft, the form's own transaction id, and through which channel.

    ``seen`` is the digest of what the check page showed (see ``draft_digest``); "" where nothing was shown first.
    """

    draft_id: UUID
    client_token: UUID
    channel: str = "web"
    seen: str = ""


def draft_digest(draft: Draft) -> str:
    """A short digest of everything check-your-answers shows: a change in another window makes another one."""
    child = draft.child
    shown = [child.name, child.id_number, {name: value for name, value in draft.answers.items() if value}]
    canonical = json.dumps(shown, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


def _unchanged_since_shown(draft: Draft, seen: str) -> None:
    """Nobody declares what they have not seen. Raises Refused."""
    if seen and seen != draft_digest(draft):
        text = _(
            "Something was changed in another window after this page was shown. Nothing is submitted yet: please look "
            "at the answers again, then submit."
        )
        raise Refused(text, code="changed")


def application_submit(*, guardian: Account, submission: Submission) -> Application:
    """Submit a draft, or resubmit it after a return for correction.

    The same client token always answers with the same application. Raises NotAllowed, InvalidAnswers, Refused
    (round not open, child already filed by somebody, nothing returned to correct).
    """
    return repeated(guardian, submission.client_token) or submit_new(guardian, submission)


def submit_new(guardian: Account, submission: Submission) -> Application:
    """Submit with a client token that has made nothing yet, as far as the caller has seen. Raises like
    ``application_submit``.
    """
    for attempt in range(MOST_RECEIPTS):
        try:
            with transaction.atomic():
                return _submit(guardian, submission, attempt)
        except IntegrityError as conflict:
            if _constraint(conflict) == RECEIPT_CONSTRAINT:
                continue  # another family has this number: the token's next one
            # a simultaneous press: the other transaction has committed by now
            found = repeated(guardian, submission.client_token)
            if found is None:
                raise _already_filed(guardian, submission) from conflict
            return found
    raise AssertionError("every receipt number of a token is taken")  # 256 of 2 ** 40 for each of them


def _constraint(conflict: IntegrityError) -> str:
    """The name of the constraint that was broken."""
    return str(getattr(getattr(conflict.__cause__, "diag", None), "constraint_name", ""))


def repeated(guardian: Account, token: UUID) -> Application | None:
    """The application this person's earlier press of the same button made. Raises NotAllowed (somebody else's)."""
    version = BY_TOKEN.first(token)
    if version is None:
        return None
    if version.submitted_by_id != guardian.pk:
        raise NotAllowed
    return version.application


def _submit(guardian: Account, submission: Submission, attempt: int) -> Application:
    draft = locked_draft(DRAFT_LOCKED.first(submission.draft_id, guardian.pk))
    _unchanged_since_shown(draft, submission.seen)
    answers, choices = checked_answers(draft)
    guardian = guardian_identify(account=guardian, name=answers["guardian_name"], id_number=answers["guardian_id"])
    earlier = RETURNED.first(draft.child_id, draft.round_id)
    first: list[Model] = []
    if earlier is not None:
        application = resubmit(earlier, guardian, draft)
    else:
        refuse_unless_open(draft.round)
        hands = acting.current()  # a clerk's own form cannot say it came from the family
        channel = hands.channel if hands else submission.channel
        application = _new(draft, guardian, channel, submission.client_token, attempt)
        first = [application, *first_steps(application, actor=guardian, details={"channel": channel})]
    add_version(application, draft, guardian, submission.client_token, answers, choices, first=first)
    return application


def locked_draft(draft: Draft | None) -> Draft:
    """A draft that is about to be submitted, locked by the caller, now with its round, too.

    Raises NotAllowed (there is none), Refused (another county).
    """
    if draft is None:
        raise NotAllowed(_("There is no such application in your account."))
    _share_round(draft.round)
    refuse_elsewhere(draft.round)
    return draft


def _share_round(round_: Round) -> None:
    """A round that is being closed waits for the submissions under way, and they for it: what is true then is read."""
    round_.state, round_.closes_at, round_.pause_reason = lock_shared(round_lock(round_.pk), ROUND_NOW, [round_.pk])


def checked_answers(draft: Draft) -> tuple[dict[str, str], list[str]]:
    """All answers and choices of a draft, validated and normalised. Raises InvalidAnswers."""
    answers, errors = form.validate_all(draft.answers, clock.today())
    choices = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    problem = _choices_problem(draft, choices)
    if problem:
        errors["choices"] = problem
    if errors:
        raise InvalidAnswers(errors)
    return answers, choices


def _choices_problem(draft: Draft, choices: Sequence[str]) -> form.FieldError | None:
    most = compiled(draft.round.policy).choices
    season = draft.round.season
    if not choices:
        return form.FieldError("choices", "missing", form.N_("Please choose at least one school."))
    if len(choices) > most:
        return form.FieldError(
            "choices", "too_many", form.N_("You can choose at most {most} schools."), {"most": str(most)}
        )
    if len(set(choices)) != len(choices):
        return form.FieldError("choices", "twice", form.N_("A school is chosen twice. Please choose each school once."))
    if not set(choices) <= offered_codes(season.district_id, season.year, draft.round.stage):
        return form.FieldError("choices", "unknown", form.N_("One of the schools is not offered in this round."))
    return None


def _new(draft: Draft, guardian: Account, channel: str, token: UUID, attempt: int) -> Application:
    """The application of a draft, not stored yet."""
    season, now = draft.round.season, clock.now()
    return Application(
        id=uuid5(TOKEN_SPACE, token.hex),
        receipt=receipt_for(season.year, token, attempt),
        round=draft.round,
        child=draft.child,
        guardian=guardian,
        district_code=season.district_id,
        season_year=season.year,
        stage=draft.round.stage,
        rehearsal=season.rehearsal,
        child_index=draft.child.id_index,
        channel=channel,
        online=channel not in {"counter", "helper"},
        uploads=count_given(draft),
        fill_seconds=max(0, int((now - draft.started_at).total_seconds())),
        submitted_at=now,
        state_at=now,
    )


def resubmit(application: Application, guardian: Account, draft: Draft) -> Application:
    """Answer the open return for correction of a locked application. Raises Refused (late)."""
    request = application.returns.filter(answered_at__isnull=True).order_by("-id").first()
    if request is not None:
        if clock.deadline_passed(request.deadline):
            raise Refused(
                _("The time for corrections is over. Please call the bureau: a person will help."), code="late"
            )
        ReturnRequest.objects.filter(pk=request.pk).update(answered_at=clock.now())
    application.version, application.uploads = application.version + 1, count_given(draft)
    application.save(update_fields=["version", "uploads"])
    return application_step(application=application, event="resubmit", actor=guardian)


def add_version(
    application: Application,
    draft: Draft,
    guardian: Account,
    token: UUID,
    answers: Mapping[str, str],
    choices: Sequence[str],
    *,
    first: Sequence[Model] = (),
) -> None:
    """Freeze what was submitted, tell who applied, and open the five checks - all in the caller's transaction.

    ``guardian`` is who submits it; a second guardian may, in answer to a return for correction. ``first`` are the rows
    of an application that is new: they are stored with its version, and its checks have begun.
    """
    version = _version(application, draft, guardian, token, answers, choices)
    insert([*first, version])
    if application.uploads:
        documents_attach(draft=draft, application=application)
    if not first:
        application_step(application=application, event="start_checks", actor=None)
    child = draft.child
    checks_open(
        subject=version.pk,
        district=application.district_code,
        claims=agency_claims(
            answers,
            child_id=child.id_number,
            child_name=child.name,
            on=draft.round.check_on or clock.today(),
        ),
    )
    tell(
        application=application,
        key=f"received:{version.pk}",
        template="received",
        params={"child": child.name, "receipt": application.receipt},
    )


def _version(
    application: Application,
    draft: Draft,
    guardian: Account,
    token: UUID,
    answers: Mapping[str, str],
    choices: Sequence[str],
) -> ApplicationVersion:
    """What was submitted, not stored yet."""
    child = draft.child
    typed = {name: str(draft.answers.get(name, "")) for name in answers}
    # special needs are no claim: nothing is judged by them, and only the district's own reviewers see them
    claims: dict[str, Any] = {
        "answers": {name: value for name, value in answers.items() if name not in form.NEEDS},
        "needs": {name: answers[name] for name in form.NEEDS if answers.get(name)},
        "typed": {name: value for name, value in typed.items() if name not in form.NEEDS},
        "child": {"id_number": child.id_number, "name": child.name, "typed": child.typed},
    }
    if application.uploads:
        claims["documents"] = evidence_of(draft)
    canonical = json.dumps([claims, list(choices)], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return ApplicationVersion(
        application=application,
        number=application.version,
        policy=draft.round.policy,
        claims=claims,
        claims_hash=hashlib.sha256(canonical.encode()).hexdigest(),
        choices=list(choices),
        client_token=token,
        submitted_by=guardian,
        submitted_at=clock.now(),
        assess_at=clock.now() + LEASE,
    )


def _already_filed(guardian: Account, submission: Submission) -> Refused:
    draft = Draft.objects.select_related("child", "round__season").get(public_id=submission.draft_id)
    season = draft.round.season
    same = {"season_year": season.year, "rehearsal": season.rehearsal, "stage": draft.round.stage}
    other = Application.objects.filter(child_index=draft.child.id_index, state__in=LIVE_STATES, **same).first()
    if other is None:  # not the child was there twice but the guardian: two accounts named one person at once
        text = _("This document number already belongs to another phone number. Please sign in with that number.")
        return Refused(text, code="duplicate_person", field="guardian_id")
    if other.guardian_id == guardian.pk:
        text = _("You have already applied for this child: receipt number %(receipt)s. Nothing was filed twice.")
        return Refused(text % {"receipt": other.receipt}, code="already_filed")
    text = _(
        "Another guardian has already applied for this child. Ask the other parent, or call the bureau if you do not "
        "know of it. What you typed is kept."
    )
    return Refused(text, code="filed_by_other")


@transaction.atomic
def application_withdraw(*, guardian: Account, application_id: UUID) -> Application:
    """Withdraw before the roll is frozen; the child may be filed again. Raises NotAllowed, Refused."""
    rows = Application.objects.select_related("child", "guardian")
    application = rows.filter(may_withdraw(guardian), pk=application_id).first()
    if application is None:
        raise NotAllowed(_("There is no such application in your account."))
    appeal_end(application, guardian)
    application_step(application=application, event="withdraw", actor=guardian)
    tell(
        application=application,
        key=f"withdrawn:{application.pk}",
        template="withdrawn",
        params={"child": application.child.name, "receipt": application.receipt},
    )
    return application
