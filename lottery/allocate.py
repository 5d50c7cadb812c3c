"""``python -m lottery.allocate``: one admission run from a file; the engine is in ``lottery.engine.allocate``."""

import sys

from lottery.engine.allocate import main

if __name__ == "__main__":
    sys.exit(main())
