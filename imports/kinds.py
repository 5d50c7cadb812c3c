"""What may be brought in: a kind says its columns, what a row means, what is stored of it, and when it is used.

A room above declares its kinds by ``declare`` in its module ``kinds``, which its app loads. The mechanism (checking,
comparing, two people, undoing) is the same for all of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from imports.heading import Named

if TYPE_CHECKING:
    from imports.models import Import

Words = Promise | str
Data = Mapping[str, Any]  # of one row, as JSON has it
MOST_ROWS: Final = 300_000
MOST_BYTES: Final = 30 * 1024**2


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind's table."""

    name: str
    headings: tuple[str, ...]  # the first stands in the template
    note: Words
    example: str = ""
    needed: bool = True
    digits: bool = False  # a long number: a spreadsheet program makes 1.1E+17 of it unless the column is text
    choices: tuple[str, ...] = ()  # as the template offers them
    key: bool = False  # what a row is stored under: a second row with it is a mistake of this column

    @property
    def heading(self) -> str:
        return self.headings[0]

    @property
    def named(self) -> Named:
        return Named(self.name, self.headings, self.needed)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a table belongs: ``key`` names it among the kind's places; the rest says whose it is."""

    key: str
    label: str
    district: str
    school: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row that can be stored: what it is stored under, whom or what it names (as may be shown), what it says."""

    key: str
    who: str
    data: Data


class Fail(Protocol):
    """Say what is wrong with a row: at which column ("" for the whole row), and what to do."""

    def __call__(self, column: str, message: str) -> None: ...


class Reader(ABC):
    """Reads the rows of one table, with all it needs to know loaded before."""

    line: int = 0  # of the row that is read now, as a spreadsheet program counts
    there: frozenset[str] = frozenset()  # the columns that the table has

    @abstractmethod
    def read(self, cells: Mapping[str, str], fail: Fail) -> Entry | None:
        """The row, or None after ``fail``; cells by column name, "" where there is none."""

    def finish(self) -> Iterable[tuple[int, str, str]]:
        """(row, column, message) of what is wrong with the table as a whole; ``line`` counts the read rows."""
        return ()


class Kind(ABC):
    """A kind of table. What differs between kinds is here; how a table comes in is not."""

    name: ClassVar[str]
    title: ClassVar[Words]
    purpose: ClassVar[Words]
    until: ClassVar[Words]  # when it can no longer be undone
    ability: ClassVar[Ability]
    departments: ClassVar[frozenset[str]] = frozenset()  # whose officers keep such a table beside who has the ability
    columns: ClassVar[tuple[Column, ...]]
    password: ClassVar[bool] = True  # whether taking it needs a one-time password: it touches rights
    whole: ClassVar[bool] = False  # the table replaces all that stands; else its rows are put beside it
    most_rows: ClassVar[int] = MOST_ROWS
    most_bytes: ClassVar[int] = MOST_BYTES

    @abstractmethod
    def places(self, account: Account) -> Sequence[Place]:
        """Where this person may bring such a table in now."""

    @abstractmethod
    def place(self, key: str) -> Place | None:
        """The place of this key, whoever asks; None where there is none."""

    @abstractmethod
    def reader(self, place: Place) -> Reader:
        """What reads the rows of a table of this place."""

    @abstractmethod
    def stored(self, place: Place, keys: Collection[str] | None) -> Mapping[str, Data]:
        """What stands under these keys; under all (None is asked of ``whole`` kinds only)."""

    @abstractmethod
    def store(self, place: Place, rows: Mapping[str, Data | None], made: "Import", *, undo: bool = False) -> None:
        """Store rows by key, None for one that goes; of a ``whole`` kind all rows at once."""

    def columns_of(self, place: Place) -> tuple[Column, ...]:  # noqa: ARG002 - of most kinds it is the same everywhere
        return self.columns

    def shown(self, data: Data) -> dict[str, str]:
        """What is shown of a row, by the heading of its column."""
        return {one.heading: said(data[one.name]) for one in self.columns if data.get(one.name) not in (None, "")}

    def joined(self, before: Data | None, data: Data) -> Data:  # noqa: ARG002 - most rows say all there is
        """What is to stand, from what stands and what a row says."""
        return data

    def guard(self, place: Place) -> None:  # noqa: B027 - most kinds may come in at any time
        """Raise Refused while such a table may not come in or be undone; takes the locks of what it rests on."""

    def used(self, made: "Import") -> str:  # noqa: ARG002 - see above
        """Why an applied import cannot be undone any more, or ""."""
        return ""

    def after(self, made: "Import", *, undo: bool) -> None:  # noqa: B027 - most kinds have nothing to do
        """What follows when all rows are stored, or taken back, in the same transaction."""


def said(value: object) -> str:
    """A value of a row in words."""
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


_kinds: Final[dict[str, Kind]] = {}


def declare(*kinds: Kind) -> None:
    """Make kinds known; the same name again replaces it."""
    for kind in kinds:
        _kinds[kind.name] = kind


def kinds() -> tuple[Kind, ...]:
    """All kinds, in the order in which they were declared."""
    return tuple(_kinds.values())


def kind_of(name: str) -> Kind | None:
    return _kinds.get(name)


def may(account: Account, kind: Kind, place: Place) -> bool:
    """Whether the person may bring such a table in at this place, or take it."""
    mine = scope(account)
    return mine.may(kind.ability, district=place.district, school=place.school) or mine.may(
        Ability.LISTS_OWN, district=place.district, departments=kind.departments
    )


def keepers() -> frozenset[str]:
    """The departments that keep a table of some kind."""
    return frozenset().union(*(kind.departments for kind in kinds()))


def may_anywhere(account: Account, kind: Kind) -> bool:
    """Whether the person may bring such a table in at some place: for menus, never for opening a table."""
    mine = scope(account)
    return mine.any(kind.ability) or mine.any(Ability.LISTS_OWN, departments=kind.departments)


def tables_of(account: Account, kind: Kind, tables: QuerySet["Import"]) -> QuerySet["Import"]:
    """Those of these tables which are of this kind and in the person's care."""
    mine, rows = scope(account), tables.filter(kind=kind.name)
    of_department = mine.rows(rows, Ability.LISTS_OWN, district="district_code", departments=kind.departments)
    return mine.rows(rows, kind.ability, district="district_code", school="school_code") | of_department
