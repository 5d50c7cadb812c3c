"""A school's profile says "checked by the bureau" only if somebody did, of what it says now."""

import pytest
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from foundation.errors import NotAllowed
from schools.models import ProfileCheck
from schools.services import profile_check
from tests import factories
from tests.entering import signed_in

pytestmark = pytest.mark.django_db
UNCHECKED, CHECKED = "has not checked it yet", "checked by the bureau on"


def read(client: Client) -> str:
    return client.get("/schools/WL01/", headers={"accept-language": "en"}).content.decode()


def test_only_what_somebody_checked_says_so() -> None:
    place = factories.world()
    place.school.features = "合唱团"
    place.school.save()
    everybody, official = Client(), signed_in(factories.staff("official"))
    assert UNCHECKED in read(everybody)
    assert "/official/schools/WL01/checked/" not in read(everybody)
    assert "/official/schools/WL01/checked/" in read(official)
    assert official.post("/official/schools/WL01/checked/").status_code == 302
    assert official.post("/official/schools/WL01/checked/").status_code == 302
    assert ProfileCheck.objects.count() == 1
    assert CHECKED in read(everybody)
    place.school.features = "合唱团、足球队"
    place.school.save()
    assert UNCHECKED in read(everybody)


def test_who_may_not_check() -> None:
    factories.world()
    for stranger in (factories.staff("official", district="430721"), factories.staff("reviewer", school="WL01")):
        with pytest.raises(NotAllowed):
            profile_check(official=stranger, code="WL01")
    with pytest.raises(NotAllowed):
        profile_check(official=factories.staff("official"), code="NO")


def test_a_check_never_changes() -> None:
    factories.world()
    profile_check(official=factories.staff("official"), code="WL01")
    with pytest.raises(DatabaseError), transaction.atomic():
        ProfileCheck.objects.all().delete()
