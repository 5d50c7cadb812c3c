"""What a form brought, as answers: one reader for the pages of ``form`` and of ``student_registry``.

A question of several ticks comes as several values of one name; reading one of them loses the others. Its boxes stand
behind an empty field of the same name, so that no tick at all is an answer, too, and a question that was not on the
page is told from one that was cleared.
"""

from collections.abc import Iterable
from typing import Any, Protocol

from django.http import QueryDict


class Asked(Protocol):
    """A question: its name in the form and its kind."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...


def answers(posted: QueryDict, questions: Iterable[Asked], *, whole: bool = False) -> dict[str, str]:
    """The typed answers by question, right or wrong; several ticks with commas between.

    A question that the form did not bring is left out, or with ``whole`` (all of them stand on the page) is empty.
    """
    return {question.name: _read(posted, question) for question in questions if whole or question.name in posted}


def schools(posted: QueryDict) -> str:
    """The picked schools in order, with commas between and without empty picks."""
    return joined(posted.getlist("school"))


def joined(values: Iterable[Any]) -> str:
    """Several values as the one string that is stored."""
    return ",".join(str(value) for value in values if value)


def _read(posted: QueryDict, question: Asked) -> str:
    if question.kind == "several":
        return joined(posted.getlist(question.name))
    # one line: a line break in a text area is a space
    return " ".join(posted.get(question.name, "").split("\n")).replace("\r", "")
