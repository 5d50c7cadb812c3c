"""A worker as a process of its own, on the database of the running test, so that it can be killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
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


def wait_until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for the worker to come so far; fails the test when it does not."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            pytest.fail("the worker did not come this far")
        time.sleep(0.05)
