"""Families who go to a service point: the clerk and the helper of a rehearsal file with them, in real visits.

Each visit begins with the family's document, opens by the code on the family's telephone, and is ended; what is filed
in it is filed at the counter or at home because the visit was, not because anybody says so.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from random import Random
from typing import Any, Final
from uuid import UUID

from accounts.models import Account
from enrollment.assisted.models import AssistVisit
from enrollment.assisted.visits.selectors import acting_in
from enrollment.assisted.visits.services import Named, consent_by_code, consent_code_send, visit_end, visit_start
from enrollment.filing.drafts.services import child_add, draft_open, draft_save
from enrollment.filing.submission.services import Submission, application_submit
from enrollment.seasons.models import Round
from foundation.acting import using
from foundation.errors import Refusal
from notifications.models import Message
from rehearsal.city import Applicant
from rehearsal.staff import HELPERS, account

SHARE: Final = 0.06  # of the families go to a service point or are visited
MOST: Final = 100  # visits of one person a day; a code is sent for each (accounts.limit_rules)
CHANNELS: Final[Mapping[str, str]] = {"clerk": "counter", "helper": "helper"}
LOCKS: Final = {name: threading.Lock() for name in HELPERS}  # nobody has two visits at once
BodyOf = Callable[[Applicant], dict[str, Any]]


def who_goes(families: Iterable[str], seed: int) -> dict[str, str]:
    """Which families file with the clerk or the helper: the same for the same seed, no more than both can see."""
    going = [name for name in sorted(families) if Random(f"{seed}:visit:{name}").random() < SHARE]
    return {name: HELPERS[at % len(HELPERS)] for at, name in enumerate(going[: MOST * len(HELPERS)])}


def file_in_visit(
    helper: str, family: list[Applicant], rounds: Mapping[str, Round], body_of: BodyOf
) -> list[tuple[str, dict[str, Any]]] | None:
    """File for each child in one visit; (child id, answer) pairs as the API gives them. None when no visit opens."""
    with LOCKS[helper]:
        operator = account(helper)
        try:
            visit = _opened(operator, helper, family[0], next(iter(rounds.values())))
        except Refusal:
            return None
        acting, _over = acting_in(operator, visit.public_id)
        if acting is None:
            return None
        with using(acting.assist):
            answers = [(child.id, _filed(acting.guardian, rounds[child.stage], body_of(child))) for child in family]
        visit_end(operator=operator, visit_id=visit.public_id)
        return answers


def _opened(operator: Account, helper: str, child: Applicant, round_: Round) -> AssistVisit:
    """A visit of the family, opened by the code on its telephone. Raises Refused."""
    guardian = child.claim["guardian"]
    named = Named(
        name=guardian["name"],
        id_number=guardian["id_number"],
        phone=child.mobile,
        place="合成服务点",
        district=round_.season.district_id,
        channel=CHANNELS[helper],
    )
    visit = visit_start(operator=operator, named=named)
    consent_code_send(operator=operator, visit_id=visit.public_id)
    sent = Message.objects.filter(account=visit.guardian_id, template="assist_code").order_by("-pk")[0]
    code = re.search(r"(?<!\d)\d{6}(?!\d)", sent.body)
    return consent_by_code(
        operator=operator, visit_id=visit.public_id, code=code.group() if code else "", covers=["file"]
    )


def _filed(guardian: Account, round_: Round, body: Mapping[str, Any]) -> dict[str, Any]:
    try:
        child = child_add(guardian=guardian, **body["child"])
        draft = draft_open(guardian=guardian, child=child, round_=round_)
        answers = {**body["answers"], "choices": ",".join(body["choices"])}
        draft_save(guardian=guardian, draft_id=draft.public_id, answers=answers)
        filed = application_submit(
            guardian=guardian, submission=Submission(draft.public_id, UUID(body["client_token"]))
        )
    except Refusal as refused:
        return {"code": refused.code}
    return {"receipt": filed.receipt}
