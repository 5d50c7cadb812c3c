"""Who works here: the list, one person, and what an administrator does about them."""

from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Account, StaffChange
from accounts.pages import StaffRequest, staff_page
from accounts.people import selectors
from accounts.people.appointing import roles_give, staff_invite, staff_reset_open, terms_of
from accounts.people.leaves import deputies_of, leave_end, may_arrange
from accounts.people.members import role_end, staff_active
from accounts.people.ranks import own_places
from accounts.people.recovery import codes_left
from accounts.people.words import no_such_page
from audit.services import record, record_views
from foundation import clock
from foundation.errors import NotAllowed, Refusal, Refused
from portal.people.forms import leave_entered, roles_of
from portal.people.places import Names, terms_words
from portal.people.shown import choices, page, row_of, said
from schools.models import District

A_PAGE = 50


@staff_page
@require_GET
def listed(request: StaffRequest) -> HttpResponse:
    """Everybody with a role at the reader's places, and what is under way."""
    search = request.GET.get("q", "").replace("\0", "")[:80]
    found = selectors.people_here(request.account, search=search)
    shown = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    names = Names()
    names.schools(held.role.school_code for person in shown for held in person.held)
    places = {
        str(one.account.pk): next((held.role.district_code for held in one.held), "") for one in shown.object_list
    }
    record_views(actor=request.account, action="account.list", object_type="account", places=places)
    changes = [
        {"change": one, "roles": terms_words(terms_of(one), names), "over": over(one)}
        for one in selectors.changes_here(request.account)
    ]
    context = {
        "rows": [row_of(person, names) for person in shown],
        "shown": shown,
        "count": len(found),
        "search": search,
        "changes": changes,
        "me": request.account,
    }
    return page(request, "list", context)


def over(change: StaffChange) -> bool:
    """Whether its days are over."""
    return change.expires_at is not None and clock.deadline_passed(change.expires_at)


@staff_page
@require_http_methods(["GET", "POST"])
def invite(request: StaffRequest) -> HttpResponse:
    """Invite somebody: name, telephone at work, roles."""
    if not own_places(request.account):
        raise no_such_page()
    refused = ""
    if request.method == "POST":
        try:
            change = staff_invite(
                actor=request.account,
                name=request.POST.get("name", ""),
                phone=request.POST.get("phone", ""),
                roles=roles_of(request.POST),
                token=request.POST.get("token", ""),
            )
        except (Refused, NotAllowed) as problem:  # a role that was not offered is told as what it is
            refused = problem.message
        else:
            return redirect("people:change", change.public_id)
    typed = {name: request.POST.get(name, "") for name in ("name", "phone")}
    return page(request, "invite", {**choices(request.account, request.POST), "typed": typed}, refused=refused)


@staff_page
@require_GET
def person(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """One member of staff."""
    found = selectors.person_here(request.account, person_id)
    where = next((held.role.district_code for held in found.held), "")
    record(
        actor=request.account,
        action="account.view",
        object_type="account",
        object_id=found.account.pk,
        district=where,
    )
    return _person(request, found)


def _person(request: StaffRequest, found: selectors.Person, refused: str = "") -> HttpResponse:
    names, account = Names(), found.account
    context = {
        **row_of(found, names),
        **choices(request.account, request.POST),
        "oneself": account.pk == request.account.pk,
        "changes": selectors.changes_of(request.account, account),
        "leaves": selectors.leaves_of(account),
        "may_arrange": may_arrange(request.account, account),
        "deputies": deputies_of(request.account, account),
        "codes_left": codes_left(account),
        "today": clock.today(),
    }
    return page(request, "person", context, refused=refused)


def _done(request: StaffRequest, person_id: UUID, act: Callable[[Account], object], done: str) -> HttpResponse:
    """Do one thing about a person; the page again, with what was done or why not."""
    found = selectors.person_here(request.account, person_id)
    try:
        made = act(found.account)
    except Refusal as problem:
        return _person(request, selectors.person_here(request.account, person_id), problem.message)
    if isinstance(made, StaffChange) and made.state != StaffChange.State.DONE:
        return redirect("people:change", made.public_id)
    said(request, done)
    return redirect("people:person", person_id)


@staff_page
@require_POST
def give(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Give roles."""

    def act(account: Account) -> StaffChange:
        roles, token = roles_of(request.POST), request.POST.get("token", "")
        return roles_give(actor=request.account, account=account, roles=roles, token=token)

    return _done(request, person_id, act, _("The role is given."))


@staff_page
@require_POST
def take(request: StaffRequest, person_id: UUID, role_id: int) -> HttpResponse:
    """End a role."""
    return _done(
        request,
        person_id,
        lambda account: role_end(actor=request.account, account=account, role_id=role_id),
        _("The role is ended. It opens nothing any more."),
    )


@staff_page
@require_POST
def disable(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Switch somebody off."""
    return _done(
        request,
        person_id,
        lambda account: staff_active(actor=request.account, account=account, active=False),
        _("The account is switched off; open sessions end with their next page."),
    )


@staff_page
@require_POST
def enable(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Switch somebody on again."""
    return _done(
        request,
        person_id,
        lambda account: staff_active(actor=request.account, account=account, active=True),
        _("The account is switched on again."),
    )


@staff_page
@require_POST
def reset(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """A new way in for somebody who lost theirs."""
    token = request.POST.get("token", "")
    return _done(
        request,
        person_id,
        lambda account: staff_reset_open(actor=request.account, account=account, token=token),
        "",
    )


@staff_page
@require_POST
def leave(request: StaffRequest, person_id: UUID) -> HttpResponse:
    """Say that somebody is away, and who takes over."""
    return _done(
        request,
        person_id,
        lambda account: leave_entered(request, account),
        _("The leave is entered. It begins and ends by itself."),
    )


@staff_page
@require_POST
def leave_over(request: StaffRequest, leave_id: UUID) -> HttpResponse:
    """Take a leave back."""
    ended = leave_end(actor=request.account, leave_id=leave_id)
    said(request, _("The leave is taken back."))
    return redirect("people:person", ended.account.public_id)


@staff_page
@require_GET
def abilities(request: StaffRequest) -> HttpResponse:
    """Who can do what at one place, for paper, too."""
    reaches = own_places(request.account)
    if not reaches:
        raise no_such_page()
    rows = District.objects.exclude(code__endswith="00").order_by("code")
    counties = [one for one in rows if any(one.code.startswith(reach) for reach in reaches)]
    offered = [(one.code, one.name) for one in counties] or [(reach, reach) for reach in reaches]
    wanted = request.GET.get("place", offered[0][0])
    if wanted not in dict(offered):
        raise no_such_page()
    table = selectors.abilities_at(request.account, wanted)
    context = {"table": table, "places": offered, "place": wanted, "name": dict(offered)[wanted], "today": clock.now()}
    return page(request, "abilities", context)
