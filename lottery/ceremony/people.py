"""Who is named at a ceremony: the witnesses of a plan, their duties, and who is a notary."""

from collections.abc import Sequence

from accounts.abilities import Ability
from accounts.models import Account, Role
from accounts.scopes import scope
from enrollment.seasons.models import Round
from lottery.ceremony.models import CeremonyPlan, Draw


def witnesses_of(round_: Round) -> tuple[str, ...]:
    """The user names of everybody appointed as a witness of this district, in alphabetical order."""
    named = Account.objects.filter(is_active=True, is_staff=True, roles__name__in=[Role.Name.NOTARY, Role.Name.WITNESS])
    district = round_.season.district_id
    reaching = {one.username for one in named.distinct() if scope(one).may(Ability.ROUND_WITNESS, district=district)}
    return tuple(sorted(reaching))


def is_notary(account: Account, district: str) -> bool:
    """Whether the account holds the role of a notary that reaches this district."""
    roles = account.roles.in_force().filter(name=Role.Name.NOTARY).values_list("district_code", flat=True)
    return account.is_active and any(district.startswith(where) for where in roles)


def names(plan: CeremonyPlan) -> Sequence[str]:
    """The user names of the witnesses, in the order in which their randomness enters the seed."""
    return [one["name"] for one in plan.witnesses]


def plan_of(draw: Draw) -> CeremonyPlan:
    """The plan under which the roll was frozen; an old roll without one has no deadlines and no duties."""
    found = CeremonyPlan.objects.filter(round_id=draw.round_id).first()
    named = [{"name": name, "duty": "witness"} for name in draw.commitment["entropy"]["witnesses"]]
    return found or CeremonyPlan(round_id=draw.round_id, witnesses=named)
