"""What the workers do for the helpdesk: write the page views that were counted."""

from foundation.draining import Turn
from foundation.lanes import source
from helpdesk.page_views import page_views_flush


@source("sweeps", every=60)
def flush_page_views(turn: Turn) -> bool:  # noqa: ARG001 - a source
    page_views_flush()
    return False
