"""Which papers a family is asked for: only what its group needs and no register has confirmed, five kinds at most.

The round's policy is run on the draft: declared answers, with what the registers told at the prefill compared like the
checks after submission compare it. A register that was silent, or not asked yet, is no reason to ask the family: it is
asked again after submission, and a person decides.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from enrollment.claims import agency_claims
from enrollment.facts import Family, Places, build, same_place
from enrollment.models import Document, Draft
from enrollment.policies import compiled
from foundation import clock
from foundation.prepared import Prepared
from policy import DICTIONARY, Evaluation, Fact, Facts, Policy, Text, evaluate
from policy.facts import FactSpec
from policy.model import MaterialRule
from schools.selectors import relation, zone_of
from verification.agencies import Judgement, MalformedRecord, adapter

AGENCIES = ("household", "real_estate", "contract", "permit", "insurance")
MOST_MATERIALS = 5  # 非必要不提供: a group's list holds five kinds of paper at most (R29)


@dataclass(frozen=True, slots=True)
class MaterialAsked:
    """One kind of paper: why it is asked, what is already there, and what the family gave before."""

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
    """The papers this draft is asked for, in the policy's order; empty for a family the registers know.

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
    return _with_pages(draft, policy, facts, [*asked, *others], given)


def named_materials(draft: Draft, kinds: Iterable[str]) -> tuple[MaterialAsked, ...]:
    """The papers a reviewer asked for by name, whatever the registers say."""
    policy = compiled(draft.round.policy)
    rules = [rule for kind in kinds if (rule := find_rule(policy, kind))]
    return _with_pages(draft, policy, Facts({}), rules, _by_kind(pages_given(draft)))


def find_rule(policy: Policy, kind: str) -> MaterialRule | None:
    """The policy's material of this id, in whichever group it is named."""
    return next((rule for group in policy.groups for rule in group.materials if rule.id == kind), None)


def pages_given(draft: Draft) -> list[Document]:
    """The pages that count for this draft: not yet submitted, or with its live application."""
    return [] if draft._state.adding else GIVEN.all(draft.pk)  # a pre-check: nothing is given yet


def count_given(draft: Draft) -> int:
    """How many pages count for this draft."""
    return len(pages_given(draft))


GIVEN = Prepared(
    lambda draft: (
        Document.objects.filter(Q(application__isnull=True) | ~Q(application__state="withdrawn"), draft=draft)
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
            why=tuple(_spec(policy, name).label for name in rule.proves if not _verified(facts.get(name))),
            given=tuple(given.get(rule.id, ())),
            offered=tuple(earlier.get(rule.id, ())),
        )
        for rule in wanted
    )


def _earlier(draft: Draft, kinds: list[str]) -> dict[str, list[Document]]:
    """Per kind the pages of the newest other application or draft of the same guardian (R35)."""
    if not kinds:
        return {}
    pages = Document.objects.filter(owner_id=draft.child.guardian_id, kind__in=kinds, appeal__isnull=True)
    counts = Q(application__isnull=True) | ~Q(application__state="withdrawn")
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


def _verified(fact: Fact | None) -> bool:
    return fact is not None and fact.status == "verified"


def _asked(rule: MaterialRule, judged: Evaluation, facts: Facts, silent: frozenset[str]) -> bool:
    """Needed by the policy, and some statement it proves is open though its register has answered."""
    needed = next(item.needed for item in judged.materials if item.id == rule.id)
    unproved = [name for name in rule.proves if not _verified(facts.get(name))]
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
            birth_date=draft.child.birth_date,
            sex=draft.child.sex,
            stage=draft.round.stage,
            round_kind=draft.round.kind,
            findings=found,
            places=_places(draft, answers, found["permit"].record or {}),
            today=today,
        )
    )
    return facts, _silent(answers, found)


def _finding(agency: str, draft: Draft, answers: Mapping[str, str], today: date) -> _Known:
    known = draft.prefilled.get(agency) or {}
    at = datetime.fromisoformat(known["at"]) if known.get("at") else clock.now()
    if known.get("outcome") not in {"found", "empty"}:
        return _Known("unavailable", (), None, at)
    child = draft.child
    claims = agency_claims(answers, child_id=child.id_number, child_name=child.name, on=today)
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
    near = {}
    addresses = {
        "household": answers.get("household_address", "") if answers.get("household_here") == "yes" else "",
        "home": answers.get("home_address", "") if answers.get("home_kind", "none") != "none" else "",
        "permit": str(permit.get("address") or ""),
    }
    for name, address in addresses.items():
        if address:
            matched = zone_of(address, district=season.district_id, year=season.year, stage=draft.round.stage)
            near[name] = relation(address, matched, season.district)
    return Places(
        near.get("household", ""),
        near.get("home", ""),
        same=same_place(addresses["home"], addresses["household"]),
        permit=near.get("permit", ""),
    )
