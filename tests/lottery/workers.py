"""A worker as a process of its own, on the database of the running test, so that it can be killed."""

import os
import subprocess
import sys

from django.db import connection


def worker(service: str, argument: str, number: int) -> "subprocess.Popen[bytes]":
    """Call one of ``lottery.services`` with one keyword argument, in another process."""
    name = connection.settings_dict["NAME"]
    code = (
        "import sys, django; from django.conf import settings;"
        f" settings.DATABASES['default']['NAME'] = {name!r}; django.setup();"
        f" from lottery import services; services.{service}({argument}=int(sys.argv[1]))"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"}
    return subprocess.Popen([sys.executable, "-c", code, str(number)], env=environment)
