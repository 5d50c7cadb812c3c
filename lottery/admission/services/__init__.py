"""The writes of an admission run: asked for, computed, published, told."""

from lottery.admission.services.publication import (
    LARGE_ROLL,
    placements_check,
    published_early,
    run_publish,
    run_publish_confirm,
    run_tell,
    runs_go_on,
)
from lottery.admission.services.runs import run_compute, run_request, run_work

__all__ = [
    "LARGE_ROLL",
    "placements_check",
    "published_early",
    "run_compute",
    "run_publish",
    "run_publish_confirm",
    "run_request",
    "run_tell",
    "run_work",
    "runs_go_on",
]
