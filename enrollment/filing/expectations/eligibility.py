"""What a policy would say of a family before anything is typed (pure): a few taps in, a plain answer out.

The answer binds nobody. It rests on what is declared here and assumes what was not asked to be in order: the home's
owner is a parent, the household is with a parent, both addresses lie in the zone where the family says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policy import Fact, Facts, Group, Material, Policy, Text, Verdict, evaluate

HOUSEHOLDS: Mapping[str, str] = {"zone": "in_zone", "district": "in_district", "city": "in_city", "no": "elsewhere"}


HOMES = ("deed", "contract", "grandparents", "rented", "public_rental", "none")


TOO_YOUNG = frozenset({"age_too_young", "age_later_round"})


@dataclass(frozen=True, slots=True)
class Quick:
    """The answers of the first page: day of birth, stage, where the household is (a key of HOUSEHOLDS), which home."""

    birth_date: date
    stage: str
    household: str
    home: str


@dataclass(frozen=True, slots=True)
class Likely:
    """The answer. ``standing`` is ``yes``, ``later`` (the supplementary round), ``young``, ``old``, ``person`` (nothing
    speaks against it, a person looks) or ``no`` (no group of this round fits).

    ``until`` is the last day of birth the supplementary round takes, where there is such a rule.
    """

    standing: str
    age: int
    cutoff: date
    group: Group | None
    materials: tuple[Material, ...]
    agencies: tuple[str, ...]
    until: str = ""
    reason: Text | None = None


def facts_of(quick: Quick, round_kind: str) -> Facts:
    """The facts the engine judges, all of them declared."""
    here = HOUSEHOLDS[quick.household]
    facts: dict[str, Fact] = {
        "application.stage": Fact(quick.stage),
        "application.round": Fact(round_kind),
        "child.birth_date": Fact(quick.birth_date.isoformat()),
    }
    if here != "elsewhere":
        facts |= {
            "household.zone_relation": Fact(here),
            "household.head_relation": Fact("parent"),
            "household.same_as_parent": Fact(value=True),
        }
    return Facts(facts | _home(quick, here))


def _home(quick: Quick, household: str) -> dict[str, Fact]:
    if quick.home == "none":
        return {"home.kind": Fact("none")}
    owned = quick.home in {"deed", "contract", "grandparents"}
    facts = {
        "home.kind": Fact("deed" if quick.home == "grandparents" else quick.home),
        "home.zone_relation": Fact("in_zone"),
        "home.matches_household": Fact(household == "in_zone"),
    }
    if owned:
        facts["home.owner_relation"] = Fact("grandparent" if quick.home == "grandparents" else "parent")
        facts["home.ownership_share"] = Fact(1.0)
    return facts


def age_on(born: date, day: date) -> int:
    """Completed years on a day; 0 before birth."""
    return max(0, day.year - born.year - ((day.month, day.day) < (born.month, born.day)))


def likely(policy: Policy, quick: Quick, round_kind: str = "main") -> Likely:
    """What the policy would say. Total, like the engine."""
    judged = evaluate(policy, facts_of(quick, round_kind))
    age = next((item for item in judged.trace if item.rule == "age"), None)
    rule = next((rule for rule in policy.ages if rule.stage == quick.stage), None)
    cutoff = rule.cutoff if rule else policy.cutoff
    # days and points that were not asked here only order the families of a group
    open_ = any(item.rule not in {"order", "points"} for item in judged.questions)
    standing, until = _standing(age.code if age else "", judged.eligible, needs_person=open_), ""
    if age is not None and age.code == "age_later_round":
        until = str(age.params.get("until", ""))
    reason = None
    if judged.group is None:
        reason = policy.otherwise_text
    return Likely(
        standing,
        age_on(quick.birth_date, cutoff),
        cutoff,
        judged.group,
        judged.materials,
        judged.agencies,
        until,
        reason,
    )


def _standing(age: str, eligible: Verdict, *, needs_person: bool) -> str:
    if age in TOO_YOUNG:
        return "later" if age == "age_later_round" else "young"
    if age == "age_too_old":
        return "old"
    if eligible is Verdict.NO:
        return "no"
    return "person" if eligible is Verdict.UNKNOWN or needs_person else "yes"


def home_rules(policy: Policy, stage: str, round_kind: str) -> dict[str, Group | None]:
    """Which group each kind of home leads to for a child of the right age whose household is in the zone."""
    rule = next((rule for rule in policy.ages if rule.stage == stage), None)
    years = rule.min_years if rule else 6
    born = date(policy.cutoff.year - years - 1, policy.cutoff.month, min(policy.cutoff.day, 28))
    return {home: likely(policy, Quick(born, stage, "zone", home), round_kind).group for home in HOMES}
