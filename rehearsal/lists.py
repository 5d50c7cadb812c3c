"""The bureau's lists of a rehearsal: made as tables and brought in by two people, as a bureau brings its own in."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, Final

from imports.models import Import
from imports.services import import_take, import_upload
from rehearsal.city import Applicant
from rehearsal.staff import OFFICIALS, account, next_token

CHILD: Final = "儿童证件号"
Wait = Callable[[Callable[[], int]], None]


def tables_of(children: Iterable[Applicant], year: int) -> dict[str, bytes]:
    """CSV files by kind: who is on a list, and every certificate of points."""
    found: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for child in children:
        number = child.claim["child"]["id_number"]
        for kind in child.lists:
            found[kind][number] = {CHILD: number}
        points = child.claim["points"]
        if points:
            found["points"][number] = {
                CHILD: number,
                "积分": points["total"],
                "积分镇街": points["town"],
                "出具日期": date(year, 4, 20).isoformat(),
                "居住镇街": points["residence_town"],
            }
    return {kind: _csv(list(rows.values())) for kind, rows in sorted(found.items())}


def _csv(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def bring_in(tables: dict[str, bytes], place: str, wait: Wait) -> None:
    """One official brings each table in, the other takes it; the workers check and store it. Raises ValueError."""
    first, second = OFFICIALS
    made = [
        import_upload(official=account(first), kind=kind, place=place, content=content, file_name=f"{kind}.csv").pk
        for kind, content in tables.items()
    ]

    def among(*states: str) -> int:
        return Import.objects.filter(pk__in=made, state__in=states).count()

    wait(lambda: among(Import.State.UPLOADED))
    for pk in made:
        _whole(pk, Import.State.READY)
        import_take(official=account(second), import_id=pk, token=next_token(second))
    wait(lambda: among(Import.State.TAKING))
    for pk in made:
        _whole(pk, Import.State.APPLIED)


def _whole(import_id: int, state: str) -> None:
    one = Import.objects.get(pk=import_id)
    if one.state != state:
        raise ValueError(f"the table {one.file_name} is {one.state}: {one.problem} {one.report.get('wrong', '')}")
