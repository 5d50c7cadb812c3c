"""Make sure a Chromium and Chinese fonts are there for the browser tests.

On Debian as root what is missing is installed with apt-get; elsewhere an installed Chromium is used, or one line says
what to install.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONT_GLOBS = ("fonts/**/NotoSansCJK*", "fonts/**/wqy*", "fonts/**/SourceHanSans*", "fonts/**/DroidSansFallback*")


def browser() -> str | None:
    """The path of a Chromium, from CHROMIUM or PATH."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    share = Path("/usr/share")
    return any(next(share.glob(pattern), None) for pattern in FONT_GLOBS)


def main() -> int:
    wanted = [] if browser() else ["chromium"]
    wanted += [] if has_chinese_font() else ["fonts-noto-cjk"]
    if wanted and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update", "-qq"], check=False, env=environment, **quiet)  # type: ignore[call-overload]
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *wanted]
        subprocess.run(install, check=False, env=environment, **quiet)  # type: ignore[call-overload]
    if browser() is None or not has_chinese_font():
        sys.stderr.write("The browser tests need Chromium and Chinese fonts: apt-get install chromium fonts-noto-cjk\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
