"""The engine and the synthetic city run without Django, so that they can be used and audited alone."""

from __future__ import annotations

import subprocess
import sys


def test_pure_rooms_load_no_django() -> None:
    code = "import sys, policy.__main__, synthetic.store; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
