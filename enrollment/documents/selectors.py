"""Reads of documents: what one's own are, what staff may open, and which evidence was given twice."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.appeals.selectors import may_decide
from enrollment.documents.models import Document, Upload
from enrollment.seasons.models import Application
from foundation.errors import NotAllowed


def document_for(viewer: Account, public_id: UUID) -> Document:
    """A document its viewer may open: the family's own, or of a case in the staff's care. Raises NotAllowed.

    A document given with an appeal is seen by whoever decides it and whoever may see the application itself.
    """
    found = Document.objects.select_related("application", "appeal__application").filter(public_id=public_id).first()
    if found is None or not _may_open(viewer, found):
        raise NotAllowed(_("There is no such document."))
    return found


def _may_open(viewer: Account, document: Document) -> bool:
    if viewer.kind == Account.Kind.GUARDIAN:
        return document.owner_id == viewer.pk
    about, appeal = document.about, document.appeal
    if about is None:
        return False
    if appeal is not None and may_decide(scope(viewer), appeal):
        return True
    rows = scope(viewer).rows(
        Application.objects.all(), Ability.APPLICATION_VIEW, district="district_code", school="review_school_id"
    )
    return rows.filter(pk=about.pk).exists()


def own_upload(guardian: Account, public_id: UUID) -> Upload:
    """The guardian's own upload under way. Raises NotAllowed."""
    found = Upload.objects.filter(public_id=public_id, owner=guardian).first()
    if found is None:
        raise NotAllowed(_("There is no such upload in your account."))
    return found


def documents_of(application: Application) -> QuerySet[Document]:
    """Everything submitted with an application, in the order given."""
    return application.documents.order_by("kind", "pk")


def repeated_evidence(application: Application, documents: Iterable[Document]) -> dict[str, int]:
    """Content digests that other families handed in, too, with how many applications: a hint for staff only."""
    digests = [document.sha256 for document in documents]
    others = Document.objects.filter(sha256__in=digests, application__isnull=False)
    others = others.exclude(owner_id=application.guardian_id).exclude(application=application)
    found: dict[str, set[object]] = {}
    for digest, other in others.values_list("sha256", "application_id"):
        found.setdefault(digest, set()).add(other)
    return {digest: len(applications) for digest, applications in found.items()}
