"""Which materials a family is asked for: only what its group needs and no register has confirmed, five kinds at most.

The round's policy is run on the draft: declared answers, with what the registers told at the prefill compared like the
checks after submission compare it. A register that was silent, or not asked yet, is no reason to ask the family: it is
asked again after submission, and a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db.models import Q

import identifiers
from enrollment.documents.models import Document
from enrollment.judging.facts.claims import agency_claims, city_of
from enrollment.judging.facts.collect import Family, Places, build
from enrollment.judging.facts.places import addresses, places
from enrollment.seasons.models import ApplicationState, Draft
from enrollment.seasons.naming.described import NAME_OF_GUARDIAN, fits_settled, is_open
from enrollment.seasons.rules.policies import compiled
from foundation import clock
from foundation.prepared import Prepared
from policy import DICTIONARY, Evaluation, Facts, Policy, Text, evaluate
from policy.facts import FactSpec
from policy.model import MaterialRule
from schools.selectors import zone_of
from verification.agencies import Judgement, MalformedRecord, adapter

AGENCIES = ("household", "real_estate", "contract", "permit", "insurance")


# Asked by the portal itself, whatever the policy: what a name with a character that cannot be typed is settled by.
NAME_PAGE: Final = MaterialRule(
    "name_page", Text("印有这个字的户口簿页", "Page of the household register that shows the character")
)
OF_HOUSEHOLD: Final = "household.zone_relation"
SHOWS_CHARACTER: Final = Text("那个字怎么写", "how the character is written")
MOST_MATERIALS = 5  # 非必要不提供: a group's list holds five materials at most


@dataclass(frozen=True, slots=True)
class MaterialAsked:
    """One material: why it is asked, what is already there, and what the family gave before."""

    id: str
    name: Text
    why: tuple[Text, ...]  # the statements that no register has confirmed
    given: tuple[Document, ...]
    offered: tuple[Document, ...]  # pages given for a sibling or an earlier application: nobody looks for them twice

    @property
    def there(self) -> bool:
        return bool(self.given)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the prefill found, in the shape of a check's finding."""

    outcome: str
    differences: tuple[Mapping[str, str], ...]
    record: Mapping[str, Any] | None
    at: datetime


def materials_for(draft: Draft) -> tuple[MaterialAsked, ...]:
    """The materials this draft is asked for, in the policy's order; empty for a family the registers know.

    What was given stays in the list, also when the answers have changed since. Raises nothing: an incomplete draft is
    judged on what it says so far.
    """
    policy = compiled(draft.round.policy)
    given = _by_kind(pages_given(draft))
    facts, silent = draft_facts(draft)
    judged = evaluate(policy, facts)
    rules = judged.group.materials if judged.group else ()
    asked = [rule for rule in rules if rule.id in given or _asked(rule, judged, facts, silent)][:MOST_MATERIALS]
    known = {rule.id for rule in asked}
    others = [rule for kind in given if kind not in known and (rule := find_rule(policy, kind))]
    if _is_described(draft) and NAME_PAGE not in others:
        others.append(NAME_PAGE)
    return _with_pages(draft, policy, facts, [*asked, *others], given)


def named_materials(draft: Draft, kinds: Iterable[str]) -> tuple[MaterialAsked, ...]:
    """The materials a reviewer asked for by name, whatever the registers say."""
    policy = compiled(draft.round.policy)
    rules = [rule for kind in kinds if (rule := find_rule(policy, kind))]
    return _with_pages(draft, policy, Facts({}), rules, _by_kind(pages_given(draft)))


def find_rule(policy: Policy, kind: str) -> MaterialRule | None:
    """The policy's material of this id, in whichever group it is named, or the portal's own."""
    if kind == NAME_PAGE.id:
        return NAME_PAGE
    return next((rule for group in policy.groups for rule in group.materials if rule.id == kind), None)


def _is_described(draft: Draft) -> bool:
    """Whether a character of a name on this draft could not be typed and was not settled yet."""
    answers = {name: str(value) for name, value in draft.answers.items()}
    name = answers.get(NAME_OF_GUARDIAN, "")
    if is_open(draft.child.name):
        return True
    found = identifiers.stands_for(name) if name else None
    return found is not None and not fits_settled(found.name, draft.child.guardian.name)


def pages_given(draft: Draft) -> list[Document]:
    """The pages that count for this draft: not yet submitted, or with its live application."""
    return [] if draft._state.adding else GIVEN.all(draft.pk)  # a pre-check: nothing is given yet


def count_given(draft: Draft) -> int:
    """How many pages count for this draft."""
    return len(pages_given(draft))


GIVEN = Prepared(
    lambda draft: (
        Document.objects.filter(
            Q(application__isnull=True) | ~Q(application__state=ApplicationState.WITHDRAWN), draft=draft
        )
        .select_related("application")
        .order_by("pk")
    ),
    1,
)


def _by_kind(pages: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for page in pages:
        found.setdefault(page.kind, []).append(page)
    return found


def _with_pages(
    draft: Draft, policy: Policy, facts: Facts, rules: Iterable[MaterialRule], given: Mapping[str, list[Document]]
) -> tuple[MaterialAsked, ...]:
    wanted = list(rules)
    earlier = _earlier(draft, [rule.id for rule in wanted if rule.id not in given])
    return tuple(
        MaterialAsked(
            id=rule.id,
            name=rule.name,
            why=_why(rule, policy, facts),
            given=tuple(given.get(rule.id, ())),
            offered=tuple(earlier.get(rule.id, ())),
        )
        for rule in wanted
    )


def _why(rule: MaterialRule, policy: Policy, facts: Facts) -> tuple[Text, ...]:
    if rule is NAME_PAGE:
        return (SHOWS_CHARACTER,)
    return tuple(_spec(policy, name).label for name in rule.proves if _is_open(name, facts))


def _earlier(draft: Draft, kinds: list[str]) -> dict[str, list[Document]]:
    """Per kind the pages of the newest other application or draft of the same guardian."""
    if not kinds:
        return {}
    pages = Document.objects.filter(owner_id=draft.child.guardian_id, kind__in=kinds, appeal__isnull=True)
    counts = Q(application__isnull=True) | ~Q(application__state=ApplicationState.WITHDRAWN)
    here = Q(pk__in=[]) if draft._state.adding else Q(draft=draft) & counts
    found: dict[str, list[Document]] = {}
    sources: dict[str, tuple[Any, Any]] = {}
    for page in pages.exclude(here).select_related("draft__child").order_by("-pk"):
        source = (page.draft_id, page.application_id)
        if sources.setdefault(page.kind, source) == source:
            found.setdefault(page.kind, []).insert(0, page)
    return found


def _spec(policy: Policy, name: str) -> FactSpec:
    return policy.local_facts.get(name) or DICTIONARY[name]


def _is_open(name: str, facts: Facts) -> bool:
    """Whether a statement is still to be proved by a document of its own.

    Where no household is on record, nothing joins the owner of a home to the child: that the household book shows, and
    the deed, which its register has confirmed, does not.
    """
    fact = facts.get(name)
    if fact is None or fact.status == "verified":
        return fact is None
    household = facts.get(OF_HOUSEHOLD)
    unknown = household is not None and household.status in {"not_found", "unavailable"}
    return not (unknown and fact.source == "household" and not name.startswith("household."))


def _asked(rule: MaterialRule, judged: Evaluation, facts: Facts, silent: frozenset[str]) -> bool:
    """Needed by the policy, and some statement it proves is open though its register has answered."""
    needed = next(item.needed for item in judged.materials if item.id == rule.id)
    unproved = [name for name in rule.proves if _is_open(name, facts)]
    return needed and (not rule.proves or any(not _waits(name, facts, silent) for name in unproved))


def _waits(name: str, facts: Facts, silent: frozenset[str]) -> bool:
    fact = facts.get(name)
    if fact is not None:
        return fact.status == "unavailable"
    return name.partition(".")[0] in silent


def draft_facts(draft: Draft) -> tuple[Facts, frozenset[str]]:
    """The facts of a draft as far as they are known, and the subjects whose register has not answered."""
    answers = {name: str(value) for name, value in draft.answers.items()}
    today = draft.round.check_on or clock.today()
    found = {name: _finding(name, draft, answers, today) for name in AGENCIES}
    facts = build(
        Family(
            answers=answers,
            child_id=draft.child.id_number,
            birth_date=draft.child.birth_date,
            sex=draft.child.sex,
            stage=draft.round.stage,
            round_kind=draft.round.kind,
            findings=found,
            places=_places(draft, answers, found["permit"].record or {}),
            today=today,
            uses=compiled(draft.round.policy).uses,
        )
    )
    return facts, _silent(answers, found)


def _finding(agency: str, draft: Draft, answers: Mapping[str, str], today: date) -> _Known:
    known = draft.prefilled.get(agency) or {}
    at = datetime.fromisoformat(known["at"]) if known.get("at") else clock.now()
    if known.get("outcome") not in {"found", "empty"}:
        return _Known("unavailable", (), None, at)
    child = draft.child
    claims = agency_claims(
        answers,
        child_id=child.id_number,
        child_name=child.name,
        on=today,
        city=city_of(draft.round.season.district_id),
        used=compiled(draft.round.policy).uses,
    )
    try:
        judged = adapter(agency).judge(claims[agency], known.get("records") or [], today)
    except (MalformedRecord, KeyError):
        judged = Judgement("unavailable")
    rows = tuple({"field": d.field, "declared": d.declared, "source": d.source} for d in judged.differences)
    return _Known(judged.outcome, rows, judged.record, at)


def _silent(answers: Mapping[str, str], found: Mapping[str, _Known]) -> frozenset[str]:
    """The subjects whose register gave no answer; a rented home or a household elsewhere has none to wait for."""
    registers = {
        "household": "household" if answers.get("household_here") == "yes" else "",
        "home": {"deed": "real_estate", "contract": "contract"}.get(answers.get("home_kind", ""), ""),
        "permit": "permit",
        "insurance": "insurance",
        "child": "household",
    }
    return frozenset(
        subject for subject, agency in registers.items() if agency and found[agency].outcome == "unavailable"
    )


def _places(draft: Draft, answers: Mapping[str, str], permit: Mapping[str, Any]) -> Places:
    season = draft.round.season
    given = addresses(answers, str(permit.get("address") or ""))
    zones = {
        name: zone_of(one, district=season.district_id, year=season.year, stage=draft.round.stage)
        for name, one in given.items()
    }
    return places(given, answers, zones, season.district)
