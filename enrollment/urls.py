"""Gathers the URLs of all subjects."""

from enrollment.account import urls as account
from enrollment.appeals import urls as appeals
from enrollment.assisted import urls as assisted
from enrollment.cases import urls as cases
from enrollment.documents import urls as documents
from enrollment.false_declarations import urls as false_declarations
from enrollment.filing import urls as filing
from enrollment.guardians import urls as guardians
from enrollment.listed import urls as listed
from enrollment.on_site import urls as on_site
from enrollment.outcome import urls as outcome
from enrollment.own_form import urls as own_form
from enrollment.privacy import urls as privacy
from enrollment.public import urls as public
from enrollment.review import urls as review
from enrollment.setup import urls as setup
from enrollment.shared import urls as shared

app_name = "enrollment"
urlpatterns = [
    *account.urlpatterns,
    *appeals.urlpatterns,
    *assisted.urlpatterns,
    *cases.urlpatterns,
    *documents.urlpatterns,
    *false_declarations.urlpatterns,
    *filing.urlpatterns,
    *guardians.urlpatterns,
    *listed.urlpatterns,
    *on_site.urlpatterns,
    *outcome.urlpatterns,
    *own_form.urlpatterns,
    *privacy.urlpatterns,
    *public.urlpatterns,
    *review.urlpatterns,
    *setup.urlpatterns,
    *shared.urlpatterns,
]
