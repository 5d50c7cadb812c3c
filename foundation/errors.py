"""Refusals that every door may raise; the text is for the person who asked and says what to do."""

from collections.abc import Mapping


class Refusal(ValueError):
    """What was asked is not done. ``code`` is stable; ``field`` names the input at fault, if one is.

    ``fields`` are the messages of all inputs at fault by their names: who forgot two things is told of both.
    """

    def __init__(
        self, message: str, *, code: str = "refused", field: str = "", fields: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.fields: Mapping[str, str] = fields or ({field: message} if field else {})


class Refused(Refusal):
    """It cannot be done as it is: a page shows why, and what was typed comes back."""


class NotAllowed(Refusal):
    """The person may not do this, or may not see it: a page answers with 404, wherever it is raised."""

    def __init__(self, message: str = "You may not do this.") -> None:
        super().__init__(message, code="not_allowed")


class NotOffered(Refusal):
    """A door that the district has closed: a page says so (404), whoever raised it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="not_offered")
