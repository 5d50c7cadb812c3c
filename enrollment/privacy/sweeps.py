"""Files that nothing names any more: this subject knows every row that names one."""

from enrollment.assisted.models import AssistConsent
from enrollment.documents.models import Document
from enrollment.on_site.models import OnSiteVisit
from foundation import files
from imports.selectors import named_files


def files_sweep() -> int:
    """Delete stored files that neither a document, a consent, a visit nor a table names any more."""

    def named(digests: list[str]) -> set[str]:
        consents = AssistConsent.objects.filter(scan_sha256__in=digests).values_list("scan_sha256", flat=True)
        photos = OnSiteVisit.objects.filter(photo_sha256__in=digests).values_list("photo_sha256", flat=True)
        documents = Document.objects.filter(sha256__in=digests).values_list("sha256", flat=True)
        return {*documents, *consents, *photos, *named_files(digests)}

    return files.sweep(named)
