"""The life of a draw as a table of legal steps (pure; the diagram in docs is made from it)."""

from foundation.transitions import table

DRAW = table(
    [
        ("frozen", "open_entropy", "witnessing", "the first witness"),
        ("witnessing", "close_commits", "revealing", "official"),
        ("revealing", "enter_value", "ready", "official"),
        ("ready", "correct_value", "ready", "official"),
        ("ready", "draw", "drawn", "two officials"),
        ("drawn", "publish", "published", "two officials"),
    ]
)
