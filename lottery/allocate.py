"""``python -m lottery.allocate``: one admission run from a file, computed by ``lottery.engine.allocation``."""

import sys

from lottery.engine.allocation.allocate import main

if __name__ == "__main__":
    sys.exit(main())
