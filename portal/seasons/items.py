"""The district's rows of the catalogue of data items in season.yaml."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, Final

from enrollment.seasons.rules.sources import FURTHER
from foundation.addresses import enciphered
from verification.agencies import FIVE
from verification.dialect import DialectError, parse
from verification.item_services import ItemRow
from verification.models import DataItem

Fail = Callable[[str, str], None]
TEXTS: Final = {"owner": 100, "basis": 300, "purpose": 300, "endpoint": 300, "secret": 60, "test_person": 60}
WRITTEN: Final = (*TEXTS, "valid_until", "quota", "dialect")
KNOWN: Final = frozenset({"item", *WRITTEN})


def read_items(given: Any, fail: Fail) -> tuple[ItemRow, ...]:
    """The rows; mistakes are told to ``fail`` with their column."""
    if given is None:
        return ()
    if not isinstance(given, list):
        fail("items", "a list of data items, each with its name")
        return ()
    made: dict[str, ItemRow] = {}
    for number, one in enumerate(given, start=1):
        column = f"items[{number}]"
        row = one if isinstance(one, Mapping) else {"item": one}
        name = str(row.get("item"))
        if name not in {*FIVE, *FURTHER}:
            fail(f"{column}.item", f"{name!r}: one of {', '.join((*FIVE, *FURTHER))}")
        elif name in made:
            fail(f"{column}.item", f"{name!r} stands above already")
        elif (found := _row(name, row, column, fail)) is not None:
            made[name] = found
    return tuple(made.values())


def items_written(division: str) -> list[str | dict[str, Any]]:
    """The rows of a division as ``read_items`` reads them; one that says nothing of its own is only named."""
    rows = [(row.agency, row) for row in DataItem.objects.filter(division=division)]
    found: list[str | dict[str, Any]] = []
    for agency, row in sorted(rows, key=lambda one: (*FIVE, *FURTHER).index(one[0])):
        said = {name: value for name in WRITTEN if (value := getattr(row, name))}
        found.append({"item": agency, **said} if said else agency)
    return found


def _row(name: str, row: Mapping[str, Any], column: str, fail: Fail) -> ItemRow | None:
    wrong = [(str(key), "is no column of a data item") for key in row if key not in KNOWN]
    texts = {key: str(row.get(key) or "") for key in TEXTS}
    wrong += [(key, f"at most {most} characters") for key, most in TEXTS.items() if len(texts[key]) > most]
    if texts["endpoint"] and not enciphered(texts["endpoint"]):
        wrong.append(("endpoint", f"{texts['endpoint']!r} is no https address"))
    until, quota = row.get("valid_until"), row.get("quota")
    if until is not None and (not isinstance(until, date) or isinstance(until, datetime)):
        wrong.append(("valid_until", f"{until!r} is not a date such as 2026-12-31"))
    if quota is not None and (isinstance(quota, bool) or not isinstance(quota, int) or quota < 1):
        wrong.append(("quota", f"{quota!r} is not a number of requests a second"))
    dialect = row.get("dialect") or {}
    try:
        parse(dialect)
    except DialectError as mistake:
        wrong.append((f"dialect.{mistake.name}", mistake.message))
    for key, message in wrong:
        fail(f"{column}.{key}", message)
    return None if wrong else ItemRow(agency=name, valid_until=until, quota=quota, dialect=dict(dialect), **texts)
