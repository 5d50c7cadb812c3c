"""Names under which a browser carries a clerk's visit, a family's remote help, and that it is a terminal."""

from typing import Final

VISIT: Final = "visit"  # session: the clerk's open visit


HELP: Final = "help"  # session: the family's remote help under way


TERMINAL_COOKIE: Final = "terminal"
