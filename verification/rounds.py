"""Which rounds there are: the room that holds them registers itself here, because this room may not import it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RoundName:
    """One round as a page lets somebody choose it."""

    id: int
    name: str
    district: str  # its code
    place: str  # its name


Names = Callable[[object], Sequence[RoundName]]


_sources: list[Names] = []


def register(names: Names) -> None:
    """From now on ``names`` says which rounds an account may read of. Called once, when the applications are ready."""
    _sources[:] = [names]


def rounds_for(account: object) -> Sequence[RoundName]:
    """The rounds in this person's reach, the newest season first."""
    return _sources[0](account) if _sources else ()
