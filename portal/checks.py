"""What every channel, agency and provider says of its settings: asked by ``manage.py check`` and by every start."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Notice
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.utils import translation

from portal.safety import told


def configuration_problems() -> list[str]:
    """What is wrong, in words for an administrator, each beginning with whom it is about."""
    from accounts.face.service import face_service
    from accounts.oidc.providers import providers
    from notifications.channels.chosen import check_config as channel_problems
    from verification.config import check_config as agency_problems

    with translation.override("en"):  # beside the faults of portal.safety: one language
        found = [*channel_problems(), *agency_problems()]
    for about, read in (("government sign-in", providers), ("face check", face_service)):
        try:
            read()
        except (ImproperlyConfigured, OSError) as wrong:
            found.append(f"{about}: {wrong}")
    return [*found, *_tile_problems()]


def _tile_problems() -> list[str]:
    """MAP_TILES opens the security policy for one site: it must be one that is meant."""
    parts = urlsplit(settings.MAP_TILES)
    wrong = parts.scheme != "https" or not re.fullmatch(r"[\w.-]+(:\d+)?", parts.netloc)
    if settings.MAP_TILES and (wrong or not all(part in settings.MAP_TILES for part in ("{z}", "{x}", "{y}"))):
        return ["MAP_TILES: an address such as https://tiles.example/{z}/{x}/{y}.png"]
    return []


@register("configuration")
def check_configuration(app_configs: Sequence[Any] | None, **_options: Any) -> list[CheckMessage]:  # noqa: ARG001
    kind = Notice if settings.LOCAL else Error
    return [kind(problem, id="portal.configuration") for problem in configuration_problems()]


@register(Tags.database)
def check_lines(
    app_configs: Sequence[Any] | None,  # noqa: ARG001
    databases: Sequence[str] | None = None,
    **_options: Any,
) -> list[CheckMessage]:
    """What is wrong with the lines to agencies that divisions wrote down: ``manage.py check --database default``."""
    from verification.config import line_problems

    if not databases or "verification_dataitem" not in connection.introspection.table_names():
        return []
    return [Notice(problem, id="portal.lines") for problem in line_problems()]


@register("configuration", deploy=True)
def check_mode(app_configs: Sequence[Any] | None, **_options: Any) -> list[CheckMessage]:  # noqa: ARG001
    """Who asks before deployment means a server; in local mode nothing of what follows would be asked."""
    said = "PORTAL_MODE is local: a server needs PORTAL_MODE=production"
    return [Error(said, id="portal.mode")] if settings.LOCAL else []


def refuse_unsound() -> None:
    """A process of a production site does not start on settings its own parts refuse. Raises ImproperlyConfigured."""
    problems = [] if settings.LOCAL else configuration_problems()
    if problems:
        raise ImproperlyConfigured(told(problems))
