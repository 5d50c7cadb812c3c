"""``python -m enrollment.policy``: what outsiders call; it is ``python -m policy``."""

from policy.__main__ import main

if __name__ == "__main__":
    raise SystemExit(main())
