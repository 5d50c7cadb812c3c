"""Who the pupils of a school are, and who may plan or confirm its classes."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import OuterRef, QuerySet, Subquery

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.seasons.models import Application, ApplicationState, Offer
from schools.models import School

PUPIL_STATES = (ApplicationState.ACCEPTED, ApplicationState.ENROLLED)


def placed_at(schools: Iterable[str]) -> QuerySet[Application]:
    """Applications whose newest offer is of one of the schools."""
    codes = list(schools)
    newest = Offer.objects.filter(application=OuterRef("pk")).order_by("-pk").values("school_id")[:1]
    offered = Application.objects.filter(pk__in=Offer.objects.filter(school_id__in=codes).values("application_id"))
    return offered.annotate(place=Subquery(newest)).filter(place__in=codes)


def waiting_at(schools: Iterable[str]) -> Counter[tuple[str, int, str]]:
    """How many children accepted a place and are in no class yet, by school, season and stage."""
    codes = list(schools)
    newest = Offer.objects.filter(application=OuterRef("pk")).order_by("-pk").values("school_id")[:1]
    offered = Offer.objects.filter(school_id__in=codes).values("application_id")
    rows = (
        Application.objects.filter(pk__in=offered, state__in=PUPIL_STATES, class_seat__isnull=True)
        .annotate(place=Subquery(newest))
        .filter(place__in=codes)
        .values_list("place", "round__season_id", "stage")
    )
    return Counter(rows)


def starters(school: str, season_id: int, stage: str) -> QuerySet[Application]:
    """The children who accepted a place at the school, by id."""
    found = placed_at([school]).filter(round__season_id=season_id, stage=stage, state__in=PUPIL_STATES)
    return found.order_by("pk")


def pupils_of(school: str, season_id: int, stage: str) -> QuerySet[Application]:
    """Those of them who are in no class yet."""
    return starters(school, season_id, stage).filter(class_seat__isnull=True)


def may_run(account: Account, school: School) -> bool:
    """Whether the account may plan and lead the assignment of this school."""
    return scope(account).may(Ability.CLASSES_RUN, district=school.district_id, school=school.pk)


def may_confirm(account: Account, school: School) -> bool:
    """Whether the account confirms final steps from outside the school: bureau, city, notary."""
    return scope(account).may(Ability.ROUND_CONFIRM, district=school.district_id)
