"""The state diagrams in docs/architecture.md, made from the tables of legal steps."""

from pathlib import Path

from django.conf import settings

from accounts.face.states import FACE_CHECK
from accounts.people.states import STAFF_CHANGE
from enrollment.appeals.states import APPEAL
from enrollment.cases.states import ENQUIRY, JOINT_CASE
from enrollment.false_declarations.states import CASE
from enrollment.seasons.states import APPLICATION, ROUND
from enrollment.setup.states import DRAFT
from foundation.transitions import TransitionTable
from helpdesk.petitions.states import PETITION
from imports.states import IMPORT
from lottery.admission.states import RUN
from lottery.ceremony.states import DRAW
from lottery.classes.states import CLASS_RUN
from portal.rehearsing.states import REHEARSAL

PAGE = Path("docs/architecture.md")
TABLES: dict[str, TransitionTable] = {
    "application": APPLICATION,
    "appeal": APPEAL,
    "declaration": CASE,
    "joint-case": JOINT_CASE,
    "enquiry": ENQUIRY,
    "petition": PETITION,
    "round": ROUND,
    "season-draft": DRAFT,
    "rehearsal": REHEARSAL,
    "draw": DRAW,
    "import": IMPORT,
    "run": RUN,
    "classes": CLASS_RUN,
    "staff": STAFF_CHANGE,
    "face-check": FACE_CHECK,
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
