"""Places a role may be given for, by name: divisions and schools in the reach of whoever appoints."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account, Role
from accounts.people.ranks import own_places, role_name
from accounts.people.selectors import Held
from accounts.people.terms import Terms
from foundation.errors import Refused
from schools.matching import divisions
from schools.models import District, School

FULL = 6  # digits of a county's code


@dataclass(frozen=True, slots=True)
class Place:
    """One option of the form: ``430702`` or ``430702/WL01``."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class PlaceGroup:
    """A division and its schools."""

    label: str
    places: tuple[Place, ...]


class Names:
    """Names of divisions and schools, asked for once a page."""

    def __init__(self) -> None:
        self._districts: dict[str, str] = {}
        self._schools: dict[str, str] = {}
        self._read = False

    def district(self, code: str) -> str:
        """A division's name; its code where no season has brought it yet."""
        if not self._read:
            self._districts, self._read = dict(District.objects.values_list("code", "name")), True
        town = divisions.get(code) if len(code) > FULL else None
        if town is not None:
            return f"{self.district(town.parent)} · {town.name}"
        return self._districts.get(f"{code:0<{FULL}}") or self._districts.get(code) or code

    def schools(self, codes: Iterable[str]) -> None:
        """Read the names of these schools at once."""
        wanted = {code for code in codes if code} - set(self._schools)
        if wanted:
            self._schools |= dict(School.objects.filter(pk__in=wanted).values_list("code", "name"))

    def place(self, district: str, school: str) -> str:
        """Where a role reaches, in words."""
        if not school:
            return self.district(district)
        self.schools([school])
        return f"{self.district(district)} · {self._schools.get(school, school)}"


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role in words, as the pages show it."""

    id: int
    role: str
    place: str
    row: Role
    in_force: bool
    to_come: bool
    may_end: bool
    stands_for: str


def role_line(held: Held, names: Names) -> RoleLine:
    """One role of a person."""
    role = held.role
    leave = role.leave
    return RoleLine(
        role.pk,
        role_words(role.name, role.department),
        names.place(role.district_code, role.school_code),
        role,
        held.in_force,
        held.to_come,
        held.may_end,
        (leave.account.name or leave.account.username) if leave else "",
    )


def role_words(role: str, department: str) -> str:
    """A role in words; of an officer with the department."""
    return f"{role_name(role)} · {Department(department).label}" if department in Department.values else role_name(role)


def terms_words(terms: Iterable[Terms], names: Names) -> list[dict[str, object]]:
    """Roles that are not given yet, in words."""
    return [
        {
            "role": role_words(one.role, one.department),
            "place": names.place(one.district, one.school),
            "from_day": one.from_day,
            "until_day": one.until_day,
        }
        for one in terms
    ]


def places_offered(actor: Account) -> list[PlaceGroup]:
    """The divisions a person administers and their schools."""
    found, names = [], Names()
    for reach in own_places(actor):
        known = list(District.objects.filter(code__startswith=reach).order_by("code").prefetch_related("schools"))
        if not any(_prefix(one.code) == reach for one in known):
            found.append(PlaceGroup(names.district(reach), (Place(reach, names.district(reach)),)))
        for one in known:
            code = _prefix(one.code)
            whole = Place(code, _("%(place)s, all of it") % {"place": one.name})
            schools = (Place(f"{code}/{school.pk}", school.name) for school in one.schools.all())
            towns = (Place(town.code, town.name) for town in divisions.towns(one.code))  # of a partner department
            found.append(PlaceGroup(one.name, (whole, *schools, *towns)))
    return found


def _prefix(code: str) -> str:
    """A division as roles write it: 4307 for the city 430700."""
    while len(code) > len("43") and code.endswith("00"):
        code = code[:-2]
    return code


def placed(terms: Iterable[Terms]) -> list[Terms]:
    """The same roles, their schools being schools of their divisions. Raises Refused."""
    found = list(terms)
    for one in found:
        if one.school and not School.objects.filter(pk=one.school, district__code__startswith=one.district).exists():
            words = {"school": one.school, "place": one.district}
            raise Refused(_("There is no school %(school)s in %(place)s.") % words, code="school", field="place")
    return found
