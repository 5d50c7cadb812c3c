"""One object answers both "may they?" and "which rows?".

A role reaches a division prefix (and, for reviewers, one school). Everything else is closed: an account without a
matching role, and no account at all, see nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.models import Account, Role

M = TypeVar("M", bound=Model)

# what each role may do, by room
ABILITIES: dict[str, frozenset[str]] = {
    Role.Name.REVIEWER: frozenset({"application.view", "application.review", "classes.run"}),
    Role.Name.OFFICIAL: frozenset(
        {
            "application.view",
            "application.review",
            "round.run",
            "round.confirm",
            "season.edit",
            "agency.switch",
            "classes.run",
            "assist.manage",
        }
    ),
    Role.Name.CITY: frozenset({"application.view", "round.confirm", "season.edit", "agency.switch", "audit.view"}),
    Role.Name.NOTARY: frozenset({"round.confirm", "round.witness"}),
    Role.Name.WITNESS: frozenset({"round.witness"}),
    Role.Name.CLERK: frozenset({"application.assist", "help.give"}),
    Role.Name.HELPER: frozenset({"application.assist", "help.give"}),
    Role.Name.DEPARTMENT: frozenset({"case.answer"}),
    Role.Name.SUPERVISOR: frozenset({"application.view", "audit.view"}),
}
EVERYWHERE_VIEWS = frozenset({"round.view", "season.view"})


@dataclass(frozen=True, slots=True)
class Reach:
    """One place a role reaches: rows whose district starts with ``district`` and, if set, of one school."""

    district: str
    school: str


@dataclass(frozen=True, slots=True)
class Scope:
    account: Account | None
    reaches: tuple[tuple[str, Reach], ...]  # (role name, where)

    def _granting(self, ability: str) -> Iterable[Reach]:
        for role, reach in self.reaches:
            if ability in ABILITIES[role] or ability in EVERYWHERE_VIEWS:
                yield reach

    def may(self, ability: str, *, district: str, school: str = "") -> bool:
        """Whether the ability reaches this district (full code) and, for school roles, this school."""
        if self.account is None or not self.account.is_active:
            return False
        return any(
            district.startswith(reach.district) and (not reach.school or reach.school == school)
            for reach in self._granting(ability)
        )

    def any(self, ability: str) -> bool:
        """Whether the ability is held anywhere: for showing a menu entry, never for opening a row."""
        return self.account is not None and self.account.is_active and any(True for _ in self._granting(ability))

    def rows(self, queryset: QuerySet[M], ability: str, *, district: str, school: str = "") -> QuerySet[M]:
        """The rows of ``queryset`` the ability reaches; ``district`` and ``school`` name the columns to compare."""
        if self.account is None or not self.account.is_active:
            return queryset.none()
        condition = Q(pk__in=[])
        for reach in self._granting(ability):
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
        roles = account.roles.all()
        reaches = tuple((role.name, Reach(role.district_code, role.school_code)) for role in roles)
        account.__dict__["_reaches"] = reaches
    return Scope(account, reaches)
