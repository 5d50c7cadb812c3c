"""Members of staff after their first day: checked roles, a new authenticator, an end at once. For who keeps the server.

The pages of the bureau stand on the same services; everything here is audited as done by the system itself.
"""

import re
from collections.abc import Iterable, Sequence

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, Role, TokenDevice
from audit.services import record
from foundation.errors import Refused

RoleRow = tuple[str, str, str]  # role, district code or prefix, school code or ""
DIVISION = re.compile(r"(\d{2}){1,3}")  # GB/T 2260: province, city or county
USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")


def roles_checked(roles: Iterable[RoleRow]) -> list[RoleRow]:
    """The same rows, each once. Raises Refused for a role that does not exist and a place that is no division."""
    found: list[RoleRow] = []
    for role, district, school in roles:
        if role not in Role.Name.values:
            words = {"role": role, "roles": ", ".join(Role.Name.values)}
            raise Refused(_("There is no role “%(role)s”. The roles are: %(roles)s.") % words, field="role")
        if not DIVISION.fullmatch(district):
            wrong = _("“%(code)s” is no division code: two, four or six digits (430702).") % {"code": district}
            raise Refused(wrong, field="district")
        if (role, district, school) not in found:
            found.append((role, district, school))
    return found


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


def _member(username: str) -> Account:
    """The member of staff, locked. Raises Refused."""
    found = Account.objects.select_for_update().filter(username=username, is_staff=True).first()
    if found is None:
        raise Refused(_("There is no member of staff %(name)s.") % {"name": username}, code="unknown", field="username")
    return found


@transaction.atomic
def staff_active(*, username: str, active: bool) -> Account:
    """Switch a member of staff off (every session ends with the next page) or on again. Raises Refused."""
    account = _member(username)
    account.is_active = active
    account.save(update_fields=["is_active"])
    action = "staff.enable" if active else "staff.disable"
    record(actor=None, action=action, object_type="account", object_id=account.pk)
    return account


@transaction.atomic
def staff_reset(*, username: str, password: str) -> TokenDevice:
    """A new password and a new authenticator; the old ones and all sessions end. Raises Refused."""
    account = _member(username)
    account.set_password(password_checked(password, username))
    account.save(update_fields=["password"])
    TokenDevice.objects.filter(user=account).delete()
    device: TokenDevice = TokenDevice.objects.create(user=account, name="totp", confirmed=True)
    record(actor=None, action="staff.reset", object_type="account", object_id=account.pk)
    return device


@transaction.atomic
def staff_roles(*, username: str, add: Sequence[RoleRow] = (), remove: Sequence[RoleRow] = ()) -> list[Role]:
    """Give and take roles; the roles held now. Raises Refused, also for one to be taken that is not held."""
    account = _member(username)
    given = roles_checked(add)
    for role, district, school in remove:
        gone, _rows = Role.objects.filter(
            account=account, name=role, district_code=district, school_code=school
        ).delete()
        if not gone:
            held = ":".join(part for part in (role, district, school) if part)
            words = {"name": username, "role": held}
            raise Refused(_("%(name)s does not hold the role %(role)s.") % words, code="not_held", field="role")
    for role, district, school in given:
        Role.objects.get_or_create(account=account, name=role, district_code=district, school_code=school)
    details = {"given": [list(row) for row in given], "taken": [list(row) for row in remove]}
    record(actor=None, action="staff.roles", object_type="account", object_id=account.pk, details=details)
    return list(account.roles.order_by("name", "district_code", "school_code"))


def staff_listed(*, district: str = "") -> list[Account]:
    """Members of staff whose roles reach the division or lie in it, with their roles; all for ""."""
    rows = Account.objects.filter(is_staff=True).prefetch_related("roles").order_by("username")
    return [
        account for account in rows if not district or any(_touches(role, district) for role in account.roles.all())
    ]


def _touches(role: Role, district: str) -> bool:
    return role.district_code.startswith(district) or district.startswith(role.district_code)
