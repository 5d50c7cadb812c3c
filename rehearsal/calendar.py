"""The calendar of a folder, compressed to today: a rehearsal does not wait for June (pure)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta


def compressed(
    rows: Iterable[Mapping[str, str]], *, opens: date, results: date, today: date, within: int
) -> list[dict[str, str]]:
    """The lines of a calendar as they lie when applications open ``today`` and results come ``within`` days.

    ``opens`` and ``results`` are the days of the folder. What lies between them moves together; what comes before and
    after - check-in, the first day of term - keeps its distance.
    """
    span = max(1, (results - opens).days)

    def moved(day: date) -> str:
        since = (day - opens).days
        if since > span:
            since += within - span
        elif since > 0:
            since = since * within // span
        return (today + timedelta(days=since)).isoformat()

    return [{**row, **{name: moved(date.fromisoformat(row[name])) for name in ("starts", "ends")}} for row in rows]
