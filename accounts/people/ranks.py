"""Who may appoint whom, who may hold what beside what, and who is the second for a high role."""

from collections.abc import Iterable, Sequence
from typing import Final

from django.utils.translation import gettext as _

from accounts.abilities import OF_ROLE, Ability, opens
from accounts.models import Account, Role, RoleQuerySet
from accounts.people.terms import Terms, prefixes
from accounts.scopes import Reach, scope
from foundation.errors import NotAllowed, Refused

ADMINISTER: Final = Ability.STAFF_MANAGE
# by the role somebody holds: which roles they may give, at the places that role reaches. Whom a county's officials are
# supervised by is not theirs to choose.
APPOINTS: Final[dict[str, frozenset[str]]] = {
    Role.Name.OFFICIAL: frozenset(set(Role.Name.values) - {Role.Name.CITY, Role.Name.SUPERVISOR}),
    Role.Name.CITY: frozenset(Role.Name.values),
}
MANAGERS: Final = tuple(name for name in Role.Name.values if ADMINISTER in OF_ROLE[name])
# Two people with such a role decide what is final, or watch over it: whoever gave one alone, or a new way in to one,
# could make the second person up. So a second administrator confirms.
HIGH: Final = frozenset({Role.Name.OFFICIAL, Role.Name.CITY, Role.Name.NOTARY, Role.Name.SUPERVISOR})
# Whoever watches over a draw or a county could cover up their own doing there: nobody holds such a role beside
# one that acts at the same place.
WATCHING: Final = frozenset({Role.Name.NOTARY, Role.Name.WITNESS, Role.Name.SUPERVISOR})
OF_SCHOOL: Final = frozenset({Role.Name.REVIEWER})  # roles that may be held for one school only


def may_appoint(actor: Account, terms: Terms) -> bool:
    """Whether the person may give or take this role at this place."""
    reach = scope(actor)
    if not reach.any(ADMINISTER) or not opens(terms.role) or (terms.school and terms.role not in OF_SCHOOL):
        return False
    return any(terms.role in APPOINTS.get(held, ()) and _within(terms, where) for held, where in reach.reaches)


def _within(terms: Terms, where: Reach) -> bool:
    return terms.district.startswith(where.district) and (not where.school or where.school == terms.school)


def offered_roles(actor: Account) -> list[str]:
    """The roles the person may give somewhere; a role that opens nothing is not among them."""
    mine = {role for role, _where in scope(actor).reaches}
    given = set[str]().union(*(APPOINTS.get(role, frozenset()) for role in mine))
    return [name for name in Role.Name.values if name in given and opens(name)]


def own_places(actor: Account) -> list[str]:
    """The divisions the person administers, without those that lie within another one of them."""
    found = sorted({where.district for role, where in scope(actor).reaches if role in MANAGERS and not where.school})
    return [one for one in found if not any(one != other and one.startswith(other) for other in found)]


def own_roles(account: Account) -> RoleQuerySet:
    """What was given to the person itself: not what it holds while somebody is away."""
    return Role.objects.filter(account=account, leave=None)


def refuse_to_manage(actor: Account, account: Account) -> None:
    """Raises NotAllowed unless the person may give every role this member of staff has: nobody switches off, or lets in
    anew, somebody of another place or of a higher rank. Never oneself.
    """
    if actor.pk == account.pk:
        raise Refused(_("Nobody does this for themselves. Please ask another administrator."), code="oneself")
    roles = [Terms.of(role) for role in own_roles(account)]
    if not roles or not all(may_appoint(actor, one) for one in roles):
        raise NotAllowed(_("You may not do this here."))


def refuse_clash(held: Iterable[Terms], given: Iterable[Terms]) -> None:
    """Raises Refused where somebody would watch and act at one place."""
    everything = [*held, *given]
    for one in everything:
        for other in everything:
            touches = one.district.startswith(other.district) or other.district.startswith(one.district)
            if touches and (one.role in WATCHING) != (other.role in WATCHING):
                text = _(
                    "“%(one)s” watches over what “%(other)s” does: nobody holds both at one place. Appoint another "
                    "person."
                )
                watcher, watched = (one, other) if one.role in WATCHING else (other, one)
                words = {"one": role_name(watcher.role), "other": role_name(watched.role)}
                raise Refused(text % words, code="clash", field="role")


def role_name(role: str) -> str:
    """A role in words."""
    return str(Role.Name(role).label)


def is_high(roles: Iterable[Terms]) -> bool:
    """Whether two administrators are needed."""
    return any(one.role in HIGH for one in roles)


def confirmers(roles: Sequence[Terms], *, besides: Iterable[int]) -> list[Account]:
    """The administrators who could be the second for these roles."""
    rows = Account.objects.filter(is_staff=True, is_active=True, roles__name__in=MANAGERS).exclude(pk__in=besides)
    return [one for one in rows.distinct() if all(may_appoint(one, terms) for terms in roles)]


def had_others(roles: Sequence[Terms], *, besides: int) -> bool:
    """Whether anybody else ever administered one of these places; who was switched off, or whose role ended, counts."""
    places = {prefix for one in roles for prefix in prefixes(one.district)}
    rows = Role.objects.filter(name__in=MANAGERS, leave=None, school_code="", district_code__in=places)
    return rows.exclude(account_id=besides).exists()


def refuse_last(account: Account, losing: Iterable[Role], *, wholly: bool) -> None:
    """Raises Refused if a place would be left without an administrator. ``wholly``: the account is switched off.

    Call under the lock ``staff.administrators``.
    """
    lost = [one for one in losing if one.name in MANAGERS and not one.school_code and one.leave_id is None]
    for role in lost:
        rows = Role.objects.in_force().filter(name__in=MANAGERS, leave=None, school_code="", account__is_active=True)
        rows = rows.filter(district_code__in=prefixes(role.district_code)).exclude(pk__in=[one.pk for one in lost])
        if not (rows.exclude(account=account) if wholly else rows).exists():
            text = _("%(name)s is the last administrator of %(place)s. Appoint another one first.")
            words = {"name": account.name or account.username, "place": role.district_code}
            raise Refused(text % words, code="last")
