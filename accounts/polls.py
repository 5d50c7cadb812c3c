"""The end of a page that asks again by itself (htmx, every few seconds).

A refusal in the middle of that would be an error in the browser's console and nothing to read for the person before
it; the sign-in page would be swapped into a corner of the page. So such a question is answered with a sentence and with
286, at which htmx stops asking.
"""

from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

STOP_ASKING: Final = 286  # the status at which htmx ends its timer
OVER: Final = frozenset({HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def asks_again(request: HttpRequest) -> bool:
    """Whether a page asks by itself: on the portal's pages htmx does nothing else (the staff site's theme does)."""
    return request.method == "GET" and "HX-Request" in request.headers and not request.path.startswith("/admin/")


def over(request: HttpRequest, words: str, *, again: bool = False) -> HttpResponse:
    """The sentence ``words`` (plain text) in the place of what was kept up to date, and no further question.

    With ``again`` the person can open the page anew: it leads to the sign-in page and back.
    """
    response = render(request, "components/poll_over.html", {"words": words, "again": again}, status=STOP_ASKING)
    # the page may have asked for a part of a whole page, in place of the element that asks: neither fits the sentence
    response["HX-Reselect"] = "#poll-over"
    response["HX-Reswap"] = "innerHTML"
    return response


def polite(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer, unless it would end the asking with an error or with another page."""
    if not asks_again(request):
        return answer
    if 300 <= answer.status_code < 400 and answer.status_code != HTTPStatus.NOT_MODIFIED:
        if getattr(request, "terminal", None) is not None:
            moved = HttpResponse(status=STOP_ASKING)  # on a shared terminal nothing of the last person may stay
            moved["HX-Redirect"] = answer["Location"]
            return moved
        return over(request, _("You are signed out. What you typed here is still on this page."), again=True)
    if answer.status_code in OVER:
        return over(request, _("What was shown here is over, or is no longer open to you."))
    return answer
