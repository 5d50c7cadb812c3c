"""The life of a case of false declaration, as a table of legal steps (pure; the diagram in docs is made from it)."""

from foundation.transitions import table

CASE = table(
    [
        ("noticed", "answer", "noticed", "guardian"),
        ("noticed", "set_hearing", "hearing", "reviewer"),
        ("noticed", "clear", "cleared", "reviewer"),
        ("hearing", "set_hearing", "hearing", "reviewer"),
        ("hearing", "answer", "hearing", "guardian"),
        ("hearing", "find", "found", "another reviewer"),
        ("hearing", "clear", "cleared", "reviewer"),
        ("found", "appeal", "appealed", "guardian"),
        ("found", "finish", "final", "reviewer, after the days to appeal"),
        ("appealed", "confirm", "final", "a third reviewer"),
        ("appealed", "annul", "cleared", "a third reviewer"),
    ]
)
OPEN = ("noticed", "hearing", "found", "appealed")
