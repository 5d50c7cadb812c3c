"""Words that the theme of the staff site says without a Chinese of its own, collected here for the catalogue."""

from typing import Final

from enrollment.forms.questions import N_

WORDS: Final = (
    N_("Dark"),
    N_("Light"),
    N_("System"),
    N_("No results found"),
    N_("This page yielded into no results. Create a new item or reset your filters."),
    N_("Reset filters"),
    N_("Type to search"),
    N_("Reset"),
)
