"""Before submission: children, drafts saved at every step, and what the state already knows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import identifiers
from accounts.models import Account
from audit.models import Entry
from audit.selectors import times_lately
from audit.services import entry, record
from enrollment import form
from enrollment.models import ApplicationVersion, Child, Draft, Round
from enrollment.prefill import children_of, records_of, suggested_answers
from enrollment.selectors.drafts import DRAFT, DRAFT_LOCKED, in_reach
from enrollment.selectors.journey import filed_application
from foundation import acting, clock
from foundation.bulk import insert
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused
from foundation.prepared import Prepared
from foundation.wording import joined, refusal, say
from verification import services as verification

OWN_TO_ONE = (*form.NEEDS, "choices", "keep_siblings")
EVERYTHING = frozenset({*form.BY_NAME, "choices"})
LONGEST_ANSWER = 500  # characters of one answer
MOST_LOOKS = 20  # a day and account: enough for any family, useless for trying names
SEX = {"male": "1", "female": "2"}


CHILD = Prepared(lambda guardian, index: Child.objects.filter(guardian=guardian, id_index=index), 2)


def child_add(*, guardian: Account, name: str, id_number: str, birth_date: str = "", sex: str = "") -> Child:
    """Add a child by name and document; for documents without a birth date these are asked. Raises Refused (field)."""
    child = checked_child(guardian, name=name, id_number=id_number, birth_date=birth_date, sex=sex)
    existing = CHILD.first(guardian.pk, child.id_index)
    if existing is not None:
        return _corrected(existing, child)
    try:
        with transaction.atomic():
            insert([child])
            insert([child_added(child)])
    except IntegrityError:  # the same form sent twice at once
        return Child.objects.get(guardian=guardian, id_index=child.id_index)
    return child


def checked_child(guardian: Account, *, name: str, id_number: str, birth_date: str, sex: str) -> Child:
    """A child as it was typed, checked and not stored yet. Raises Refused (field)."""
    document = identifiers.check("id", id_number, role="child", today=clock.today())
    if not document.ok:
        where = identifiers.diagnose(id_number, role="child", today=clock.today())
        text = joined(refusal(document), *(say(identifiers.MESSAGES[item.code], item.params) for item in where))
        raise Refused(text, code=document.code, field="id_number")
    named = identifiers.check("name", name, today=clock.today(), document=document.kind)
    if not named.ok:
        raise Refused(refusal(named), code=named.code, field="name")
    born, gender = _birth_and_sex(document, birth_date, sex)
    return Child(
        guardian=guardian,
        id_index=blind_index("child", document.value),
        typed={"name": name.strip(), "id_number": id_number.strip()},
        document_kind=document.kind,
        id_number=document.value,
        name=named.value,
        name_index=blind_index("child-name", named.value),
        birth_date=born,
        sex=gender,
        created_at=clock.now(),
    )


def child_added(child: Child) -> Entry:
    """The entry of a new child in the log, not stored yet."""
    return entry(actor=child.guardian, action="child.add", object_type="child", object_id=child.pk)


@transaction.atomic
def _corrected(child: Child, typed: Child) -> Child:
    """The same child entered again, with a slip of the first time put right as long as nothing is submitted."""
    fields = {name: getattr(typed, name) for name in ("name", "name_index", "typed", "birth_date", "sex")}
    changed = [field for field, value in fields.items() if getattr(child, field) != value]
    if not changed or child.applications.exclude(state="withdrawn").exists():
        return child
    for field in changed:
        setattr(child, field, fields[field])
    child.save(update_fields=changed)
    record(actor=child.guardian, action="child.correct", object_type="child", object_id=child.pk)
    return child


def _birth_and_sex(document: identifiers.Checked, birth_date: str, sex: str) -> tuple[date, str]:
    if "birth_date" in document.facts:
        return date.fromisoformat(document.facts["birth_date"]), SEX[document.facts["sex"]]
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        text = _("Please give the date of birth: this document does not contain it.")
        raise Refused(text, code="birth_date", field="birth_date") from None
    if born > clock.today():
        raise Refused(_("The date of birth lies in the future."), code="future_birth_date", field="birth_date")
    if sex not in SEX.values():
        raise Refused(_("Please say whether the child is a boy or a girl."), code="sex", field="sex")
    return born, sex


@dataclass(frozen=True, slots=True)
class RegisterChild:
    """A child the household register knows; ``index`` names it in a form without its number."""

    index: str
    id_number: str
    name: str


@dataclass(frozen=True, slots=True)
class RegisterAnswer:
    """``outcome`` is ``found``, ``empty`` (nothing known under this name and number) or ``silent``."""

    outcome: str
    children: tuple[RegisterChild, ...]


def register_children(*, guardian: Account, guardian_name: str, guardian_id: str) -> RegisterAnswer:
    """The children of the guardian's own household, from the register; every look is logged.

    A number without the name it belongs to is answered like a number nobody has. Raises Refused (field).
    """
    today = clock.today()
    document = identifiers.check("id", guardian_id, role="guardian", today=today)
    if not document.ok:
        raise Refused(refusal(document), code=document.code, field="guardian_id")
    named = identifiers.check("name", guardian_name, today=today, document=document.kind)
    if not named.ok:
        raise Refused(refusal(named), code=named.code, field="guardian_name")
    if times_lately(actor_id=guardian.pk, action="register.children") >= MOST_LOOKS:
        text = _("The register was asked often today. Please type the child's name and number instead.")
        raise Refused(text, code="too_often")
    answer = verification.prefill(lookups={"household": [document.value]})["household"]
    records = records_of("household", answer.records, number=document.value, name=named.value)
    known = children_of(records, today)
    record(actor=guardian, action="register.children", object_type="account", object_id=guardian.pk)
    outcome = answer.outcome if answer.outcome == "silent" else "found" if known else "empty"
    rows = (RegisterChild(blind_index("child", child.id_number), child.id_number, child.name) for child in known)
    return RegisterAnswer(outcome, tuple(rows))


def owned_child(guardian: Account, public_id: UUID) -> Child:
    """The guardian's own child; somebody else's is answered like one that does not exist. Raises NotAllowed."""
    child = Child.objects.filter(guardian=guardian, public_id=public_id).first()
    if child is None:
        raise NotAllowed(_("There is no such child in your account."))
    return child


def draft_open(*, guardian: Account, child: Child, round_: Round) -> Draft:
    """The draft of this child and round, made at the first call. Raises NotAllowed, Refused (round not open)."""
    if child.guardian_id != guardian.pk:
        raise NotAllowed
    refuse_unless_open(round_)
    begun = Draft.objects.filter(child=child, round=round_)
    draft = begun.first()
    if draft is None:
        now = clock.now()
        try:
            with transaction.atomic():
                return Draft.objects.create(child=child, round=round_, started_at=now, saved_at=now)
        except IntegrityError:  # opened in two windows at once
            return begun.get()
    return draft


def refuse_elsewhere(round_: Round) -> None:
    """Raises Refused when a clerk's visit belongs to another county than the round."""
    hands = acting.current()
    if hands is not None and hands.district != round_.season.district_id:
        text = _("This round belongs to another county. A clerk there can help, or the family files it itself.")
        raise Refused(text, code="elsewhere")


def refuse_unless_open(round_: Round) -> None:
    """Raises Refused with the date that matters when the round does not take applications now."""
    refuse_elsewhere(round_)
    now = clock.now()
    if round_.state == "planned" or now < round_.opens_at:
        opens = clock.written(round_.opens_at)
        raise Refused(_("Applications open on %(opens)s.") % {"opens": opens}, code="not_yet_open")
    if round_.state == "paused" and not clock.deadline_passed(round_.closes_at, now):
        text = _("Applications are paused: %(reason)s What you typed is kept. Please come back later.")
        raise Refused(text % {"reason": round_.pause_reason}, code="paused")
    if round_.state != "open" or clock.deadline_passed(round_.closes_at, now):
        closed = clock.written(round_.closes_at)
        text = _("Applications closed on %(closed)s. What you typed is kept; please call the bureau.")
        raise Refused(text % {"closed": closed}, code="closed")


@transaction.atomic
def draft_save(*, guardian: Account, draft_id: UUID, answers: Mapping[str, str]) -> Draft:
    """Merge answers into a draft, right or wrong: nothing typed is thrown away. Raises NotAllowed."""
    draft = DRAFT_LOCKED.first(draft_id, guardian.pk)
    if draft is None or not in_reach(draft.round.season.district_id):
        raise NotAllowed(_("There is no such application in your account."))
    draft.answers = {**draft.answers, **_kept(answers, _open_names(draft))}
    draft.saved_at = clock.now()
    draft.save(update_fields=["answers", "saved_at"])
    return draft


def _kept(answers: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: str(value)[:LONGEST_ANSWER] for name, value in answers.items() if name in names}


def draft_file(*, guardian: Account, round_: Round, child: Mapping[str, str], answers: Mapping[str, str]) -> Draft:
    """The draft of a child as a form names it, with all its answers, in one transaction for a new child.

    Does what ``child_add``, ``draft_open`` and ``draft_save`` do one after the other. Raises NotAllowed, Refused.
    """
    typed = checked_child(guardian, **{"birth_date": "", "sex": "", **child})
    if not CHILD.exists(guardian.pk, typed.id_index) and may_file(round_):
        now = clock.now()
        kept = _kept(answers, EVERYTHING)
        try:
            with transaction.atomic():
                insert([typed])
                draft = Draft(child=typed, round=round_, answers=kept, started_at=now, saved_at=now)
                insert([child_added(typed), draft])
        except IntegrityError:  # the same form sent twice at once: it is found below
            pass
        else:
            return draft
    stored = child_add(guardian=guardian, **child)
    draft = draft_open(guardian=guardian, child=stored, round_=round_)
    return draft_save(guardian=guardian, draft_id=draft.public_id, answers=answers)


def may_file(round_: Round) -> bool:
    """Whether the round takes applications now, from whoever is acting."""
    try:
        refuse_unless_open(round_)
    except Refused:
        return False
    return True


def _open_names(draft: Draft) -> set[str]:
    """The answers that may change: all before submission, the named items after a return, none otherwise."""
    filed = filed_application(draft)
    if filed is None:
        return set(EVERYTHING)
    asked = filed.returns.filter(answered_at__isnull=True).order_by("-id") if filed.state == "returned" else None
    request = asked.first() if asked is not None else None
    if request is None:
        text = _("This application is submitted. It can be changed only when the school asks for it.")
        raise Refused(text, code="filed")
    return open_names(request.items)


def open_names(items: Collection[str]) -> set[str]:
    """The answers a return for correction opens."""
    return {field.name for field in form.opened(items)} | ({"choices"} & set(items))


def _changeable(draft: Draft) -> set[str]:
    """The answers that may change, none of a submitted application: an agency's answer arrives after it, too."""
    try:
        return _open_names(draft)
    except Refused:
        return set()


def _known(result: verification.Prefill, number: str, names: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of an agency's answer: the records of this very person; without one it knows nothing."""
    records = records_of(result.agency, result.records, number=number, name=names[number])
    outcome = "empty" if result.outcome == "found" and not records else result.outcome
    at = result.at.isoformat() if result.at else ""
    return {"outcome": outcome, "records": records, "source": result.source, "at": at}


def earlier_answers(guardian: Account) -> dict[str, str]:
    """What the guardian stated when last applying, for a sibling or another year: nothing is asked twice.

    Choices, special needs and the wish for twins belong to one child and one round; they are not taken over.
    """
    # by whose application it is: who only corrected another guardian's takes nothing of that guardian over
    last = ApplicationVersion.objects.filter(application__guardian=guardian).order_by("-submitted_at").first()
    answers = last.claims.get("answers", {}) if last else {}
    return {name: str(value) for name, value in answers.items() if value and name not in OWN_TO_ONE}


def registers_say(guardian: Account, child: Child, guardian_name: str) -> dict[str, dict[str, Any]]:
    """What the agencies know of a child and its guardian, each only under the name that belongs to the number.

    Asks over the network: call it outside a transaction.
    """
    lookups: dict[str, list[str]] = {"household": [child.id_number]}
    names = {child.id_number: child.name}
    if guardian.id_number:
        lookups |= {name: [guardian.id_number] for name in ("real_estate", "contract", "permit", "insurance")}
        names[guardian.id_number] = guardian_name
    found = verification.prefill(lookups=lookups)
    return {agency: _known(result, lookups[agency][0], names) for agency, result in found.items()}


def may_ask_again(guardian: Account) -> bool:
    """Whether the agencies may be asked once more today: enough for any slip, useless for trying names."""
    return times_lately(actor_id=guardian.pk, action="draft.prefill") < MOST_LOOKS


def draft_prefill(*, guardian: Account, draft_id: UUID) -> Draft:
    """Ask the agencies what they know of this child and guardian and offer it as answers; silence changes nothing.

    The requests are made outside any transaction; answers the parent has given already are never overwritten.
    """
    draft = DRAFT.first(draft_id, guardian.pk)
    if draft is None or not in_reach(draft.round.season.district_id):
        raise NotAllowed(_("There is no such application in your account."))
    stored = registers_say(guardian, draft.child, guardian.name or str(draft.answers.get("guardian_name", "")))
    record(actor=guardian, action="draft.prefill", object_type="draft", object_id=draft.pk)
    with transaction.atomic():
        locked = Draft.objects.select_for_update(of=("self",)).select_related("child", "round").get(pk=draft.pk)
        taken_over = {} if locked.prefilled else earlier_answers(guardian)
        locked.prefilled = {**locked.prefilled, **stored}
        suggested = suggested_answers(
            locked.prefilled,
            guardian_id=guardian.id_number or "",
            district=draft.round.season.district_id,
        )
        suggested = {name: value for name, value in suggested.items() if name in _changeable(locked)}
        locked.answers = {**taken_over, **suggested, **{name: value for name, value in locked.answers.items() if value}}
        locked.save(update_fields=["prefilled", "answers"])
    return locked
