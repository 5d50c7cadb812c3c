"""What a room or a subject sets off in those above it, which it does not know.

It declares each as a ``Happening`` in its module ``happenings``; whoever reacts says so in its module ``reactions``,
which is loaded once the applications are ready. Reactions run at once, one after the other and within the transaction
of whoever lets it happen: what one of them raises undoes it all. docs/architecture.md lists who reacts to what.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

What = TypeVar("What")
Reaction = TypeVar("Reaction", bound=Callable[[Any], None])


class Happening(Generic[What]):
    """One kind of thing that happens, and who reacts to it; ``What`` is what a reaction is told."""

    def __init__(self) -> None:
        self.reactions: list[Callable[[What], None]] = []

    def reaction(self, react: Reaction) -> Reaction:
        """From now on ``react`` is called whenever it happens; named twice it is called once."""
        if react not in self.reactions:
            self.reactions.append(react)
        return react

    def happen(self, what: What) -> None:
        """Call everybody who reacts, in the caller's transaction."""
        for react in self.reactions:
            react(what)
