"""Cases whose checks were really made over HTTP, against the mock agencies of ``tests.agencies``."""

from datetime import timedelta
from typing import Any

from accounts.models import Account
from enrollment.judging.services import application_assess
from enrollment.review.services import review_return
from enrollment.seasons.models import Application
from foundation import clock
from tests import factories
from tests.agencies import City
from verification.checking import MAX_ATTEMPTS, checks_run

REASON = "按登记机构的数据确认"


def checked(application: Application) -> Application:
    """Make every check of the newest version over HTTP, as often as it takes, and judge it."""
    version = application.versions.get(number=application.version)
    at = clock.now()
    for _ in range(MAX_ATTEMPTS):
        with clock.at(at):
            checks_run(subject=version.pk)
        at += timedelta(minutes=2)
    assert not application_assess(version_id=version.pk)  # the last check judged it already
    application.refresh_from_db()
    return application


def case(city: City, **changed: str) -> tuple[factories.Family, Application]:
    """A case on the reviewer's desk: the register knows another share than the family declares."""
    one = factories.family(factories.world(), **changed)
    held = factories.records(one)
    held["real_estate"][0]["owners"][0]["share"] = 0.5
    for agency, found in held.items():
        city.put(agency, *found)
    return one, checked(one.submit())


def reviewer() -> Account:
    return factories.staff("reviewer", school="WL01")


def week() -> Any:
    return clock.now() + timedelta(days=7)


def returned(city: City) -> tuple[factories.Family, Application]:
    one, application = case(city)
    review_return(
        reviewer=reviewer(), application_id=application.pk, items=["home_share"], reason=REASON, deadline=week()
    )
    application.refresh_from_db()
    return one, application
