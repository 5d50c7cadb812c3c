"""My account: how I am known, my sign-ins, who else sees my children, what I agreed to, another phone, one account."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import identifiers
from accounts import oidc
from accounts.askers import know_again
from accounts.assured import assured_person
from accounts.face.selectors import face_consents_of
from accounts.identity import sessions_end, sign_ins_of
from accounts.models import Account
from accounts.pages import GuardianRequest, guardian_page
from enrollment.account.asking import ON_ITS_WAY, code_check, code_send
from enrollment.account.services.joining import accounts_join, phone_change
from enrollment.forms.fields import FormField
from enrollment.guardians.selectors import invitations_to, others_of, protected, shared_children
from enrollment.guardians.services.agreements import protection_set
from enrollment.guardians.services.consents import TEXTS
from enrollment.seasons.models import Child
from foundation.errors import NotAllowed, Refusal, Refused

BACKEND = "django.contrib.auth.backends.ModelBackend"


@guardian_page
@require_GET
def account(request: GuardianRequest) -> HttpResponse:
    """Everything about the account itself on one page."""
    me = request.guardian
    names = {one.key: one.called(request.LANGUAGE_CODE) for one in oidc.providers()}
    children = Child.objects.filter(guardian=me).order_by("created_at")
    consents = me.consents.select_related("child", "withdrawal").order_by("-pk")[:20]
    faces = face_consents_of(me)
    context = {
        "me": me,
        "phone": identifiers.mask("mobile", me.phone) if me.phone else "",
        "number": identifiers.mask("id", me.id_number) if me.id_number else "",
        "level": me.get_assurance_display(),
        "assured": assured_person(me) is not None,
        "face_consents": faces,
        "face_standing": any(one.ended_at is None for one in faces),
        "sign_ins": [{"at": one.at, "way": names.get(one.way, ""), "address": one.address} for one in sign_ins_of(me)],
        "family": [{"child": child, "others": others_of(child)} for child in children],
        "shared": shared_children(me),
        "waiting": bool(invitations_to(me)),
        "protection": protected(me),
        "consents": [
            {"text": str(TEXTS[one.kind][1]), "at": one.given_at, "ended": getattr(one, "withdrawal", None)}
            for one in consents
            if one.kind in TEXTS
        ],
    }
    return render(request, "enrollment/account/account.html", context)


@guardian_page
@require_POST
def everywhere(request: GuardianRequest) -> HttpResponse:
    """End all other sessions; this one goes on."""
    changed = sessions_end(account=request.guardian)
    update_session_auth_hash(request, changed)
    know_again(request, changed)
    messages.success(request, _("All other phones and computers are signed out."), extra_tags="good")
    return redirect("enrollment:account")


@guardian_page
@require_POST
def protection(request: GuardianRequest) -> HttpResponse:
    """Keep my address from the other guardian, or no longer."""
    on = request.POST.get("on") == "yes"
    protection_set(account=request.guardian, on=on)
    text = _("Your address and phone are hidden from every other guardian.") if on else _("The protection has ended.")
    messages.success(request, text, extra_tags="good")
    return redirect("enrollment:account")


@guardian_page
@require_http_methods(["GET", "POST"])
def join(request: GuardianRequest) -> HttpResponse:
    """Join an account under another phone: its number first, then the code it got, and who I am."""
    me = request.guardian
    typed = {name: request.POST.get(name, "") for name in ("phone", "code", "name", "id_number")}
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            if "code" in request.POST:
                return _join_accounts(request, typed)
            code_send(request, typed["phone"])
        except Refusal as problem:
            refused = problem
    sent = request.method == "POST" and (refused is None or refused.field != "phone" or refused.code in ON_ITS_WAY)
    fields = [_phone(_("The other mobile number"), typed, refused)]
    if sent:
        fields.append(_code("code", _("Code from the message to that number"), typed, refused))
        if me.assurance < Account.PROVED:
            error = refused.message if refused and refused.field == "guardian_id" else ""
            fields += [
                FormField("name", _("Your name"), typed["name"], "", "", autocomplete="name"),
                FormField(
                    "id_number", _("Your ID number"), typed["id_number"], _("It shows that both are yours."), error
                ),
            ]
    context = {"fields": fields, "sent": sent, "refused": refused if refused and not refused.field else None}
    return render(request, "enrollment/account/account_join.html", context, status=422 if refused else 200)


def _join_accounts(request: GuardianRequest, typed: dict[str, str]) -> HttpResponse:
    other = code_check(request, typed["phone"], typed["code"])
    try:
        kept = accounts_join(account=request.guardian, other=other, name=typed["name"], id_number=typed["id_number"])
    except NotAllowed as refused:
        raise Refused(refused.message, code="staff") from refused
    if kept.pk != request.guardian.pk:
        carried = {name: request.session.get(name) for name in ("channel", "way")}
        login(request, kept, backend=BACKEND)
        request.session.update(carried)
    text = _("Your accounts are one now. Both numbers lead to it.")
    messages.success(request, text, extra_tags="good")
    return redirect("enrollment:account")


def _phone(label: str, typed: dict[str, str], refused: Refusal | None) -> FormField:
    error = refused.message if refused and refused.field == "phone" and refused.code not in ON_ITS_WAY else ""
    help_text = _("We send a code to it.")
    return FormField("phone", label, typed["phone"], help_text, error, type="tel", mode="tel", autocomplete="tel")


def _code(name: str, label: str, typed: dict[str, str], refused: Refusal | None) -> FormField:
    error = refused.message if refused and refused.field == "code" else ""
    return FormField(name, label, typed[name], "", error, mode="numeric", css="code", autocomplete="one-time-code")


@guardian_page
@require_http_methods(["GET", "POST"])
def phone(request: GuardianRequest) -> HttpResponse:
    """Another phone for this account: codes to the new and the old one, or a government sign-in instead of the old."""
    me = request.guardian
    proved = (request.session.get("way") or "sms") != "sms" and me.assurance >= Account.PROVED
    ask_old = bool(me.phone) and not proved
    typed = {name: request.POST.get(name, "") for name in ("phone", "code", "old_code")}
    refused: Refusal | None = None
    if request.method == "POST":
        try:
            if "code" in request.POST:
                return _change_phone(request, typed, ask_old=ask_old)
            code_send(request, typed["phone"])
            if ask_old:
                code_send(request, me.phone or "")
        except Refusal as problem:
            refused = problem
    sent = request.method == "POST" and (refused is None or refused.field != "phone" or refused.code in ON_ITS_WAY)
    fields = [_phone(_("The new mobile number"), typed, refused)]
    if sent:
        fields.append(_code("code", _("Code from the message to the new number"), typed, refused))
        if ask_old:
            fields.append(_code("old_code", _("Code from the message to the old number"), typed, None))
    context = {
        "fields": fields,
        "sent": sent,
        "ask_old": ask_old,
        "refused": refused if refused and not refused.field else None,
    }
    return render(request, "enrollment/account/account_phone.html", context, status=422 if refused else 200)


def _change_phone(request: GuardianRequest, typed: dict[str, str], *, ask_old: bool) -> HttpResponse:
    if ask_old:  # the old one first: a wrong code there uses up nothing of the new one
        code_check(request, request.guardian.phone or "", typed["old_code"])
    phone_change(account=request.guardian, other=code_check(request, typed["phone"], typed["code"]))
    messages.success(request, _("Your account has the new number. The old one signs in no more."), extra_tags="good")
    return redirect("enrollment:account")
