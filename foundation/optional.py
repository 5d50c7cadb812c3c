"""What a library would take along when it is read, though nobody here asks for it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def left_out(*names: str) -> Iterator[None]:
    """For as long as the block runs these packages cannot be imported, as if they were not installed.

    For libraries that read another one where it is there and do without it where it is not: installed for somebody
    else's sake, it would cost every process its time and memory. What was read before stays untouched.
    """
    hidden = [name for name in names if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment] # the import system's own mark of "not there"
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
