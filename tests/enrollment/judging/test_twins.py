"""Twins over midnight and over the age limit: told to the family, and before a person, whatever the registers say."""

from datetime import date

import pytest

from enrollment.filing.drafts.services import child_add
from notifications.models import Message
from tests import factories
from tests.agencies import City
from tests.enrollment.over_http import checked

pytestmark = pytest.mark.django_db
LAST, FIRST_TOO_YOUNG = date(2019, 8, 31), date(2019, 9, 1)  # of the policy changde, for 2025-08-31


@pytest.mark.parametrize(
    ("own", "other", "parted"),
    [
        (LAST, FIRST_TOO_YOUNG, True),
        (LAST, date(2019, 8, 30), False),
        (LAST, LAST, False),
        (LAST, date(2019, 9, 2), False),
        (date(2019, 5, 4), date(2019, 5, 5), False),
    ],
)
def test_a_cut_off_that_parts_twins_is_told_and_put_before_a_person(
    agencies: City, own: date, other: date, parted: bool
) -> None:
    one = factories.family(factories.world(), child_id=factories.child_number(born=own), keep_siblings="yes")
    child_add(guardian=one.guardian, name="合成小华", id_number=factories.child_number(born=other))
    agencies.believe(one)
    application = checked(one.submit())
    assert application.state == ("attention" if parted else "approved")
    assert application.versions.get().evaluation["twins_parted"] is parted
    told = Message.objects.filter(template="twins_parted", account=one.guardian)
    assert told.count() == int(parted)
