"""The REST framework as this site uses it."""

from typing import Final

from rest_framework.apps import RestFrameworkConfig

from foundation.optional import left_out

# Its client for tests, its coloured code, its descriptions in Markdown. None is used here; ``requests`` and
# ``pygments`` are installed for others' sake and would cost every process a sixth of its start and 8 MB.
UNUSED: Final = ("requests", "pygments", "markdown")


class RestConfig(RestFrameworkConfig):  # type: ignore[misc,unused-ignore]
    """Stands first among the apps, so that nothing of the framework is read before."""

    def ready(self) -> None:
        """Read the one module that looks for what is optional."""
        with left_out(*UNUSED):
            import rest_framework.compat  # noqa: F401
        super().ready()
