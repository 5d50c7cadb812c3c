"""The family's addresses."""

from enrollment.addresses import after, assist, core, documents, family, journey, public

app_name = "enrollment"
urlpatterns = [
    *documents.urlpatterns,
    *journey.urlpatterns,
    *after.urlpatterns,
    *family.urlpatterns,
    *assist.urlpatterns,
    *public.urlpatterns,
    *core.urlpatterns,
]
