"""Printed things as answers to a request: never kept by a cache between."""

from django.http import HttpResponse


def pdf_answer(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return private(response)


def private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
