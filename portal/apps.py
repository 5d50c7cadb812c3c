from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """A fresh checkout has only the text catalogue: whatever starts first compiles it."""
        from portal.catalogue import compile_if_stale

        compile_if_stale()
