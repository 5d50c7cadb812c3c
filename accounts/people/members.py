"""Members of staff after their first day: roles given and taken, an end at once, a new way in.

``actor`` is None for who keeps the server (``manage.py staff``), who may do everything here; everybody else acts within
their own places and rank.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account, Role, TokenDevice
from accounts.people.leaves import leaves_end_of, leaves_follow
from accounts.people.ranks import may_appoint, own_roles, refuse_last, refuse_to_manage
from accounts.people.recovery import devices_drop
from accounts.people.terms import RoleRow, Terms, password_checked, roles_checked
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused
from foundation.locks import lock

ADMINISTRATORS = "staff.administrators"  # the lock under which nobody is the last one


def staff_member(username: str) -> Account:
    """The member of staff of this name. Raises Refused."""
    found = Account.objects.filter(username=username, is_staff=True).first()
    if found is None:
        raise Refused(_("There is no member of staff %(name)s.") % {"name": username}, code="unknown", field="username")
    return found


def _locked(account: Account) -> Account:
    return Account.objects.select_for_update().get(pk=account.pk, is_staff=True)


def _district(account: Account) -> str:
    return own_roles(account).order_by("pk").values_list("district_code", flat=True).first() or ""


@transaction.atomic
def staff_active(*, actor: Account | None, account: Account, active: bool) -> Account:
    """Switch a member of staff off (open sessions end with their next page) or on again. Raises NotAllowed, Refused.

    Whoever is away and is switched off is no longer stood in for; the last administrator of a place stays.
    """
    lock(ADMINISTRATORS)
    account = _locked(account)
    if actor is not None:
        refuse_to_manage(actor, account)
        if not active:
            refuse_last(account, account.roles.in_force(), wholly=True)
    account.is_active = active
    account.save(update_fields=["is_active"])
    if not active:
        leaves_end_of(account)
    action = "staff.enable" if active else "staff.disable"
    record(actor=actor, action=action, object_type="account", object_id=account.pk, district=_district(account))
    return account


@transaction.atomic
def staff_reset(*, account: Account, password: str) -> TokenDevice:
    """A new password and a new authenticator; the old ones, recovery codes and all sessions end. Raises Refused."""
    account = _locked(account)
    account.set_password(password_checked(password, account.username))
    account.save(update_fields=["password"])
    devices_drop(account)
    device: TokenDevice = TokenDevice.objects.create(user=account, name="totp", confirmed=True)
    record(actor=None, action="staff.reset", object_type="account", object_id=account.pk)
    return device


def roles_store(*, account: Account, roles: Sequence[Terms], given_by: Account | None) -> None:
    """Give roles; one that is held already gets the new days. The caller has checked and records. In a transaction."""
    for one in roles:
        Role.objects.update_or_create(
            account=account,
            name=one.role,
            district_code=one.district,
            school_code=one.school,
            department=one.department,
            leave=None,
            defaults={"from_day": one.from_day, "until_day": one.until_day, "given_by": given_by},
        )
    leaves_follow(account)


@transaction.atomic
def role_end(*, actor: Account, account: Account, role_id: int) -> Role:
    """End a role with yesterday: it opens nothing any more, and the page says that it was held.

    Raises NotAllowed, Refused; of oneself nobody ends the only role.
    """
    lock(ADMINISTRATORS)
    account = _locked(account)
    role = own_roles(account).filter(pk=role_id).first()
    if role is None or not may_appoint(actor, Terms.of(role)):
        raise NotAllowed(_("You may not do this here."))
    refuse_last(account, [role], wholly=False)
    if not own_roles(account).in_force().exclude(pk=role.pk).exists():
        raise Refused(_("This is the only role. Switch the account off instead."), code="only")
    role.until_day = clock.today() - timedelta(days=1)
    if role.from_day and role.from_day > role.until_day:
        role.from_day = role.until_day
    role.save(update_fields=["from_day", "until_day"])
    leaves_follow(account)
    details = {"taken": [Terms.of(role).stored()]}
    where = role.district_code
    record(
        actor=actor, action="staff.roles", object_type="account", object_id=account.pk, district=where, details=details
    )
    return role


@transaction.atomic
def staff_roles(*, account: Account, add: Sequence[RoleRow] = (), remove: Sequence[RoleRow] = ()) -> list[Role]:
    """Give and take roles as who keeps the server does; the roles held now. Raises Refused, also for one that is to be
    taken and is not held.
    """
    account = _locked(account)
    given = roles_checked(add)
    for role, district, school in remove:
        held = own_roles(account).filter(name=role, district_code=district, school_code=school)
        gone, _rows = held.delete()
        if not gone:
            named = ":".join(part for part in (role, district, school) if part)
            words = {"name": account.username, "role": named}
            raise Refused(_("%(name)s does not hold the role %(role)s.") % words, code="not_held", field="role")
    roles_store(account=account, roles=[Terms(*row) for row in given], given_by=None)
    details = {"given": [list(row) for row in given], "taken": [list(row) for row in remove]}
    record(actor=None, action="staff.roles", object_type="account", object_id=account.pk, details=details)
    return list(account.roles.order_by("name", "district_code", "school_code"))


def staff_listed(*, district: str = "") -> list[Account]:
    """Members of staff whose roles reach the division or lie in it, with their roles; all for ""."""
    rows: QuerySet[Account] = Account.objects.filter(is_staff=True).prefetch_related("roles").order_by("username")
    return [
        account for account in rows if not district or any(_touches(role, district) for role in account.roles.all())
    ]


def _touches(role: Role, district: str) -> bool:
    return role.district_code.startswith(district) or district.startswith(role.district_code)
