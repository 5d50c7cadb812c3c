"""What the site sets up when it is loaded: the text catalogue, its checks, its part of the set-up of a season."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        """A fresh checkout has only the text catalogue: whatever starts first compiles it."""
        from django.contrib.auth.signals import user_logged_in
        from django.utils.translation.reloader import translation_file_changed

        from enrollment.setup.selectors import further
        from portal import checks  # noqa: F401 - registers them
        from portal.catalogue import compile_if_stale
        from portal.gate.passes import note_staff
        from portal.rehearsing.selectors import rehearsal_step

        further(rehearsal_step)
        user_logged_in.connect(note_staff, dispatch_uid="gate")
        made = compile_if_stale()
        if made is not None:  # some room may have looked for texts already: forget what it did not find
            translation_file_changed(sender=None, file_path=made)
