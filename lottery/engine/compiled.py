"""How a function is compiled: kept beside its source or in NUMBA_CACHE_DIR, and where nothing can be kept, anew."""

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., Any])


def compiled(function: F, **options: Any) -> F:
    """The compiled function. On a read-only installation it is compiled again in every process that calls it."""
    made: F
    try:
        made = njit(cache=True, **options)(function)
    except RuntimeError:  # numba found no place for its cache
        made = njit(**options)(function)
    return made
