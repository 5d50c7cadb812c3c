"""The life of an appeal, as a table of legal steps (pure; the diagram in docs is made from it)."""

from foundation.transitions import table

APPEAL = table(
    [
        ("filed", "set_hearing", "hearing", "reviewer"),
        ("hearing", "set_hearing", "hearing", "reviewer"),
        ("hearing", "confirm_hearing", "hearing", "guardian"),
        ("hearing", "ask_move", "hearing", "guardian"),
        ("filed", "uphold", "upheld", "another reviewer"),
        ("filed", "dismiss", "dismissed", "another reviewer"),
        ("hearing", "uphold", "upheld", "another reviewer"),
        ("hearing", "dismiss", "dismissed", "another reviewer"),
        ("filed", "take_back", "withdrawn", "guardian"),
        ("hearing", "take_back", "withdrawn", "guardian"),
    ]
)
