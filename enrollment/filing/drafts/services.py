"""Before submission: children, drafts saved at every step, and what the state already knows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

import identifiers
from accounts.assured import assured_person
from accounts.limits import TooOften
from accounts.models import Account
from audit.models import Entry
from audit.services import entry, record
from enrollment.filing import form
from enrollment.filing.asked import questions_of
from enrollment.filing.drafts.homes import ANOTHER, HOME_ANSWERS
from enrollment.filing.drafts.known import PICK, home_options, register_answers
from enrollment.filing.drafts.prefill import suggested_answers
from enrollment.filing.drafts.registers import UNSAID, is_closed, registers_say
from enrollment.forms.questions import Field
from enrollment.judging.looks import looks_ask
from enrollment.judging.models import SecondLook
from enrollment.seasons.models import Application, ApplicationState, ApplicationVersion, Child, Draft, Round
from enrollment.seasons.naming.described import CHARACTER, fits_settled
from enrollment.seasons.rules.forms import form_id_for
from enrollment.seasons.rules.own_form import OWN
from enrollment.seasons.selectors import filed_application, may_amend, own_draft, own_draft_locked
from enrollment.seasons.services.rounds import may_file, refuse_unless_open
from enrollment.seasons.states import LIVE_STATES
from foundation import clock
from foundation.bulk import insert
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refusal, Refused
from foundation.prepared import Prepared
from foundation.wording import joined, refusal, say

OWN_TO_ONE = (*form.NEEDS, "choices", "keep_siblings")


LONGEST_ANSWER = 500  # characters of one answer


SEX = {"male": "1", "female": "2"}


CHILD = Prepared(lambda guardian, index: Child.objects.filter(guardian=guardian, id_index=index), 2)


ALIKE = Prepared(
    lambda guardian, born, sex, kind: (
        Child.objects.filter(guardian=guardian, birth_date=born, sex=sex)
        .exclude(document_kind=kind)
        .only("name_index")
        .order_by("pk")
    ),
    4,
)


def child_add(
    *, guardian: Account, name: str, id_number: str, birth_date: str = "", sex: str = "", name_character: str = ""
) -> Child:
    """Add a child by name and document; for documents without a birth date these are asked. Raises Refused (field).

    ``name_character`` says what a character of the name looks like that cannot be typed.
    """
    typed = {"birth_date": birth_date, "sex": sex, "name_character": name_character}
    child = checked_child(guardian, name=name, id_number=id_number, **typed)
    existing = CHILD.first(guardian.pk, child.id_index)
    if existing is not None:
        return _correct(existing, child)
    beside = refuse_second_document(child)
    try:
        with transaction.atomic():
            insert([child])
            insert([child_added(child)])
            look_again_at(beside)
    except IntegrityError:  # the same form sent twice at once
        return Child.objects.get(guardian=guardian, id_index=child.id_index)
    return child


def checked_child(
    guardian: Account, *, name: str, id_number: str, birth_date: str, sex: str, name_character: str
) -> Child:
    """A child as it was typed, checked and not stored yet. Raises Refused (every field that is wrong)."""
    document = identifiers.check("id", id_number, role="child", today=clock.today())
    of_name = document.kind if document.ok else "passport"  # whether Latin letters are right shows with the number
    named = identifiers.check("name", name, today=clock.today(), document=of_name, described=name_character)
    wrong: list[Refused] = []
    if not named.ok:
        at = "name_character" if named.code in identifiers.OF_DESCRIPTION else "name"
        wrong.append(Refused(refusal(named), code=named.code, field=at))
    if not document.ok:
        where = identifiers.diagnose(id_number, role="child", today=clock.today())
        text = joined(refusal(document), *(say(identifiers.MESSAGES[item.code], item.params) for item in where))
        wrong.append(Refused(text, code=document.code, field="id_number"))
    if wrong:
        first = wrong[-1]  # the number decides what the name may look like
        messages = {one.field: one.message for one in wrong}
        raise Refused(first.message, code=first.code, field=first.field, fields=messages)
    born, gender = _birth_and_sex(document, birth_date, sex)
    said = named.facts.get("description")
    return Child(
        guardian=guardian,
        id_index=blind_index("child", document.value),
        typed={
            "name": name.strip(),
            "id_number": id_number.strip(),
            **({CHARACTER: said} if said else {}),
        },
        document_kind=document.kind,
        id_number=document.value,
        name=named.value,
        name_index=blind_index("child-name", named.value),
        birth_date=born,
        sex=gender,
        created_at=clock.now(),
    )


def refuse_second_document(child: Child) -> list[int]:
    """Raises Refused when the guardian has entered a child of this name, birth date and sex by another document.

    Answers with such children of another name: they may be this child, and a person looks at what was filed for them.
    """
    alike = list(ALIKE.all(child.guardian_id, child.birth_date, child.sex, child.document_kind))
    if any(one.name_index == child.name_index for one in alike):
        text = _(
            "You have entered a child of this name, birth date and sex already, with another document. A child applies "
            "once: please go on with that entry. If its number is wrong, delete it under “My data” as long as nothing "
            "is submitted, and enter the child again."
        )
        raise Refused(text, code="second_document", field="id_number")
    return [one.pk for one in alike]


def look_again_at(children: Collection[int]) -> None:
    """Have what was filed for these children looked at again: the one that was just entered may be one of them."""
    if children:
        filed = Application.objects.filter(child__in=children, state__in=LIVE_STATES)
        looks_ask(filed.values_list("pk", flat=True), SecondLook.Cause.CHILD)


def child_added(child: Child) -> Entry:
    """The entry of a new child in the log, not stored yet."""
    return entry(actor=child.guardian, action="child.add", object_type="child", object_id=child.pk)


@transaction.atomic
def _correct(child: Child, typed: Child) -> Child:
    """The same child entered again, with a slip of the first time put right as long as nothing is submitted.

    A name that a person has settled is not described anew by whoever still cannot type it.
    """
    if fits_settled(typed.name, child.name):
        typed.name, typed.name_index, typed.typed = child.name, child.name_index, child.typed
    fields = {name: getattr(typed, name) for name in ("name", "name_index", "typed", "birth_date", "sex")}
    changed = [field for field, value in fields.items() if getattr(child, field) != value]
    if not changed or child.applications.exclude(state=ApplicationState.WITHDRAWN).exists():
        return child
    for field in changed:
        setattr(child, field, fields[field])
    child.save(update_fields=changed)
    look_again_at([one.pk for one in ALIKE.all(child.guardian_id, child.birth_date, child.sex, child.document_kind)])
    record(actor=child.guardian, action="child.correct", object_type="child", object_id=child.pk)
    return child


def _birth_and_sex(document: identifiers.Checked, birth_date: str, sex: str) -> tuple[date, str]:
    """What the document says of both, and what is asked where it says nothing. Raises Refused (every wrong field)."""
    sex = SEX.get(document.facts.get("sex", ""), sex)
    wrong: dict[str, str] = {}
    if sex not in SEX.values():
        wrong["sex"] = _("Please say whether the child is a boy or a girl.")
    code, born = "", document.facts.get("birth_date", "")
    if not born:
        code, born, text = _birth_asked(birth_date)
        wrong |= {"birth_date": text} if code else {}
    if wrong:
        field = "birth_date" if code else "sex"
        raise Refused(wrong[field], code=code or "sex", field=field, fields=wrong)
    return date.fromisoformat(born), sex


def _birth_asked(typed: str) -> tuple[str, str, str]:
    """What is wrong with a day of birth that was typed ("" for nothing), the day, and the words for it."""
    if not typed.strip():
        return "birth_date", "", _("Please give the date of birth: this document does not contain it.")
    read = identifiers.read_date(typed, today=clock.today())
    if read.code == "date_future":
        return "future_birth_date", "", _("The date of birth lies in the future.")
    return read.code, read.value, say(identifiers.MESSAGES[read.code], {}) if read.code else ""


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


@transaction.atomic
def draft_save(*, guardian: Account, draft_id: UUID, answers: Mapping[str, str]) -> Draft:
    """Merge answers into a draft, right or wrong: nothing typed is thrown away. Raises NotAllowed."""
    draft = own_draft_locked(guardian, draft_id)
    said = register_answers(draft)
    draft.answers = {**draft.answers, **_kept(answers, _open_names(draft))}
    # what a register says of a home follows who the parents are: the share of both is that of the family
    fresh = register_answers(draft)
    follows = [name for name in HOME_ANSWERS if said.get(name, "") == draft.answers.get(name, "")]
    draft.answers |= {name: fresh[name] for name in follows if said.get("home_kind") and fresh.get(name)}
    draft.saved_at = clock.now()
    draft.save(update_fields=["answers", "saved_at"])
    return draft


@transaction.atomic
def draft_pick_home(*, guardian: Account, draft_id: UUID, pick: str) -> Draft:
    """Answer the questions about the home by one that registers name, or (``ANOTHER``) empty them for one they do not.

    ``pick`` is the ``index`` of a ``HomeOption``. What the family typed of another home stays. Raises NotAllowed,
    Refused (no such home, the application is submitted or returned for something else).
    """
    draft = own_draft_locked(guardian, draft_id)
    names = _open_names(draft)
    options = {one.index: one for one in home_options(draft)}
    if "home_kind" not in names or (pick != ANOTHER and pick not in options):
        raise Refused(_("Please pick one of the answers."), code="choice", field=PICK)
    if pick == ANOTHER:
        said = register_answers(draft)
        answers = {name: "" for name in HOME_ANSWERS if said.get(name) and said[name] == draft.answers.get(name)}
    else:
        answers = dict(options[pick].answers)
    draft.answers = {**draft.answers, **_kept(answers, names)}
    draft.home_pick, draft.saved_at = pick, clock.now()
    draft.save(update_fields=["answers", "home_pick", "saved_at"])
    return draft


def _kept(answers: Mapping[str, str], names: Collection[str]) -> dict[str, str]:
    return {name: str(value)[:LONGEST_ANSWER] for name, value in answers.items() if name in names}


def draft_begin(
    *, guardian: Account, round_: Round, child: Mapping[str, str], answers: Mapping[str, str]
) -> Draft | None:
    """The draft of a child that this guardian has not entered yet, in the caller's transaction; None for another child
    or where no more may be entered. Raises Refused, IntegrityError (entered at the same moment).
    """
    typed = checked_child(guardian, **{"birth_date": "", "sex": "", "name_character": "", **child})
    if CHILD.exists(guardian.pk, typed.id_index) or not may_file(round_):
        return None
    beside, now = refuse_second_document(typed), clock.now()
    kept = _kept(answers, _all_names(round_.form_id))
    insert([typed])
    draft = Draft(child=typed, round=round_, answers=kept, started_at=now, saved_at=now)
    insert([child_added(typed), draft])
    look_again_at(beside)
    return draft


def draft_file(*, guardian: Account, round_: Round, child: Mapping[str, str], answers: Mapping[str, str]) -> Draft:
    """The draft of a child as a form names it, with all its answers, in one transaction for a new child.

    Does what ``child_add``, ``draft_open`` and ``draft_save`` do one after the other. Raises NotAllowed, Refused.
    """
    try:
        with transaction.atomic():
            draft = draft_begin(guardian=guardian, round_=round_, child=child, answers=answers)
    except IntegrityError:  # the same form sent twice at once: it is found below
        draft = None
    if draft is not None:
        return draft
    stored = child_add(guardian=guardian, **child)
    draft = draft_open(guardian=guardian, child=stored, round_=round_)
    if _stands_filed(draft):  # who files again by mistake changes nothing
        raise _filed()
    return draft_save(guardian=guardian, draft_id=draft.public_id, answers=answers)


def _open_names(draft: Draft) -> set[str]:
    """The answers that may change: all until the round closes, the named items after a return, none otherwise.

    Of a submitted application nothing is another before the change is submitted, too.
    """
    filed = filed_application(draft)
    if filed is None or may_amend(filed, draft.round):
        return _all_names(form_id_for(draft))
    asked = (
        filed.returns.filter(answered_at__isnull=True).order_by("-id")
        if filed.state == ApplicationState.RETURNED
        else None
    )
    request = asked.first() if asked is not None else None
    if request is None:
        raise _filed()
    return open_names(request.items, questions_of(form_id_for(draft)))


def _stands_filed(draft: Draft) -> bool:
    """Whether the draft is an application that nobody has returned."""
    filed = filed_application(draft)
    return filed is not None and filed.state != ApplicationState.RETURNED


def _filed() -> Refused:
    return Refused(
        _("This application is submitted. It can be changed only when the school asks for it."), code="filed"
    )


def open_names(items: Collection[str], fields: Sequence[Field]) -> set[str]:
    """The answers a return for correction opens."""
    return {field.name for field in form.opened(items, fields)} | ({"choices"} & set(items))


def _all_names(form_id: int | None) -> set[str]:
    return {*(field.name for field in questions_of(form_id)), "choices"}


def _changeable(draft: Draft) -> set[str]:
    """The answers that may change, none of a submitted application: an agency's answer arrives after it, too."""
    if _stands_filed(draft):
        return set()
    try:
        return _open_names(draft)
    except Refusal:
        return set()


def earlier_answers(guardian: Account) -> dict[str, str]:
    """What the guardian stated when last applying, for a sibling or another year: nothing is asked twice.

    Choices, special needs and the wish for twins belong to one child and one round; they are not taken over. Nor are
    answers to a district's own questions: another county's question of that name is another one.
    """
    # by whose application it is: who only corrected another guardian's takes nothing of that guardian over
    last = ApplicationVersion.objects.filter(application__guardian=guardian).order_by("-submitted_at").first()
    answers = last.claims.get("answers", {}) if last else {}
    return {
        name: str(value)
        for name, value in answers.items()
        if value and name not in OWN_TO_ONE and not name.startswith(OWN)
    }


def prefill_wanted(guardian: Account, draft: Draft) -> bool:
    """Whether the agencies were not asked for this draft yet, or only because nobody vouched for who began it."""
    return not draft.prefilled or (is_closed(draft.prefilled) and assured_person(guardian) is not None)


def draft_prefill(*, guardian: Account, draft_id: UUID) -> Draft:
    """Ask the agencies what they know of this child and guardian and offer it as answers; silence changes nothing.

    Who is not assured, or asked too often, is offered only what was stated earlier. The requests are made outside any
    transaction; answers the parent has given already are never overwritten.
    """
    draft = own_draft(guardian, draft_id)
    person = assured_person(guardian)
    try:
        stored = registers_say(guardian, draft.child, draft.round.season.district_id, draft.round_id)
    except TooOften:
        person, stored = None, {}
    own = {"guardian_name": person.name, "guardian_id": person.id_number} if person else {}
    if person:
        record(actor=guardian, action="draft.prefill", object_type="draft", object_id=draft.pk)
    with transaction.atomic():
        locked = Draft.objects.select_for_update(of=("self",)).select_related("child", "round").get(pk=draft.pk)
        taken_over = {} if locked.prefilled else earlier_answers(guardian)
        locked.prefilled = {"household": {"outcome": UNSAID, "records": []}, **locked.prefilled, **stored}
        number = person.id_number if person else ""
        suggested = own | suggested_answers(
            locked.prefilled, guardian_id=number, district=draft.round.season.district_id
        )
        suggested = {name: value for name, value in suggested.items() if name in _changeable(locked)}
        locked.answers = {**taken_over, **suggested, **{name: value for name, value in locked.answers.items() if value}}
        locked.save(update_fields=["prefilled", "answers"])
    return locked
