"""Parts of addresses that several subjects begin with, for those that need a regular expression."""

from typing import Final

UUID: Final = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MINE: Final = rf"^my/applications/(?P<application_id>{UUID})"
