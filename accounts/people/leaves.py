"""Leave: somebody is away for some days, and another person of the same place holds the same roles meanwhile.

A deputy's roles are rows of their own that name the leave: they begin and end by their days, never reach further than
what the absent person holds, and go with the leave when it is taken back.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Account, Leave, Role
from accounts.people.ranks import HIGH, may_appoint, own_roles, refuse_clash, role_name
from accounts.people.terms import Terms, prefixes
from accounts.people.words import no_such_page
from audit.services import record
from foundation import clock
from foundation.errors import NotAllowed, Refused

MOST_DAYS: Final = 366


def may_arrange(actor: Account, account: Account) -> bool:
    """Whether the person may say that this one is away: oneself, or whoever could give all these roles."""
    roles = list(own_roles(account).in_force())
    return bool(roles) and (actor.pk == account.pk or all(may_appoint(actor, Terms.of(role)) for role in roles))


@transaction.atomic
def leave_make(*, actor: Account, account: Account, deputy: Account, first: date, last: date) -> Leave:
    """``account`` is away from the first to the last day, and ``deputy`` holds the same roles. Raises NotAllowed,
    Refused.
    """
    account = Account.objects.select_for_update().get(pk=account.pk)  # two leaves at once take turns
    if not may_arrange(actor, account):
        raise NotAllowed(_("You may not do this here."))
    _refuse_days(account, first, last)
    lent = _lent(account, first, last)
    refuse_deputy(actor, deputy, account, lent)
    made = Leave.objects.create(
        account=account, deputy=deputy, from_day=first, until_day=last, made_by=actor, made_at=clock.now()
    )
    _rows(made, lent)
    details = {"deputy": deputy.pk, "from": first.isoformat(), "until": last.isoformat()}
    record(
        actor=actor,
        action="staff.leave",
        object_type="account",
        object_id=account.pk,
        district=lent[0].district,
        details=details,
    )
    return made


def _refuse_days(account: Account, first: date, last: date) -> None:
    if last < first:
        raise Refused(_("The last day lies before the first one."), code="order", field="until")
    if last < clock.today() or first < clock.today():
        raise Refused(_("The first day lies in the past."), code="over", field="from")
    if last - first > timedelta(days=MOST_DAYS):
        raise Refused(_("A leave lasts a year at most."), code="long", field="until")
    if account.leaves.filter(ended_at=None, from_day__lte=last, until_day__gte=first).exists():
        raise Refused(_("There is a leave on these days already. Take it back first."), code="twice", field="from")


def _lent(account: Account, first: date, last: date) -> list[Terms]:
    """The roles of the absent person within these days, each no longer than it is held itself."""
    found = []
    for role in own_roles(account):
        begins, ends = max(first, role.from_day or first), min(last, role.until_day or last)
        if begins <= ends:
            found.append(Terms(role.name, role.district_code, role.school_code, begins, ends, role.department))
    if not found:
        raise Refused(_("There is no role to take over on these days."), code="no_role", field="from")
    return found


def refuse_deputy(actor: Account, deputy: Account, account: Account, lent: Sequence[Terms]) -> None:
    """Raises Refused for a deputy who could not hold the roles.

    Whoever takes over works at the place already. High roles go only to somebody who was given one that reaches as far,
    by two administrators: nobody makes a second official by going on leave. Other roles go to a colleague in the same
    one, unless an administrator who could give them says otherwise.
    """
    own = [Terms.of(role) for role in own_roles(deputy).in_force()]
    if deputy.pk == account.pk or not deputy.is_active or not deputy.is_staff or not own:
        raise Refused(_("Please choose a colleague who works here."), code="deputy", field="deputy")
    role = _beyond(actor, own, lent)
    if role:
        text = _("%(name)s cannot take over the role “%(role)s” here. Choose a colleague in the same role.")
        words = {"name": deputy.name or deputy.username, "role": role_name(role)}
        raise Refused(text % words, code="deputy", field="deputy")
    refuse_clash(own, lent)


def _beyond(actor: Account, own: Sequence[Terms], lent: Sequence[Terms]) -> str:
    """The first role that somebody with these of their own cannot take over; "" for none."""
    for one in lent:
        if one.role in HIGH:
            able = any(mine.role in HIGH and one.district.startswith(mine.district) for mine in own)
        else:
            here = [mine for mine in own if _touch(mine, one)]
            alike = any((mine.role, mine.department) == (one.role, one.department) for mine in here)
            able = bool(here) and (may_appoint(actor, one) or alike)
        if not able:
            return one.role
    return ""


def deputies_of(actor: Account, account: Account) -> list[Account]:
    """The colleagues who could take over what somebody holds today, and nobody else: who works here is not told."""
    lent = [Terms.of(role) for role in own_roles(account).in_force()]
    places = {place for one in lent for place in prefixes(one.district)}
    near = Q(district_code__in=places)
    for one in lent:
        near |= Q(district_code__startswith=one.district)
    rows = Role.objects.in_force().filter(near, leave=None, account__is_active=True, account__is_staff=True)
    by: dict[int, list[Role]] = {}
    for role in rows.exclude(account=account).select_related("account").order_by("account__username", "pk"):
        by.setdefault(role.account_id, []).append(role)
    return [roles[0].account for roles in by.values() if _fits(actor, [Terms.of(role) for role in roles], lent)]


def _fits(actor: Account, own: Sequence[Terms], lent: Sequence[Terms]) -> bool:
    try:
        refuse_clash(own, lent)
    except Refused:
        return False
    return bool(lent) and not _beyond(actor, own, lent)


def _touch(one: Terms, other: Terms) -> bool:
    return one.district.startswith(other.district) or other.district.startswith(one.district)


def _rows(leave: Leave, lent: Sequence[Terms]) -> None:
    Role.objects.bulk_create(
        Role(
            account=leave.deputy,
            name=one.role,
            district_code=one.district,
            school_code=one.school,
            department=one.department,
            from_day=one.from_day,
            until_day=one.until_day,
            given_by=leave.made_by,
            leave=leave,
        )
        for one in lent
    )


def _open(account: Account) -> list[Leave]:
    rows = Leave.objects.select_for_update().filter(account=account, ended_at=None, until_day__gte=clock.today())
    return list(rows.order_by("pk"))


def _what(role: Role) -> tuple[str, str, str, str]:
    """What a role opens, whenever it is held."""
    return role.name, role.district_code, role.school_code, role.department


def leaves_follow(account: Account) -> None:
    """The roles of an absent person changed: the deputy's are those that are left. Nothing is lent that was not there
    when the leave was agreed. Call inside a transaction.
    """
    for leave in _open(account):
        before = {_what(role) for role in leave.roles.all()}
        leave.roles.all().delete()
        held = [role for role in own_roles(account) if _what(role) in before]
        if held:
            kept = {_what(role) for role in held}
            try:
                lent = _lent(account, leave.from_day, leave.until_day)
            except Refused:  # every role ended before the leave
                continue
            _rows(leave, [one for one in lent if (one.role, one.district, one.school, one.department) in kept])


def leaves_end_of(account: Account) -> None:
    """Somebody was switched off: nobody stands in for them any more. Call inside a transaction."""
    for leave in _open(account):
        _end(None, leave)


def _end(actor: Account | None, leave: Leave) -> None:
    leave.ended_at = clock.now()
    leave.save(update_fields=["ended_at"])
    leave.roles.all().delete()
    record(
        actor=actor,
        action="staff.leave.end",
        object_type="account",
        object_id=leave.account_id,
        details={"deputy": leave.deputy_id},
    )


@transaction.atomic
def leave_end(*, actor: Account, leave_id: UUID) -> Leave:
    """Take a leave back: the deputy's roles end at once. Raises NotAllowed."""
    leave = Leave.objects.select_for_update().filter(public_id=leave_id).select_related("account").first()
    mine = leave is not None and (may_arrange(actor, leave.account) or leave.deputy_id == actor.pk)
    if leave is None or not mine:
        raise no_such_page()
    if leave.ended_at is None:
        _end(actor, leave)
    return leave
