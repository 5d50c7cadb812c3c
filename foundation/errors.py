"""Refusals that every door may raise; the text is for the person who asked and says what to do."""


class Refused(ValueError):
    """The request cannot be done as it is. ``code`` is stable; ``field`` names the input at fault, if one is."""

    def __init__(self, message: str, *, code: str = "refused", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class NotAllowed(Refused):
    """The person may not do this, or may not see it."""

    def __init__(self, message: str = "You may not do this.") -> None:
        super().__init__(message, code="not_allowed")
