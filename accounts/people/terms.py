"""What is typed about a member of staff, checked: a role with its place and days, a user name, a password."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.departments import Department
from accounts.models import Account, Role
from foundation import clock
from foundation.errors import Refused

RoleRow = tuple[str, str, str]  # role, district code or prefix, school code or ""
DIVISION = re.compile(r"(\d{2}){1,3}")  # GB/T 2260: province, city or county
TOWN = re.compile(r"\d{9}")  # a partner department may have an office of its own in a town
COUNTY_DIGITS = 6
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


@dataclass(frozen=True, slots=True)
class Terms:
    """A role as it is given: where it reaches, its first and its last day (None: without an end)."""

    role: str
    district: str
    school: str = ""
    from_day: date | None = None
    until_day: date | None = None
    department: str = ""

    def stored(self) -> list[str]:
        """As a row of JSON."""
        days = (day.isoformat() if day else "" for day in (self.from_day, self.until_day))
        return [self.role, self.district, self.school, *days, *([self.department] if self.department else [])]

    @classmethod
    def read(cls, row: Sequence[str]) -> "Terms":
        """Of ``stored``."""
        first, last = (date.fromisoformat(text) if text else None for text in row[3:5])
        return cls(row[0], row[1], row[2], first, last, *row[5:6])

    @classmethod
    def of(cls, role: Role) -> "Terms":
        """Of a role that is held."""
        days = role.from_day, role.until_day
        return cls(role.name, role.district_code, role.school_code, *days, role.department)


def prefixes(district: str) -> list[str]:
    """The divisions whose staff reach this one, itself included."""
    whole = len(district) if not TOWN.fullmatch(district) else COUNTY_DIGITS
    return [*(district[:length] for length in range(2, whole + 1, 2)), *([district] if whole < len(district) else [])]


def roles_checked(roles: Iterable[RoleRow]) -> list[RoleRow]:
    """The same rows, each once. Raises Refused for a role that does not exist and a place that is no division."""
    found: list[RoleRow] = []
    for role, district, school in roles:
        if role not in Role.Name.values:
            words = {"role": role, "roles": ", ".join(Role.Name.values)}
            raise Refused(_("There is no role “%(role)s”. The roles are: %(roles)s.") % words, field="role")
        if not DIVISION.fullmatch(district) and not (role == Role.Name.DEPARTMENT and TOWN.fullmatch(district)):
            wrong = _("“%(code)s” is no division code: two, four or six digits (430702).") % {"code": district}
            raise Refused(wrong, field="district")
        if (role, district, school) not in found:
            found.append((role, district, school))
    return found


def terms_checked(terms: Iterable[Terms]) -> list[Terms]:
    """The same roles, each once. Raises Refused for none at all, for days that are over or in the wrong order, and for
    an officer of no department.
    """
    found: dict[tuple[RoleRow, str], Terms] = {}
    for one in terms:
        for row in roles_checked([(one.role, one.district, one.school)]):
            found.setdefault((row, one.department), one)
        if (one.role == Role.Name.DEPARTMENT) != (one.department in Department.values):
            text = _("Please choose the department of a partner department's officer, and of nobody else.")
            raise Refused(text, code="department", field="department")
        if one.until_day and one.until_day < clock.today():
            raise Refused(_("The last day is over already."), code="over", field="until")
        if one.from_day and one.until_day and one.until_day < one.from_day:
            raise Refused(_("The last day lies before the first one."), code="order", field="until")
    if not found:
        raise Refused(_("Please choose a role and its place."), code="no_role", field="role")
    return list(found.values())


def password_checked(password: str, username: str) -> str:
    """The same password. Raises Refused for a short or a common one."""
    try:
        validate_password(password, Account(username=username))
    except ValidationError as wrong:
        raise Refused(" ".join(wrong.messages), code="weak_password", field="password") from wrong
    return password


def username_checked(username: str) -> str:
    """The same name. Raises Refused for one that is taken or that is not typed easily."""
    if not USERNAME.fullmatch(username):
        raise Refused(
            _("A user name has 3 to 40 small letters, digits, dots or dashes and begins with a letter."),
            field="username",
        )
    if Account.objects.filter(username=username).exists():
        raise Refused(_("The user name %(name)s is taken.") % {"name": username}, code="taken", field="username")
    return username
