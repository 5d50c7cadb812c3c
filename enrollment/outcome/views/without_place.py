"""The page of children without a place."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.pages import StaffRequest, staff_page
from enrollment.outcome.without_place import without_place


@staff_page
@require_safe
def children(request: StaffRequest) -> HttpResponse:
    """Every child whom the bureau still has to find a school for, and until when its family was told."""
    return render(request, "enrollment/outcome/without_place.html", {"page": without_place(request.account)})
