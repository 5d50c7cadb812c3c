"""A guardian without a phone takes the account over later, with the code printed at the end of the visit."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, PhoneDevice
from audit.services import record
from enrollment.assisted.models import AssistEvent, AssistVisit
from enrollment.assisted.visits.services import no_such_visit
from enrollment.seasons.models import Child
from foundation import clock, codes
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused

LENGTH = 10


def _index(visit: AssistVisit, code: str) -> str:
    return blind_index("assist-claim", f"{visit.public_id}:{code}")


@transaction.atomic
def claim_code_make(*, operator: Account, visit_id: UUID) -> str:
    """A new code for the slip in the family's hand; an earlier one stops working. Raises NotAllowed, Refused."""
    visit = AssistVisit.objects.select_related("guardian").filter(public_id=visit_id, operator=operator).first()
    if visit is None:
        raise no_such_visit()
    if visit.guardian.phone:
        raise Refused(_("This family has a phone and needs no code."), code="phone")
    if visit.opened_at is None or clock.day_of(visit.started_at) != clock.today():
        raise Refused(_("A code can be printed on the day of the visit only."), code="over")
    code = codes.letters(LENGTH, codes.PLAIN)
    AssistVisit.objects.filter(pk=visit.pk).update(claim_index=_index(visit, code), claim_failures=0)
    AssistEvent.objects.create(visit=visit, kind=AssistEvent.Kind.CLAIM, actor=operator, at=clock.now())
    record(actor=operator, action="visit.claim_code", object_type="visit", object_id=visit.pk)
    return f"{code[:5]}-{code[5:]}"


def account_claim(*, account: Account, number: str, code: str) -> Account:
    """Give the phone of ``account``, which must still be empty, to the account of the visit; the latter.

    Raises Refused (no such visit or code, used, locked, the phone's own account holds something).
    """
    wrong = Refused(
        _("Number and code do not belong together, or the code was used. Please compare them with the slip."),
        code="wrong_code",
        field="code",
    )
    typed = codes.read(code)
    plain = codes.read(number, f"{codes.PLAIN}-")
    with transaction.atomic():
        rows = AssistVisit.objects.select_for_update(of=("self",)).select_related("guardian")
        visit = rows.filter(number=plain).exclude(claim_index="").first()
        if visit is not None:
            right = codes.same(_index(visit, typed), visit.claim_index) and visit.guardian.phone is None
            if right and visit.claim_failures < codes.TRIES:
                return _hand_over(account, visit)
            counted = codes.wrong(visit.claim_failures)
            AssistVisit.objects.filter(pk=visit.pk).update(claim_failures=counted.failures)
    raise wrong


def _hand_over(account: Account, visit: AssistVisit) -> Account:
    kept = Account.objects.select_for_update().get(pk=visit.guardian_id)
    empty = Account.objects.select_for_update().get(pk=account.pk)
    if empty.kind != Account.Kind.GUARDIAN or empty.phone is None:
        raise NotAllowed
    if empty.id_index or Child.objects.filter(guardian=empty).exists():
        text = _("Your phone has an account with children already. Please call the bureau: a person joins the two.")
        raise Refused(text, code="not_empty", field="number")
    phone, index = empty.phone, empty.phone_index
    empty.phone, empty.phone_index, empty.is_active = None, None, False
    empty.save(update_fields=["phone", "phone_index", "is_active"])
    kept.phone, kept.phone_index = phone, index
    kept.save(update_fields=["phone", "phone_index"])
    PhoneDevice.objects.filter(phone_index=index).update(user=kept)
    AssistVisit.objects.filter(pk=visit.pk).update(claim_index="", claimed_at=clock.now())
    AssistEvent.objects.create(visit=visit, kind=AssistEvent.Kind.CLAIMED, actor=kept, at=clock.now())
    record(actor=kept, action="account.claim", object_type="account", object_id=kept.pk)
    return kept
