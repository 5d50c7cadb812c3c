"""Lists of the staff site over a city's rows: a page costs what it shows, not what there is."""

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import admin
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audit.words import action_words, object_words

MOST = 10_000  # rows that are counted one by one and can be paged through

# each value is looked up after the one before it: a table of millions is not read for a dozen values
VALUES = """
WITH RECURSIVE known (value) AS (
    (SELECT {column} FROM {table} ORDER BY {column} LIMIT 1)
    UNION ALL
    SELECT (SELECT {column} FROM {table} WHERE {column} > known.value ORDER BY {column} LIMIT 1)
    FROM known WHERE known.value IS NOT NULL
) SELECT value FROM known WHERE value <> ''
"""


class KeysFirst(Paginator):  # type: ignore[type-arg]
    """Sorts the rows of a page by their keys alone, and only then joins them with what hangs on them."""

    object_list: QuerySet[Any]

    def page(self, number: int | str) -> Page[Any]:
        """One page, in the list's order."""
        at = self.validate_number(number)
        ordered = self.object_list.select_related(None).values_list("pk", flat=True)
        keys = list(ordered[(at - 1) * self.per_page : at * self.per_page])
        rows = {row.pk: row for row in self.object_list.order_by().filter(pk__in=keys)}
        return Page([rows[key] for key in keys if key in rows], at, self)


class ListPaginator(KeysFirst):
    """Counts up to a bound.

    Above the bound the database's own estimate is shown as what it is; the first rows up to the bound can be paged
    through, filters and the search narrow the rest.
    """

    template_name = "accounts/_pages.html"
    most = MOST

    @cached_property
    def _counted(self) -> tuple[int, bool]:
        return about(self.object_list)

    @cached_property
    def count(self) -> int:
        """How many rows can be paged through."""
        return min(self._counted[0], MOST)

    @cached_property
    def about(self) -> int | None:
        """About how many rows there are, to two digits; None where the count is exact."""
        many, exact = self._counted
        return None if exact else rounded(many)


def about(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows a query finds, and whether that is exact: above a bound it is the planner's estimate."""
    keys = rows.select_related(None).order_by().values("pk")
    counted = keys[: MOST + 1].count()
    if counted <= MOST:
        return counted, True
    plan = json.loads(keys.explain(format="json"))[0]["Plan"]
    return max(int(plan["Plan Rows"]), counted), False


def rounded(many: int) -> int:
    """A number to its first two digits: what is estimated is not shown as if it were known to the last one."""
    unit = 10 ** max(0, len(str(many)) - 2)
    return int(round(many / unit) * unit)


def known_values(model: type[Model], column: str) -> list[str]:
    """The values of an indexed column, in order."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(VALUES.format(column=quote(column), table=quote(model._meta.db_table)))
        return [value for (value,) in cursor.fetchall()]


class KnownValuesFilter(admin.SimpleListFilter):
    """A filter by the values of an indexed column."""

    column: ClassVar[str]

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: type[Model], model_admin: Any) -> None:
        self._known = self.known(model)
        super().__init__(request, params, model, model_admin)

    def known(self, model: type[Model]) -> Sequence[str]:
        return known_values(model, self.column)

    def said(self, value: str) -> str:
        """A value as the filter shows it."""
        return value

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(value, self.said(value)) for value in self._known]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class ActionFilter(KnownValuesFilter):
    title, parameter_name, column = _("action"), "action", "action"

    def said(self, value: str) -> str:
        return action_words(value)


class ObjectFilter(KnownValuesFilter):
    title, parameter_name, column = _("object type"), "object_type", "object_type"

    def said(self, value: str) -> str:
        return object_words(value)


class GroupFilter(KnownValuesFilter):
    title, parameter_name, column = _("Group"), "group_code", "group_code"
