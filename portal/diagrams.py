"""The state diagrams in docs/architecture.md, made from the tables of legal steps."""

from pathlib import Path

from django.conf import settings

from enrollment.states import APPEAL, APPLICATION, ROUND
from foundation.transitions import TransitionTable
from lottery.classes.states import CLASS_RUN
from lottery.states import DRAW, RUN

PAGE = Path("docs/architecture.md")
TABLES: dict[str, TransitionTable] = {
    "application": APPLICATION,
    "appeal": APPEAL,
    "round": ROUND,
    "draw": DRAW,
    "run": RUN,
    "classes": CLASS_RUN,
}


def written() -> str:
    """The page as it stands."""
    return (Path(settings.BASE_DIR) / PAGE).read_text(encoding="utf-8")


def drawn(page: str) -> str:
    """The page with every diagram made anew. Raises ValueError when a mark is missing."""
    for name, table in TABLES.items():
        head, found, rest = page.partition(f"<!-- {name} -->\n")
        _old, end, tail = rest.partition(f"<!-- /{name} -->")
        if not found or not end:
            raise ValueError(f"{PAGE} lacks the marks of {name}")
        page = f"{head}{found}\n```mermaid\n{table.mermaid()}\n```\n\n{end}{tail}"
    return page
