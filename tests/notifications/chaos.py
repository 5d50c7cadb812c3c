"""Chaos: workers are killed while a carrier misbehaves, and every text is counted at the end.

``python -m tests.notifications.chaos KILLS MESSAGES`` beside scratch servers (``make chaos``). Two workers hand over
what is queued while they run; each is killed by SIGKILL after a moment, at whatever instruction it is. The carrier
answers errors, pages, silence and resets before and after it made a text. At the end nothing may be lost, nothing
doubled, and each message must be in the state that the carrier's own ledger says.
"""

import json
import os
import signal
import sys
import time
from collections import Counter
from random import Random
from typing import Any, Final

from tests.carrier import Carrier, serving

WORKERS: Final = 2
ALIVE_SECONDS: Final = (0.02, 0.25)  # of a worker
FAULTS: Final = {
    "error_before": 0.05, "error_after": 0.05, "reset_before": 0.03, "reset_after": 0.03, "html_before": 0.03,
    "html_after": 0.03, "slow": 0.01, "throttle": 0.01,
}  # fmt: skip
TIMEOUT_SECONDS: Final = 1.5
REFUSED, UNREACHED = "0007", "0009"  # how numbers end that the carrier refuses, or does not reach
EQUAL: Final = 20  # of so many messages one has the words and the number of the one before
FATES_SECONDS: Final = 0.5  # until a text has arrived, or has not
MOST_QUIET_SECONDS: Final = 180.0
WAITING: Final = ("queued", "sending")


def queue(first: int, count: int) -> None:
    """Make messages ``first`` to ``first + count``: a tenth are codes, some say the same to the same number."""
    from datetime import timedelta

    from foundation import clock
    from notifications.services import message_queue

    for number in range(first, first + count):
        same = number - 1 if number % EQUAL == EQUAL - 1 else number
        message_queue(
            key=f"chaos:{number}",
            template="received",
            params={"child": "合成小明", "receipt": f"26-{same:06d}"},
            phone=f"199{same:08d}",
            secret=number % 10 == 0,
            ends=clock.now() + timedelta(minutes=60) if number % 10 == 0 else None,
        )


def worker() -> None:
    """Hand over what is due, until it is killed."""
    from notifications.services import messages_deliver

    while True:
        if not messages_deliver(limit=40):
            time.sleep(0.01)


def fork() -> int:
    """A worker process; returns its number."""
    from django.db import connections

    connections.close_all()
    child = os.fork()
    if child:
        return child
    try:
        worker()
    finally:
        os._exit(1)


def kill(child: int) -> None:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def torment(kills: int, messages: int, chance: Random) -> None:
    """Queue the messages little by little while workers come and are killed."""
    made, alive = 0, [(fork(), time.monotonic() + chance.uniform(*ALIVE_SECONDS)) for _worker in range(WORKERS)]
    for done in range(kills):
        alive.sort(key=lambda one: one[1])
        child, ends = alive.pop(0)
        time.sleep(max(0.0, ends - time.monotonic()))
        kill(child)
        due = messages * (done + 1) // kills
        queue(made, due - made)
        made = due
        alive.append((fork(), time.monotonic() + chance.uniform(*ALIVE_SECONDS)))
    for child, _ends in alive:
        kill(child)


def finish() -> None:
    """One worker that is left in peace, until nothing waits; then the carrier is asked what became of each text."""
    from foundation import clock
    from notifications.models import Message
    from notifications.services import fates_ask

    child, before, since = fork(), -1, time.monotonic()
    while left := Message.objects.filter(state__in=WAITING).count():
        if left != before:
            before, since = left, time.monotonic()
        if time.monotonic() - since > MOST_QUIET_SECONDS:
            break
        time.sleep(0.2)
    kill(child)
    time.sleep(2 * FATES_SECONDS)  # the last one's fate, too, has come
    Message.objects.filter(state="sent").update(ask_at=clock.now())
    while fates_ask():
        pass


def judged(carrier: Carrier) -> dict[str, Any]:
    """What was lost, doubled, or is in a state that is not true."""
    from notifications.models import Message

    made = Counter((text["to"], text["body"]) for text in carrier.texts())
    fates = {(text["to"], text["body"]): text["status"] for text in carrier.texts()}
    wanted: Counter[tuple[str, str]] = Counter()
    untrue, states = 0, Counter[str]()
    for message in Message.objects.iterator():
        said = (f"+86{message.phone}", message.body)
        refused = message.phone.endswith(REFUSED)
        wanted[said] += not refused
        states[message.state] += 1
        untrue += message.state != ("failed" if refused else fates.get(said, "nothing"))
    return {
        "messages": sum(states.values()),
        "lost": sum((wanted - made).values()),
        "doubled": sum((made - wanted).values()),
        "untrue": untrue,
        "states": dict(states),
        "for example": [*(wanted - made), *(made - wanted)][:: max(1, len(wanted - made))][:4],
        "faults": carrier.ledger()["counts"],
    }


def main(kills: int, messages: int, seed: int) -> dict[str, Any]:
    import django

    with serving() as carrier:
        os.environ |= carrier.environment() | {"SMS_TIMEOUT_SECONDS": str(TIMEOUT_SECONDS), "LOG_LEVEL": "CRITICAL"}
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        from notifications.models import Message

        if Message.objects.exists():
            raise SystemExit("chaos needs servers of its own with nothing in them: make chaos")
        carrier.knobs(
            seed=seed,
            faults=FAULTS,
            delay=0.005,
            slow=2 * TIMEOUT_SECONDS,
            refused=REFUSED,
            unreached=UNREACHED,
            fates=FATES_SECONDS,
        )
        begun = time.monotonic()
        torment(kills, messages, Random(seed))
        tormented = time.monotonic() - begun
        finish()
        found = judged(carrier)
        return {"kills": kills, "seconds": round(tormented), "to the end": round(time.monotonic() - begun), **found}


if __name__ == "__main__":
    result = main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    sys.stdout.write(json.dumps(result) + "\n")
    sys.exit(bool(result["lost"] or result["doubled"] or result["untrue"]))
