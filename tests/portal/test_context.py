"""Synthetic families are called so on every page, and real ones are not."""

import pytest
from django.test import Client

from enrollment.seasons.models import Season
from portal.context import stored_synthetic
from tests.factories import world

WORDS = "合成数据"
pytestmark = pytest.mark.django_db
PAGES = ("/", "/sign-in/", "/find-school/", "/results/", "/staff/sign-in/", "/nowhere/")


@pytest.mark.parametrize("path", PAGES)
def test_a_synthetic_season_is_named_on_every_page(path: str) -> None:
    world()
    assert WORDS in Client().get(path).content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_a_real_season_is_not_called_synthetic(path: str) -> None:
    world()
    Season.objects.update(synthetic=False)
    stored_synthetic.cache_clear()
    assert WORDS not in Client().get(path).content.decode()
