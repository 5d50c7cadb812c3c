"""Reads of documents: what one's own are, what staff may open, and which documents were given twice."""

from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
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


def documents_compared(application: Application) -> list[tuple[Document, int]]:
    """The same, each with the number of applications of other families that its content is in, too.

    A hint for staff only.
    """
    others = Document.objects.filter(sha256=OuterRef("sha256"), application__isnull=False)
    others = others.exclude(owner=application.guardian_id).exclude(application=application)
    many = others.order_by().values("sha256").annotate(many=Count("application", distinct=True)).values("many")
    rows = documents_of(application).annotate(repeated=Coalesce(Subquery(many), 0))
    return [(one, one.repeated) for one in rows]
