"""Queries whose SQL is made once a process.

Django writes the SQL of a queryset anew at every call: for a row with its relations that takes longer than asking the
database and building the objects. A ``Prepared`` query keeps the text and fills in the values; rows and related
objects are built by Django as ever. For what every page of a family asks, and only where nothing but values changes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class _Slot:
    """The place of a value in the statement."""

    number: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What Django makes of a queryset before it asks: the statement, and how a row becomes an object."""

    sql: str
    places: tuple[Any, ...]
    locks: bool
    compiler: Any
    converters: dict[int, Any]
    names: list[str]
    own: slice
    beside: tuple[tuple[int, str], ...]  # what is annotated: its place in a row, its name
    populators: Sequence[Any]

    def given(self, values: Sequence[Any]) -> list[Any]:
        """The statement's parameters: the values in their places, and what the query always asks for."""
        return [values[place.number] if isinstance(place, _Slot) else place for place in self.places]


class Prepared(Generic[M]):
    """A query for objects of one model, with its relations and annotations.

    ``build`` makes the queryset from as many expressions as the query has values; it is called once. Values are passed
    as the database takes them: a key instead of an object.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], values: int) -> None:
        self._build, self._values = build, values
        self._plan: _Plan | None = None

    def all(self, *values: Any) -> list[M]:
        """The objects found. Raises TransactionManagementError for a locking query outside a transaction."""
        plan = self._plan = self._plan or self._planned()
        if plan.locks and connection.get_autocommit():
            raise TransactionManagementError("select_for_update cannot be used outside of a transaction.")
        with connection.cursor() as cursor:
            cursor.execute(plan.sql, plan.given(values))
            rows: Any = cursor.fetchall()
        if plan.converters:
            rows = plan.compiler.apply_converters(rows, plan.converters)
        return [self._object(plan, row) for row in rows]

    def first(self, *values: Any) -> M | None:
        """The first object found, or None."""
        found = self.all(*values)
        return found[0] if found else None

    def exists(self, *values: Any) -> bool:
        """Whether the query finds anything."""
        plan = self._plan = self._plan or self._planned()
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT EXISTS({plan.sql})", plan.given(values))
            return bool(cursor.fetchone()[0])

    def _object(self, plan: _Plan, row: Sequence[Any]) -> M:
        made: M = plan.compiler.klass_info["model"].from_db(connection.alias, plan.names, row[plan.own])
        for populator in plan.populators:
            populator.populate(row, made)
        for place, name in plan.beside:
            setattr(made, name, row[place])
        return made

    def _planned(self) -> _Plan:
        queryset = self._build(*(RawSQL("%s", [_Slot(number)]) for number in range(self._values)))
        compiler = queryset.query.get_compiler(connection=connection)
        sql, places = compiler.as_sql()
        select, fields = compiler.select, compiler.klass_info["select_fields"]
        own = slice(fields[0], fields[-1] + 1)
        return _Plan(
            sql=sql,
            places=tuple(places),
            locks=queryset.query.select_for_update,
            compiler=compiler,
            converters=compiler.get_converters([one[0] for one in select]),
            names=[one[0].target.attname for one in select[own]],
            own=own,
            beside=tuple((place, name) for name, place in (compiler.annotation_col_map or {}).items()),
            populators=get_related_populators(compiler.klass_info, select, connection.alias),  # type: ignore[call-arg]
        )
