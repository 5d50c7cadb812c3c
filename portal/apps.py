from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """A fresh checkout has only the text catalogue: whatever starts first compiles it."""
        from django.utils.translation.reloader import translation_file_changed

        from portal import checks  # noqa: F401 - registers them
        from portal.catalogue import compile_if_stale

        made = compile_if_stale()
        if made is not None:  # some room may have looked for texts already: forget what it did not find
            translation_file_changed(sender=None, file_path=made)
