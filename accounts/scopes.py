"""One object answers both "may they?" and "which rows?". The words are in ``accounts.abilities``.

A role reaches a division prefix (and, for reviewers, one school), on its days only. Everything else is closed: an
account without a matching role, and no account at all, see nothing.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.abilities import EVERY_ROLE, OF_ROLE, Ability
from accounts.models import Account
from foundation import clock

M = TypeVar("M", bound=Model)
COUNTY = 6  # digits of a county's code


@dataclass(frozen=True, slots=True)
class Reach:
    """One place a role reaches: rows whose district starts with ``district`` and, if set, of one school.

    ``department`` is that of a partner department's officer: whoever shows rows of departments compares it.
    """

    district: str
    school: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    account: Account | None
    reaches: tuple[tuple[str, Reach], ...]  # (role name, where)

    def _granting(self, ability: Ability, departments: Collection[str] | None = None) -> Iterable[Reach]:
        wanted = Ability(ability)  # a word that is none would close a page to everybody without a sound
        for role, reach in self.reaches:
            if departments is not None and reach.department not in departments:
                continue
            if wanted in OF_ROLE[role] or wanted in EVERY_ROLE:
                yield reach

    def may(
        self, ability: Ability, *, district: str, school: str = "", departments: Collection[str] | None = None
    ) -> bool:
        """Whether the ability reaches this district (full code) and, for school roles, this school; where
        ``departments`` is given, as an officer of one of them.
        """
        if self.account is None or not self.account.is_active:
            return False
        return any(
            district.startswith(reach.district) and (not reach.school or reach.school == school)
            for reach in self._granting(ability, departments)
        )

    def any(self, ability: Ability, *, departments: Collection[str] | None = None) -> bool:
        """Whether the ability is held anywhere: for showing a menu entry, never for opening a row."""
        held = self._granting(ability, departments)
        return self.account is not None and self.account.is_active and any(True for _ in held)

    def above_counties(self, ability: Ability) -> bool:
        """Whether the ability is held for a city or above it: what belongs to no county is theirs."""
        return self.any(ability) and any(len(reach.district) < COUNTY for reach in self._granting(ability))

    def rows(
        self,
        queryset: QuerySet[M],
        ability: Ability,
        *,
        district: str,
        school: str = "",
        departments: Collection[str] | None = None,
    ) -> QuerySet[M]:
        """The rows of ``queryset`` the ability reaches; ``district`` and ``school`` name the columns to compare."""
        if self.account is None or not self.account.is_active:
            return queryset.none()
        condition = Q(pk__in=[])
        for reach in self._granting(ability, departments):
            here = Q(**{f"{district}__startswith": reach.district})
            if reach.school:
                if not school:
                    continue
                here &= Q(**{school: reach.school})
            condition |= here
        return queryset.filter(condition)


def scope(account: object) -> Scope:
    """The scope of whoever makes a request; anonymous people and guardians have an empty one."""
    if not isinstance(account, Account) or not account.is_staff:
        return Scope(None, ())
    # once an object, that is once a request: a page of the staff site asks for every entry of its menu
    reaches = account.__dict__.get("_reaches")
    if reaches is None:
        today = clock.today()
        held = [role for role in account.roles_known() if role.holds_on(today)]
        reaches = tuple((role.name, Reach(role.district_code, role.school_code, role.department)) for role in held)
        account.__dict__["_reaches"] = reaches
    return Scope(account, reaches)
