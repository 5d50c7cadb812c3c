"""Joining two accounts of one person: everything moves to one of them in one transaction, nothing is lost.

What is history stays as it was written: who submitted a version or made a step, and the requests for one's data.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.identity import kept_and_emptied, merge_close, same_person
from accounts.models import Account, PhoneDevice, SignIn
from accounts.services import person_of
from audit.services import record
from enrollment.documents.models import Document, Upload
from enrollment.guardians.models import AddressProtection, Guardianship, Invitation
from enrollment.seasons.models import Application, ApplicationState, Child, Draft
from foundation import clock
from foundation.errors import NotAllowed, Refused
from notifications.models import Message
from notifications.services import message_queue


@transaction.atomic
def accounts_join(*, account: Account, other: Account, name: str = "", id_number: str = "") -> Account:
    """Join two accounts whose phones the caller has proved; the account that stays comes back.

    The same join again, also at the same moment, changes nothing. Raises NotAllowed (staff), Refused (not shown to be
    one person; both filed for one child in one round).
    """
    pair = {account.pk, other.pk}
    rows = {one.pk: one for one in Account.objects.select_for_update().filter(pk__in=pair).order_by("pk")}
    one, two = rows[account.pk], rows[other.pk]
    if one.pk == two.pk or person_of(one).pk == person_of(two).pk:
        return person_of(one)
    if any(row.kind != Account.Kind.GUARDIAN or row.is_staff or row.merged_into_id for row in (one, two)):
        raise NotAllowed(_("These accounts cannot be joined here. Please go to a service point."))
    proof = "empty" if _empty(two) else same_person(one=one, other=two, name=name, id_number=id_number)
    kept, emptied = (one, two) if proof == "empty" else kept_and_emptied(one, two)
    moved = _move_everything(kept, emptied)
    merge_close(kept=kept, emptied=emptied, proof=proof, moved=moved)
    message_queue(key=f"joined:{emptied.public_id}", template="accounts_joined", params={}, account=kept)
    return kept


@transaction.atomic
def phone_change(*, account: Account, other: Account) -> Account:
    """Give an account the phone of ``other``, which was made by asking for the code and holds nothing; the old phone
    signs in no more. Raises Refused where the new phone belongs to an account in use.
    """
    if account.pk == other.pk:
        raise Refused(_("This is your number already."), code="own", field="phone")
    if not _empty(other):
        text = _("This number belongs to an account in use. If it is yours, too, join the two accounts instead.")
        raise Refused(text, code="in_use", field="phone")
    accounts_join(account=account, other=other)
    mine = Account.objects.select_for_update().get(pk=account.pk)
    theirs = Account.objects.select_for_update().get(pk=other.pk)
    if theirs.phone_index is not None:  # an account without a phone took it while joining
        PhoneDevice.objects.filter(phone_index=mine.phone_index).delete()
        phone, index = theirs.phone, theirs.phone_index
        Account.objects.filter(pk=theirs.pk).update(phone=None, phone_index=None)
        PhoneDevice.objects.filter(phone_index=index).update(user=mine)
        mine.phone, mine.phone_index = phone, index
        mine.save(update_fields=["phone", "phone_index"])
    record(actor=mine, action="account.phone", object_type="account", object_id=mine.pk)
    return mine


def _empty(account: Account) -> bool:
    """An account made by asking for a code only: no name, no child, nobody's agreement."""
    nothing = not account.id_number and not account.identities.exists() and not account.children.exists()
    return nothing and not account.guardianships.exists() and not account.applications.exists()


def _move_everything(kept: Account, emptied: Account) -> dict[str, int]:
    moved = {"children": 0, "applications": 0, "drafts": 0}
    for child in Child.objects.select_for_update().filter(guardian=emptied).order_by("pk"):
        same = Child.objects.select_for_update().filter(guardian=kept, id_index=child.id_index).first()
        moved["children"] += 1
        if same is None:
            moved["drafts"] += child.drafts.count()
            Child.objects.filter(pk=child.pk).update(guardian=kept)
        else:
            moved["drafts"] += _one_child(child, same)
    moved["applications"] = Application.objects.filter(guardian=emptied).update(guardian=kept)
    moved["documents"] = Document.objects.filter(owner=emptied).update(owner=kept)
    Upload.objects.filter(owner=emptied).update(owner=kept)
    moved["messages"] = Message.objects.filter(account=emptied).update(account=kept)
    SignIn.objects.filter(account=emptied).update(account=kept)
    Invitation.objects.filter(inviter=emptied).update(inviter=kept)
    Invitation.objects.filter(asker=emptied).update(asker=kept)
    for wish in emptied.sibling_wishes.all():
        if not kept.sibling_wishes.filter(school=wish.school_id, season=wish.season_id, stage=wish.stage).exists():
            emptied.sibling_wishes.filter(pk=wish.pk).update(guardian=kept)
    _agreements(kept, emptied)
    return moved


def _one_child(child: Child, same: Child) -> int:
    """The same child was entered twice: applications, drafts and agreements go to the one that stays."""
    for application in child.applications.exclude(state=ApplicationState.WITHDRAWN):
        if same.applications.filter(round=application.round_id).exclude(state=ApplicationState.WITHDRAWN).exists():
            text = _(
                "Both accounts filed for the same child in the same round. Nothing was changed: please call the bureau "
                "or go to a service point, so that a person looks at both."
            )
            raise Refused(text, code="both_filed")
    child.applications.update(child=same)
    drafts = list(child.drafts.select_for_update())
    for draft in drafts:
        _one_draft(draft, same)
    child.invitations.filter(state=Invitation.State.OPEN).update(
        state=Invitation.State.REVOKED, answered_at=clock.now()
    )
    for agreed in Guardianship.objects.filter(child=child, ended_at__isnull=True):
        if Guardianship.objects.filter(child=same, guardian=agreed.guardian_id, ended_at__isnull=True).exists():
            Guardianship.objects.filter(pk=agreed.pk).update(ended_at=clock.now())
        else:
            Guardianship.objects.filter(pk=agreed.pk).update(child=same)
    return len(drafts)


def _one_draft(draft: Draft, same: Child) -> None:
    """Two drafts of one round become one: the later answer counts where both gave one."""
    there = Draft.objects.select_for_update().filter(child=same, round=draft.round_id).first()
    if there is None:
        Draft.objects.filter(pk=draft.pk).update(child=same)
        return
    older, newer = sorted((draft, there), key=lambda one: one.saved_at)
    given = {name: value for name, value in newer.answers.items() if value}
    there.answers, there.saved_at = {**older.answers, **given}, newer.saved_at
    there.save(update_fields=["answers", "saved_at"])
    for page in Document.objects.filter(draft=draft):
        if not there.documents.filter(kind=page.kind, sha256=page.sha256).exists():  # the same page given twice is one
            Document.objects.filter(pk=page.pk).update(draft=there)
    Upload.objects.filter(draft=draft).update(draft=there)
    draft.delete()


def _agreements(kept: Account, emptied: Account) -> None:
    """What others agreed with this person, and the protection of the person's address, which never ends by a join."""
    for agreed in Guardianship.objects.filter(guardian=emptied, ended_at__isnull=True).select_related("child"):
        double = Guardianship.objects.filter(child=agreed.child, guardian=kept, ended_at__isnull=True).exists()
        if double or agreed.child.guardian_id == kept.pk:
            Guardianship.objects.filter(pk=agreed.pk).update(ended_at=clock.now())
        else:
            Guardianship.objects.filter(pk=agreed.pk).update(guardian=kept)
    for protection in AddressProtection.objects.filter(account=emptied, ended_at__isnull=True):
        AddressProtection.objects.get_or_create(
            account=kept,
            source=protection.source,
            ended_at=None,
            defaults={
                "reference": protection.reference,
                "set_by_id": protection.set_by_id,
                "set_at": protection.set_at,
            },
        )
