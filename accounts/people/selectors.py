"""Who works here, as an administrator of the place reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.abilities import EVERY_ROLE, OF_ROLE, UNASKED, Ability
from accounts.models import Account, Leave, Role, StaffChange
from accounts.people.appointing import may_decide
from accounts.people.ranks import ADMINISTER, may_appoint
from accounts.people.terms import Terms, prefixes
from accounts.people.words import ABILITY_WORDS, NEEDED, no_such_page
from accounts.scopes import scope
from foundation import clock

MOST_CHANGES: Final = 200
State = StaffChange.State


@dataclass(frozen=True, slots=True)
class Held:
    """A role of somebody: whether it opens anything today, and whether the reader may end it."""

    role: Role
    in_force: bool
    to_come: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff as a list shows it; ``state`` is active, away, idle (no role in force) or disabled."""

    account: Account
    held: tuple[Held, ...]
    state: str
    away: Leave | None

    @property
    def name(self) -> str:
        return self.account.name or self.account.username


def _person(reader: Account, account: Account) -> Person:
    today = clock.today()
    held = tuple(
        Held(
            role,
            role.holds_on(today),
            role.from_day is not None and role.from_day > today,
            role.leave_id is None and account.pk != reader.pk and may_appoint(reader, Terms.of(role)),
        )
        for role in sorted(account.roles.all(), key=lambda one: (one.district_code, one.school_code, one.name, one.pk))
    )
    away = next(
        (one for one in account.leaves.all() if one.ended_at is None and one.from_day <= today <= one.until_day), None
    )
    if not account.is_active:
        state = "disabled"
    elif away is not None:
        state = "away"
    else:
        state = "active" if any(one.in_force for one in held) else "idle"
    return Person(account, held, state, away)


def staff_here(reader: Account) -> QuerySet[Account]:
    """The members of staff with a role at a place the reader administers."""
    mine = scope(reader).rows(Role.objects.all(), ADMINISTER, district="district_code", school="school_code")
    roles = Role.objects.select_related("leave__account", "given_by")
    leaves = Leave.objects.select_related("deputy")
    rows = Account.objects.filter(is_staff=True, pk__in=mine.values("account_id"))
    return rows.prefetch_related(Prefetch("roles", roles), Prefetch("leaves", leaves)).order_by("username")


def people_here(reader: Account, *, search: str = "") -> list[Person]:
    """Who works at the reader's places; ``search`` is part of a name, a user name, a place or a school."""
    if not scope(reader).any(ADMINISTER):
        raise no_such_page()
    wanted = search.strip().lower()
    found = [_person(reader, account) for account in staff_here(reader)]
    return [one for one in found if not wanted or wanted in _text(one)]


def _text(person: Person) -> str:
    roles = (
        f"{held.role.get_name_display()} {held.role.district_code} {held.role.school_code}" for held in person.held
    )
    return " ".join([person.account.username, person.account.name, *roles]).lower()


def person_here(reader: Account, person_id: UUID) -> Person:
    """One of them. Raises NotAllowed."""
    account = staff_here(reader).filter(public_id=person_id).first() if scope(reader).any(ADMINISTER) else None
    if account is None:
        raise no_such_page()
    return _person(reader, account)


def myself(account: Account) -> Person:
    """Oneself, as one's own page shows it."""
    roles = Role.objects.select_related("leave__account", "given_by")
    leaves = Leave.objects.select_related("deputy")
    prefetched = Account.objects.prefetch_related(Prefetch("roles", roles), Prefetch("leaves", leaves))
    return _person(account, prefetched.filter(pk=account.pk)[0])


def changes_here(reader: Account) -> list[StaffChange]:
    """What is under way at the reader's places, newest first."""
    rows = StaffChange.objects.filter(state__in=(State.WAITING, State.OPEN))
    rows = rows.select_related("account", "proposed_by", "confirmed_by").order_by("-proposed_at")
    return [one for one in rows[:MOST_CHANGES] if may_decide(reader, one)]


def change_here(reader: Account, change_id: UUID) -> StaffChange:
    """One of them, also one that is done. Raises NotAllowed."""
    rows = StaffChange.objects.select_related("account", "proposed_by", "confirmed_by")
    change = rows.filter(public_id=change_id).first()
    if change is None or not may_decide(reader, change):
        raise no_such_page()
    return change


def changes_of(reader: Account, account: Account) -> list[StaffChange]:
    """What is under way about one person."""
    return [one for one in changes_here(reader) if one.account_id == account.pk]


def leaves_of(account: Account) -> list[Leave]:
    """A person's leaves that are not over, the next first."""
    rows = account.leaves.filter(ended_at=None, until_day__gte=clock.today())
    return list(rows.select_related("deputy").order_by("from_day"))


@dataclass(frozen=True, slots=True)
class Line:
    """One ability and who has it at a place; ``short`` by how many people it takes more."""

    ability: Ability
    words: str
    people: tuple[Account, ...]
    marks: tuple[str, ...]  # for each person "", "all" or "school"
    short: int

    @property
    def cells(self) -> list[tuple[Account, str]]:
        return list(zip(self.people, self.marks, strict=True))


@dataclass(frozen=True, slots=True)
class Table:
    """Who can do what at one place today."""

    people: tuple[Account, ...]
    lines: tuple[Line, ...]

    @property
    def missing(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if not any(line.marks))

    @property
    def thin(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.short and any(line.marks))


def abilities_at(reader: Account, district: str) -> Table:
    """The table of a place the reader administers. Raises NotAllowed."""
    if not scope(reader).may(ADMINISTER, district=district):
        raise no_such_page()
    rows = Role.objects.in_force().filter(district_code__in=prefixes(district), account__is_active=True)
    by: dict[int, list[Role]] = {}
    for role in rows.filter(account__is_staff=True).select_related("account").order_by("account__username"):
        by.setdefault(role.account_id, []).append(role)
    people = tuple(roles[0].account for roles in by.values())
    shown = [ability for ability in Ability if ability not in EVERY_ROLE | UNASKED]
    return Table(people, tuple(_line(ability, people, tuple(by.values())) for ability in shown))


def _line(ability: Ability, people: tuple[Account, ...], held: Sequence[Iterable[Role]]) -> Line:
    marks = tuple(_mark([role for role in roles if ability in OF_ROLE[role.name]]) for roles in held)
    able = sum(mark == "all" for mark in marks)
    return Line(ability, str(ABILITY_WORDS[ability]), people, marks, max(0, NEEDED.get(ability, 1) - able))


def _mark(granting: Sequence[Role]) -> str:
    if not granting:
        return ""
    return "school" if all(role.school_code for role in granting) else "all"
