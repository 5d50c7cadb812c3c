"""Make sure a Chromium and Chinese fonts are there for the browser tests.

On Debian as root what is missing is installed with apt-get; elsewhere an installed Chromium is used, or one line says
what to install. The headless shell comes first: a whole Chromium without a screen still draws its own windows, which
costs six times the processor for a window and twice for a page.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

SHELL = "chromium-headless-shell"
NAMES = (SHELL, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TRIED = Path(sys.prefix) / "headless-shell-tried"
FONT_GLOBS = ("fonts/**/NotoSansCJK*", "fonts/**/wqy*", "fonts/**/SourceHanSans*", "fonts/**/DroidSansFallback*")


def browser() -> str | None:
    """The path of a Chromium, from CHROMIUM or PATH."""
    given = os.environ.get("CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


def has_chinese_font() -> bool:
    share = Path("/usr/share")
    return any(next(share.glob(pattern), None) for pattern in FONT_GLOBS)


def install(packages: list[str]) -> bool:
    """Whether apt-get could install them; it neither asks nor waits long for a network that is not there."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "Acquire::Retries=0", "-o", "Acquire::http::Timeout=20"]
    found = subprocess.run([*apt, "update"], check=False, env=environment, capture_output=True)
    command = [*apt, "install", "-y", "--no-install-recommends", *packages]
    done = subprocess.run(command, check=False, env=environment, capture_output=True)
    return found.returncode == done.returncode == 0


def main() -> int:
    fonts = [] if has_chinese_font() else ["fonts-noto-cjk"]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        if not os.environ.get("CHROMIUM") and not shutil.which(SHELL) and not TRIED.exists():
            TRIED.touch()  # a distribution without that package is asked once
            install([SHELL])
        if missing := [*([] if browser() else ["chromium"]), *fonts]:
            install(missing)
    if browser() is None or not has_chinese_font():
        sys.stderr.write("The browser tests need Chromium and Chinese fonts: apt-get install chromium fonts-noto-cjk\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
