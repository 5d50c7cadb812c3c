"""The process of ``foundation.confined``: limits first, then the named program on the bytes of standard input.

Run as ``python -I confined_child.py PROGRAM CPU_SECONDS MEMORY_BYTES [ARGUMENT ...]``. The program is a file with

    warm(content, arguments)           imports what it needs, before the limits count
    work(content, arguments, allow)    returns (head, body); allow(seconds) bounds the part of the work that begins

The answer is one line of JSON and the body, which may be made piece by piece. Nothing of the portal is imported here.
"""

import json
import math
import os
import resource
import runpy
import sys
import time
from typing import Final

NICER: Final = 10
LARGEST_FILE: Final = 128 * 1024**2
MOST_FILES: Final = 64


def confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Limits of this process from here on; what it has used so far does not count."""
    most = math.ceil(time.process_time()) + cpu_seconds
    for limit, value in (
        (resource.RLIMIT_CPU, most),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, LARGEST_FILE),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_CORE, 0),  # a core dump would leave a family's document readable on the disk
    ):
        hard = resource.getrlimit(limit)[1]
        most_now = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(limit, (most_now, most_now))


def allow(seconds: float) -> None:
    """The work that begins now may take so many seconds of processor time; never more than all of it may."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (min(soft, hard), hard))


def main(arguments: list[str]) -> int:
    program, cpu_seconds, memory_bytes, *rest = arguments
    os.nice(NICER)
    content = sys.stdin.buffer.read()
    defined = runpy.run_path(program)
    defined["warm"](content, rest)
    confine(int(cpu_seconds), int(memory_bytes))
    head, body = defined["work"](content, rest, allow)
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n")
    for piece in [body] if isinstance(body, bytes) else body:
        out.write(piece)
    out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
