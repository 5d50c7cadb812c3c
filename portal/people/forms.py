"""What the forms of the people's pages posted: roles with place and days, days of a leave."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Account, Leave
from accounts.pages import StaffRequest
from accounts.people.leaves import deputies_of, leave_make
from accounts.people.terms import Terms
from foundation.errors import Refused
from portal.people.places import placed

ROWS = 3  # roles that one form can give


def day_of(posted: QueryDict, name: str) -> date | None:
    """A day that was typed; None for none. Raises Refused."""
    typed = posted.get(name, "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Refused(_("“%(day)s” is not a day.") % {"day": typed[:20]}, code="day", field=name) from None


def needed_day(posted: QueryDict, name: str) -> date:
    """A day that must be there. Raises Refused."""
    found = day_of(posted, name)
    if found is None:
        raise Refused(_("Please give the first and the last day."), code="day", field=name)
    return found


def roles_of(posted: QueryDict) -> list[Terms]:
    """The roles of a form; rows without a role are empty ones. Raises Refused."""
    found = []
    for at in range(ROWS):
        role, place = (posted.get(f"{name}-{at}", "").replace("\0", "") for name in ("role", "place"))
        if not role:
            continue
        if not place:
            raise Refused(_("Please choose a role and its place."), code="no_place", field="place")
        district, _slash, school = place.partition("/")
        name, _colon, department = role.partition(":")
        days = day_of(posted, f"from-{at}"), day_of(posted, f"until-{at}")
        found.append(Terms(name, district, school, *days, department))
    return placed(found)


def leave_entered(request: StaffRequest, account: Account) -> Leave:
    """Enter the leave that a form asks for. Raises NotAllowed, Refused."""
    wanted = request.POST.get("deputy", "")
    deputy = next((one for one in deputies_of(request.account, account) if str(one.public_id) == wanted), None)
    if deputy is None:
        raise Refused(_("Please choose a colleague who works here."), code="deputy", field="deputy")
    first, last = needed_day(request.POST, "from"), needed_day(request.POST, "until")
    return leave_make(actor=request.account, account=account, deputy=deputy, first=first, last=last)
