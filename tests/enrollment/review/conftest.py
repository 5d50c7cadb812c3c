"""What the tests of reviewers share."""

from collections.abc import Callable
from functools import partial

import pytest
from django.test import Client

from accounts.models import Account
from tests.entering import signed_in

Enter = Callable[[Account], Client]


@pytest.fixture
def enter() -> Enter:
    """A browser of a member of staff who gave password and one-time password."""
    return partial(signed_in, language="en")
