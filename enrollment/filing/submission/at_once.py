"""A child entered and submitted in one request, as programs do it: one transaction where it is entered first."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Account
from accounts.services import guardian_identify
from enrollment.filing.drafts.services import draft_begin, draft_file
from enrollment.filing.submission.services import (
    IDENTITY,
    Submission,
    checked_answers,
    refuse_another_person,
    share_round,
    submit_first,
    submit_new,
)
from enrollment.seasons.models import Application, Draft, Round
from enrollment.seasons.services.rounds import refuse_elsewhere
from foundation.errors import Refusal


@dataclass(frozen=True, slots=True)
class Filed:
    """What a program sends: the child and the answers as typed, the form's own transaction id, the channel."""

    child: Mapping[str, str]
    answers: Mapping[str, str]
    client_token: UUID
    channel: str


def application_file(*, guardian: Account, round_: Round, filed: Filed) -> Application:
    """Enter a child and submit it, with a client token that has made nothing yet.

    Does what ``draft_file`` and ``submit_new`` do one after the other, and raises like both; what was typed is kept as
    a draft then.
    """
    try:
        with transaction.atomic():
            draft = draft_begin(guardian=guardian, round_=round_, child=filed.child, answers=filed.answers)
            if draft is not None:
                return _submit(guardian, draft, filed)
    except (Refusal, IntegrityError):
        # Undone as a whole, also what was stored of the person. The two steps say what is wrong and keep the draft.
        guardian.refresh_from_db(fields=IDENTITY)
    draft = draft_file(guardian=guardian, round_=round_, child=filed.child, answers=filed.answers)
    return submit_new(guardian, Submission(draft.public_id, filed.client_token, filed.channel))


def _submit(guardian: Account, draft: Draft, filed: Filed) -> Application:
    """Submit a draft that was begun in this transaction: nobody else sees it, and no document hangs on it."""
    share_round(draft.round)
    refuse_elsewhere(draft.round)
    answers, choices = checked_answers(draft)
    refuse_another_person(guardian, answers["guardian_id"], None)
    guardian = guardian_identify(account=guardian, name=answers["guardian_name"], id_number=answers["guardian_id"])
    said = (answers, choices)
    return submit_first(draft, guardian, said, filed.client_token, filed.channel, attempt=0, uploads=0)
