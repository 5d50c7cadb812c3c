"""What every channel, agency and provider says of its settings: asked by ``manage.py check`` and by every start."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.checks import Warning as Notice
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from portal.safety import told


def configuration_problems() -> list[str]:
    """What is wrong, in words for an administrator, each beginning with whom it is about."""
    from accounts.oidc.providers import providers
    from notifications.channels.chosen import check_config as channel_problems
    from verification.config import check_config as agency_problems

    with translation.override("en"):  # beside the faults of portal.safety: one language
        found = [*channel_problems(), *agency_problems()]
    try:
        providers()
    except (ImproperlyConfigured, OSError) as wrong:
        found.append(f"government sign-in: {wrong}")
    return found


@register("configuration")
def check_configuration(app_configs: Sequence[Any] | None, **_options: Any) -> list[CheckMessage]:  # noqa: ARG001
    kind = Notice if settings.LOCAL else Error
    return [kind(problem, id="portal.configuration") for problem in configuration_problems()]


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
