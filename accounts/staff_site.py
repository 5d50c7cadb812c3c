"""The staff site: Django admin with the unfold theme, open only to staff who entered a one-time password."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite


def is_verified_staff(request: HttpRequest) -> bool:
    """Whether the person is active staff and gave a password and a one-time password in this session."""
    user = request.user
    verified = getattr(user, "is_verified", None)
    return bool(user.is_active and user.is_staff and verified is not None and verified())


class StaffSite(UnfoldAdminSite):
    index_title = _("My day")

    def has_permission(self, request: HttpRequest) -> bool:
        return is_verified_staff(request)

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:  # noqa: ARG002
        if self.has_permission(request):
            return redirect("admin:index")
        target = request.GET.get("next") or request.get_full_path()
        return redirect(f"/staff/sign-in/?next={target}")


staff_site = StaffSite(name="admin")
