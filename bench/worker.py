"""One run of one case in a process of its own: `python -m bench.worker NAME [--quick]` prints one line of JSON."""

import json
import resource
import sys
from dataclasses import asdict

from bench.cases import CASES
from bench.model import FailedError, UnavailableError


def main() -> int:
    """Exit code 0 with a sample, or with the reason why the case cannot run here, or failed."""
    case = next(case for case in CASES if case.name == sys.argv[1])
    try:
        sample = asdict(case.run("--quick" in sys.argv))
    except UnavailableError as error:
        sample = {"unavailable": str(error)}
    except FailedError as error:
        sample = {"failed": str(error)}
    # Linux counts in KiB; the peak includes building the input. A case that starts processes tells their peak itself.
    told = sample.get("facts", {}).pop("megabytes", None)
    sample["megabytes"] = told or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(sample))
    return 0


if __name__ == "__main__":
    sys.exit(main())
