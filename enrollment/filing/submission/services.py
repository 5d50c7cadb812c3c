"""Submitting and withdrawing: one child, one live application, however often the button is pressed."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import Account
from accounts.services import guardian_identify
from enrollment.appeals.services import appeal_end
from enrollment.documents.materials import count_given
from enrollment.documents.services import documents_attach, documents_claimed
from enrollment.filing import form
from enrollment.filing.asked import questions_for
from enrollment.filing.submission.often import answers_from
from enrollment.forms.fields import error_text
from enrollment.forms.questions import N_, FieldError
from enrollment.guardians.selectors import may_withdraw
from enrollment.guardians.services.decision_messages import tell
from enrollment.judging.facts.claims import Applying, claims_asked
from enrollment.judging.services import LEASE
from enrollment.seasons.lists.services import lists_kept
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Draft, ReturnRequest, Round
from enrollment.seasons.naming.described import answers_settled, is_open
from enrollment.seasons.rules.forms import form_id_for
from enrollment.seasons.rules.policies import compiled
from enrollment.seasons.selectors import DRAFT_LOCKED, may_amend, no_such_application, version_of
from enrollment.seasons.services.rounds import refuse_elsewhere, refuse_unless_open
from enrollment.seasons.services.steps import application_step, first_steps, round_lock
from enrollment.seasons.states import ENDED_STATES, LIVE_STATES, ApplicationEvent
from foundation import acting, clock, codes
from foundation.bulk import insert
from foundation.canonical import digest_of
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock_shared
from foundation.prepared import Prepared
from schools.selectors import offered_codes
from verification.lines import items_of
from verification.services import checks_open

ROUND_NOW = "SELECT state, closes_at, pause_reason, form_id FROM enrollment_round WHERE id = %s"


BY_TOKEN = Prepared(
    lambda token: (
        ApplicationVersion.objects.filter(client_token=token)
        .select_related("application")
        .only("submitted_by", "application")
    ),
    1,
)


RETURNED = Prepared(
    lambda child, round_: Application.objects.select_for_update().filter(
        child=child, round=round_, state=ApplicationState.RETURNED
    ),
    2,
)


TOKEN_SPACE = UUID("6f0d3d5e-0b52-5b1c-9d5e-7c1f5a8e2b11")  # names application ids after their tokens


RECEIPT_CONSTRAINT = "enrollment_application_receipt_key"


MOST_RECEIPTS = 256  # numbers a token can give


IDENTITY = ("name", "id_number", "id_index")  # of a guardian, as a submission stores it


class InvalidAnswers(Refused):
    """Some answers are missing or wrong; ``errors`` has one per field."""

    def __init__(self, errors: Mapping[str, FieldError]) -> None:
        super().__init__(_("Some answers need another look."), code="invalid")
        self.errors = errors

    def messages(self) -> dict[str, str]:
        return {name: error_text(error) for name, error in self.errors.items()}


def receipt_for(year: int, token: UUID, attempt: int = 0) -> str:
    """The receipt number of a submission, such as 26-7K3M-9QXD-4: 40 bits of its secret token and a check character.

    It follows from the form's own random token, so that a rehearsal with the same seed gives the same numbers.
    """
    digest = hashlib.sha256(b"receipt" + token.bytes + bytes([attempt])).digest()
    body = "".join(codes.PLAIN[byte % 32] for byte in digest[:8])
    check = codes.PLAIN[sum((i + 2) * codes.PLAIN.index(c) for i, c in enumerate(body)) % 31]
    return f"{year % 100:02d}-{body[:4]}-{body[4:]}-{check}"


def normal_receipt(typed: str) -> str:
    """The receipt number as stored, from whatever a person typed: case, spaces and O/0, I/1 do not matter."""
    plain = codes.read(typed)
    return f"{plain[:2]}-{plain[2:6]}-{plain[6:10]}-{plain[10:]}"


@dataclass(frozen=True, slots=True)
class Submission:
    """What a guardian sends: which draft, the form's own transaction id, and through which channel.

    ``seen`` is the digest of what the check page showed (see ``draft_digest``); "" where nothing was shown first.
    ``change`` says that the family changes what it submitted: without it a filed child is filed already.
    """

    draft_id: UUID
    client_token: UUID
    channel: str = "web"
    seen: str = ""
    change: bool = False


def draft_digest(draft: Draft) -> str:
    """A short digest of everything check-your-answers shows: a change in another window makes another one, and so does
    another form of the round.
    """
    child = draft.child
    shown: list[Any] = [child.name, child.id_number, {name: value for name, value in draft.answers.items() if value}]
    shown += [form_id] if (form_id := form_id_for(draft)) else []
    return digest_of(shown)[:32]


def _unchanged_since_shown(draft: Draft, seen: str) -> None:
    """Nobody declares what they have not seen. Raises Refused."""
    if seen and seen != draft_digest(draft):
        text = _(
            "Something was changed in another window after this page was shown. Nothing is submitted yet: please look "
            "at the answers again, then submit."
        )
        raise Refused(text, code="changed")


def application_submit(*, guardian: Account, submission: Submission) -> Application:
    """Submit a draft, resubmit it after a return for correction, or change it before the deadline.

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
                guardian.refresh_from_db(fields=IDENTITY)  # what was stored of the person is undone, too
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
    if submission.change and (made := repeated(guardian, submission.client_token)):
        return made  # pressed twice: the other press has committed while this one waited for the draft
    _unchanged_since_shown(draft, submission.seen)
    answers, choices = checked_answers(draft)
    earlier = _amended(draft, guardian) if submission.change else RETURNED.first(draft.child_id, draft.round_id)
    refuse_another_person(guardian, answers["guardian_id"], earlier)
    guardian = guardian_identify(account=guardian, name=answers["guardian_name"], id_number=answers["guardian_id"])
    token, said = submission.client_token, (answers, choices)
    if earlier is None:
        assist = acting.current()  # in an assisted visit the channel is the visit's, never the posted form's
        channel = assist.channel if assist else submission.channel
        return submit_first(draft, guardian, said, token, channel, attempt=attempt, uploads=count_given(draft))
    application = _amend(earlier, guardian, draft, said) if submission.change else resubmit(earlier, guardian, draft)
    add_version(application, draft, guardian, token, answers, choices)
    return application


def submit_first(
    draft: Draft,
    guardian: Account,
    said: tuple[Mapping[str, str], Sequence[str]],
    token: UUID,
    channel: str,
    *,
    attempt: int,
    uploads: int,
) -> Application:
    """Store the application of a draft with its first version; ``said`` are the checked answers and choices.

    Raises Refused (the round takes none), IntegrityError.
    """
    refuse_unless_open(draft.round)
    application = _new(draft, guardian, channel, token, attempt, uploads=uploads)
    first = [application, *first_steps(application, actor=guardian, details={"channel": channel})]
    add_version(application, draft, guardian, token, *said, first=first)
    return application


def refuse_another_person(guardian: Account, number: str, earlier: Application | None) -> None:
    """One account is one person: who types another's number would rename the guardian of what is filed already.

    A correction may put the own number right, as long as nothing else was filed under it. Raises InvalidAnswers.
    """
    if not guardian.id_index or guardian.id_index == blind_index("person", number):
        return
    filed = Application.objects.filter(guardian=guardian).exclude(state=ApplicationState.WITHDRAWN)
    if (filed.exclude(pk=earlier.pk) if earlier else filed).exists():
        text = N_(
            "Another guardian has applied from this account. Each guardian applies from a telephone number of their "
            "own: sign out and sign in with it, or come to a service point. If your number was wrong in the earlier "
            "application, please call us: a person puts it right."
        )
        raise InvalidAnswers({"guardian_id": FieldError("guardian_id", "other_person", text)})


def locked_draft(draft: Draft | None) -> Draft:
    """A draft that is about to be submitted, locked by the caller, now with its round, too.

    Raises NotAllowed (there is none), Refused (another county).
    """
    if draft is None:
        raise no_such_application()
    share_round(draft.round)
    refuse_elsewhere(draft.round)
    return draft


def share_round(round_: Round) -> None:
    """A round that is being closed waits for the submissions under way, and they for it: what is true then is read."""
    now = lock_shared(round_lock(round_.pk), ROUND_NOW, [round_.pk])
    round_.state, round_.closes_at, round_.pause_reason, round_.form_id = now


def checked_answers(draft: Draft) -> tuple[dict[str, str], list[str]]:
    """All answers and choices of a draft, validated and normalised. Raises InvalidAnswers."""
    fields = questions_for(draft)
    answers, errors = form.validate_all(draft.answers, clock.today(), child_id=draft.child.id_number, fields=fields)
    choices = [code for code in str(draft.answers.get("choices", "")).split(",") if code]
    problem = _choices_problem(draft, choices)
    if problem:
        errors["choices"] = problem
    if errors:
        raise InvalidAnswers(errors)
    if is_open(answers.get("guardian_name", "")):
        answers = answers_settled(answers, draft.child.guardian)
    return answers, choices


def _choices_problem(draft: Draft, choices: Sequence[str]) -> FieldError | None:
    most = compiled(draft.round.policy).choices
    season = draft.round.season
    if not choices:
        return FieldError("choices", "missing", N_("Please choose at least one school."))
    if len(choices) > most:
        return FieldError("choices", "too_many", N_("You can choose at most {most} schools."), {"most": str(most)})
    if len(set(choices)) != len(choices):
        return FieldError("choices", "twice", N_("A school is chosen twice. Please choose each school once."))
    if not set(choices) <= offered_codes(season.district_id, season.year, draft.round.stage):
        return FieldError("choices", "unknown", N_("One of the schools is not offered in this round."))
    return None


def _new(draft: Draft, guardian: Account, channel: str, token: UUID, attempt: int, *, uploads: int) -> Application:
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
        uploads=uploads,
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
    return application_step(application=application, event=ApplicationEvent.RESUBMIT, actor=guardian)


def _amended(draft: Draft, guardian: Account) -> Application:
    """The family's own application of the draft, locked, that it may still change. Raises Refused."""
    filed = Application.objects.select_for_update().filter(child=draft.child, round=draft.round, guardian=guardian)
    found = filed.exclude(state__in=ENDED_STATES).first()
    if found is None or not may_amend(found, draft.round):
        text = _(
            "It can no longer be changed here: a person is deciding on it, or the time is over. Your application "
            "stands as it was submitted. Please call us if something is wrong in it."
        )
        raise Refused(text, code="too_late")
    return found


def _amend(
    application: Application, guardian: Account, draft: Draft, said: tuple[Mapping[str, str], Sequence[str]]
) -> Application:
    """A new version of an application that nobody returned. Raises Refused (nothing was changed, overtaken)."""
    answers, choices = said
    unsent = draft.documents.filter(application__isnull=True).exists()
    if not unsent and _said_before(version_of(application)) == _said(answers, choices, draft):
        text = _("You changed nothing. Your application stands as it was submitted.")
        raise Refused(text, code="unchanged")
    application.version, application.uploads = application.version + 1, count_given(draft)
    application.save(update_fields=["version", "uploads"])
    return application_step(application=application, event=ApplicationEvent.AMEND, actor=guardian)


def _said(answers: Mapping[str, str], choices: Sequence[str], draft: Draft) -> str:
    return digest_of([{name: value for name, value in answers.items() if value}, list(choices), draft.child.id_number])


def _said_before(version: ApplicationVersion) -> str:
    answers = {**version.claims["answers"], **version.claims.get("needs", {})}
    stated = {name: value for name, value in answers.items() if value}
    return digest_of([stated, list(version.choices), version.claims["child"]["id_number"]])


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
    """Freeze what was submitted, tell who applied, and open its checks - all in the caller's transaction.

    ``guardian`` is who submits it; a second guardian may, in answer to a return for correction. ``first`` are the rows
    of an application that is new: they are stored with its version, and its checks have begun.
    """
    version = _version(application, draft, guardian, token, answers, choices)
    insert([*first, version])
    if application.uploads:
        documents_attach(draft=draft, application=application)
    if not first:
        application_step(application=application, event=ApplicationEvent.START_CHECKS, actor=None)
    child, district = draft.child, application.district_code
    items = items_of(district)
    checks_open(
        subject=version.pk,
        district=application.district_code,
        round_id=draft.round_id,
        claims=claims_asked(
            answers,
            Applying(
                child.id_number,
                child.name,
                child.birth_date.isoformat(),
                application.stage,
                draft.round.check_on or clock.today(),
                district,
            ),
            used=compiled(draft.round.policy).uses,
            items=items,
            lists=lists_kept([district])[district] if "registry" in items else (),
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
        claims["documents"] = documents_claimed(draft)
    digest = digest_of([claims, list(choices)])
    return ApplicationVersion(
        application=application,
        number=application.version,
        policy=draft.round.policy,
        form_id=form_id_for(draft),
        claims=claims,
        claims_hash=digest,
        choices=list(choices),
        client_token=token,
        submitted_by=guardian,
        submitted_at=clock.now(),
        assess_at=clock.now() + LEASE,
        answers_from=answers_from(guardian, child),
    )


def _already_filed(guardian: Account, submission: Submission) -> Refused:
    draft = Draft.objects.select_related("child", "round__season").get(public_id=submission.draft_id)
    season = draft.round.season
    same = {"season_year": season.year, "rehearsal": season.rehearsal, "stage": draft.round.stage}
    other = Application.objects.filter(child_index=draft.child.id_index, state__in=LIVE_STATES, **same).first()
    if other is None:  # no other application of the child: two accounts named the same guardian at the same moment
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
        raise no_such_application()
    appeal_end(application, guardian)
    application_step(application=application, event=ApplicationEvent.WITHDRAW, actor=guardian)
    tell(
        application=application,
        key=f"withdrawn:{application.pk}",
        template="withdrawn",
        params={"child": application.child.name, "receipt": application.receipt},
    )
    return application
