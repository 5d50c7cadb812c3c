"""WSGI entry point for gunicorn: Django behind the gate that keeps the opening minute fair (docs/load.md)."""

import os
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
from django.utils.module_loading import import_string

from foundation.valkey import away
from portal.checks import refuse_unsound

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application: Any = get_wsgi_application()
refuse_unsound()
get_resolver().url_patterns  # noqa: B018 - every page's code is read now, once for all forks, not at a family's first press
import_string(settings.CELERY_APP)  # for the same reason: the first family that submits wakes a lane,
away()  # and the first page of all asks a counter
if settings.GATE:
    from portal.gate.door import Gate

    application = Gate(application)
