"""What registers say of a child and a guardian before anything is filed, and to whom it is shown.

Shown is only what the register itself says of a person whose identity is assured: the household in which that person
is written, the homes, permits and insurance in that person's own name. Everybody else types, and hears after the
submission whether it agrees. Of the homes of the child's other parent are shown those of whoever the child's own page
writes as this person's husband or wife: the family lives in either's. A protected household is shown to nobody but the
guardian who is protected. Who asks too often is refused, and the bureau reads of it on the first page of the staff
site.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from accounts import limits
from accounts.assured import Person, assured_person
from accounts.limit_rules import REGISTERS, STRANGERS
from accounts.models import Account
from audit.selectors import times_lately
from audit.services import record
from enrollment.filing.drafts.homes import PEOPLE as HOMES
from enrollment.filing.drafts.homes import spouse_in
from enrollment.filing.drafts.prefill import children_of, lives_with, people_in, records_of
from enrollment.guardians.selectors import kept_from
from enrollment.seasons.models import Child
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed
from verification import services as verification
from verification.agencies import number

OWN: Final = ("real_estate", "contract", "permit", "insurance")  # each is asked about the guardian's own number
# Why a register has no say in a draft: nobody vouches for who asks; or no record of this household is that person's.
CLOSED, UNSAID, SILENT = "closed", "unsaid", "silent"
ALARM: Final = "registers.alarm"
Row = dict[str, Any]


def _without(outcome: str) -> dict[str, Row]:
    return {name: {"outcome": outcome, "records": [], "source": "", "at": ""} for name in ("household", *OWN)}


def is_closed(said: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether no register was asked because nobody vouched for who asks."""
    return all(row.get("outcome") == CLOSED for row in said.values())


def registers_say(guardian: Account, child: Child, district: str = "", round_id: int = 0) -> dict[str, Row]:
    """What the registers tell this guardian of this child, by agency: outcome, records, source, time.

    ``district`` is the one that is applied in: its lines are used. The requests are counted for ``round_id``.

    Asks over the network: call it outside a transaction. Raises TooOften.
    """
    person = assured_person(guardian)
    if person is None:
        return _without(CLOSED)
    limit_looks(guardian, child.id_number)
    lookups = {"household": [child.id_number], **{name: [person.id_number] for name in OWN}}
    found = verification.prefill(lookups=lookups, district=district, round_id=round_id)
    household = _household(found["household"], guardian, person, child)
    told = {name: _told(found[name], guardian, person) for name in OWN}
    spouse = spouse_in(household["records"][0], number(person.id_number)) if household["records"] else None
    if spouse is not None and not kept_from(guardian, {spouse[0]}):
        wanted = {name: [spouse[0]] for name in HOMES if told[name]["outcome"] != SILENT}
        more = verification.prefill(lookups=wanted, district=district, round_id=round_id)
        for name, answer in more.items():
            _add_homes(told[name], _told(answer, guardian, Person(spouse[1], spouse[0])))
    return {"household": household, **told}


def _add_homes(own: Row, others: Row) -> None:
    """The other parent's homes behind one's own; one that both hold is there already."""
    if others["outcome"] != "found":
        return
    more = [one for one in others["records"] if one not in own["records"]]
    own |= {"outcome": "found", "records": [*own["records"], *more], "source": own["source"] or others["source"]}
    own["at"] = own["at"] or others["at"]


def _told(answer: verification.Prefill, guardian: Account, person: Person) -> Row:
    """The records in this very person's name; one that names a protected person is no answer."""
    own = records_of(answer.agency, answer.records, number=person.id_number, name=person.name)
    if any(kept_from(guardian, people_in(record)) for record in own):
        return _row(SILENT, (), answer)
    return _row("empty" if answer.outcome == "found" and not own else answer.outcome, own, answer)


def _household(answer: verification.Prefill, guardian: Account, person: Person, child: Child) -> Row:
    """The child's record, where it says itself that the person lives there.

    Whether there is another household of the child is not told: a number that nobody has is answered alike.
    """
    if answer.outcome == SILENT:
        return _row(SILENT, (), answer)
    named = records_of("household", answer.records, number=child.id_number, name=child.name)
    own = [one for one in named if lives_with(one, person.id_number)]
    if any(kept_from(guardian, people_in(one)) for one in own):
        return _row(SILENT, (), answer)
    if not own:
        _count_stranger(guardian)
    return _row("found" if own else UNSAID, own, answer)


def _row(outcome: str, records: Sequence[Mapping[str, Any]], answer: verification.Prefill) -> Row:
    at = answer.at.isoformat() if answer.at else ""
    return {"outcome": outcome, "records": list(records), "source": answer.source, "at": at}


@dataclass(frozen=True, slots=True)
class RegisterChild:
    """A child the household register knows; ``index`` names it in a form without its number."""

    index: str
    id_number: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """``outcome`` is ``found``, ``empty`` (no child in the household) or ``silent``."""

    outcome: str
    children: tuple[RegisterChild, ...]


def register_children(*, guardian: Account) -> RegisterAnswer:
    """The children of the guardian's own household, from the register; every look is logged.

    Raises NotAllowed (nobody vouches for who asks), TooOften.
    """
    person = assured_person(guardian)
    if person is None:
        raise NotAllowed
    limit_looks(guardian, person.id_number)
    answer = verification.prefill(lookups={"household": [person.id_number]})["household"]
    records = records_of("household", answer.records, number=person.id_number, name=person.name)
    record(actor=guardian, action="register.children", object_type="account", object_id=guardian.pk)
    if answer.outcome == SILENT or any(kept_from(guardian, people_in(one)) for one in records):
        return RegisterAnswer(SILENT, ())
    known = children_of(records, clock.today())
    rows = tuple(RegisterChild(blind_index("child", one.id_number), one.id_number, one.name) for one in known)
    return RegisterAnswer("found" if rows else "empty", rows)


def limit_looks(guardian: Account, looked_up: str) -> None:
    """Count a look at this person's records by this account. Raises TooOften; then the bureau reads of it."""
    try:
        limits.refuse_when_full("strangers", STRANGERS, account=str(guardian.pk))
        limits.count("registers", REGISTERS, account=str(guardian.pk), person=looked_up)
    except limits.TooOften:
        _alarm(guardian)
        raise


def _count_stranger(guardian: Account) -> None:
    try:
        limits.count("strangers", STRANGERS, account=str(guardian.pk))
    except limits.TooOften:
        _alarm(guardian)


def _alarm(guardian: Account) -> None:
    """One line a day and account in the log of access; the line of events is written by the limit itself."""
    if not times_lately(actor_id=guardian.pk, action=ALARM):
        record(actor=guardian, action=ALARM, object_type="account", object_id=guardian.pk)
