"""After a whole run: a few tests that failed beside seven thousand others are run once more, alone, and named.

A fault of the program fails alone, too. What fails only beside the others is a fault of the test or of what tests
share, and is to be mended (docs/decisions/0015.md); it does not stop a change that has nothing to do with it.
"""

import json
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FAILED = ROOT / ".pytest_cache" / "v" / "cache" / "lastfailed"
MOST = 3  # more that fail together are no accident


def worth_a_second_run(failed: Collection[str]) -> bool:
    """Whether these tests, by their ids, may have failed by accident."""
    return 0 < len(failed) <= MOST


def failed_last() -> list[str]:
    """The ids of the tests that failed in the last run; none where it did not come to its end."""
    return sorted(json.loads(FAILED.read_text())) if FAILED.exists() else []


def say(line: str) -> None:
    sys.stdout.write(f"\n{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run them again; 0 when all pass now."""
    failed = failed_last()
    if not worth_a_second_run(failed):
        return 1
    say(f"{len(failed)} of all tests failed. Again, alone:")
    code = subprocess.run([sys.executable, "-m", "pytest", *failed], cwd=ROOT, check=False).returncode
    if code == 0:
        say("Passed only alone, to be mended: " + ", ".join(failed))
    return code


if __name__ == "__main__":
    sys.exit(main())
