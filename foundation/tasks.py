"""The one Celery task: look at a lane. It carries no row; what is to be done is found by its state.

It is acknowledged when it is taken: a killed worker's rows become due again when their lease ends, and beat rings every
lane within seconds, so nothing hangs on the message. A database that is away ends the look.
"""

from celery import shared_task

from foundation import lanes


@shared_task(name=lanes.DRAIN, acks_late=False, ignore_result=True, max_retries=0)
def drain(lane: str) -> None:
    lanes.drain(lane, stopping=_stopping)


def _stopping() -> bool:
    """Whether this worker was asked to stop: the batch at hand is finished, none is begun."""
    from celery.worker import state  # not at the top: the web processes need none of the worker's machinery

    asked: object = state.should_stop  # None, or the exit code
    return asked is not None and asked is not False
