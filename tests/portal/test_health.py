"""/health/ and the status page tell the truth: workers stopped, texts failing, broker lost, database away."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from enrollment.public.status.selectors import readings
from enrollment.seasons.models import ApplicationVersion
from foundation import clock
from lottery.admission.models import AdmissionRun
from notifications import lines
from notifications.models import Delivery, Message
from notifications.services import message_queue
from tests import factories
from tests.alive import pulse
from verification.models import Check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def alive() -> Iterator[None]:
    """Every worker has just given a sign of life."""
    cache.clear()
    pulse(0)
    yield
    cache.clear()


def health(**query: str) -> tuple[int, dict[str, Any]]:
    cache.clear()
    answer = Client().get("/health/", query)
    return answer.status_code, json.loads(answer.content)


def status() -> str:
    cache.clear()
    return Client().get("/status/").content.decode()


def message(age: float, *, secret: bool = False) -> Message:
    made = message_queue(
        key=f"{secret}{age}", template="sign_in_code", params={"code": "123456"}, phone="19900000000", secret=secret
    )
    assert made is not None
    Message.objects.filter(pk=made.pk).update(created_at=clock.now() - timedelta(seconds=age))
    return made


def test_all_is_well() -> None:
    code, body = health(deep="1")
    assert (code, body["ok"]) == (200, True)
    assert {one["state"] for one in body["components"].values()} == {"good"}
    assert "一切正常" in status()


def test_stopped_workers_are_not_well() -> None:
    pulse(600)
    assert health()[0] == 200  # this process can serve: a load balancer keeps it
    code, body = health(deep="1")
    assert (code, body["ok"]) == (503, False)
    assert body["components"]["checks"]["state"] == body["components"]["codes"]["state"] == "bad"
    text = status()
    assert "暂停中" in text
    assert "暂时收不到" in text
    assert "一切正常" not in text


def test_a_stopped_beat_alone_slows() -> None:
    pulse(600, "beat")
    code, body = health(deep="1")
    assert (code, body["components"]["sweeps"]["state"]) == (200, "slow")
    assert "较慢或暂停" in status()


def test_every_text_failing_is_not_well() -> None:
    sent = message(10)
    rows = [Delivery(message=sent, channel="x", outcome="retry", at=clock.now()) for _one in range(10)]
    Delivery.objects.bulk_create(rows)
    code, body = health(deep="1")
    assert (code, body["components"]["messages"]["failed_last_hour"]) == (503, 10)
    assert "暂时发不出" in status()


def test_a_held_channel_is_not_well_until_it_works_again() -> None:
    lines.hold("twilio", "Twilio 401 20003")
    code, body = health(deep="1")
    assert code == 503
    assert [body["components"][name]["state"] for name in ("codes", "messages")] == ["bad", "bad"]
    assert body["components"]["messages"]["held_seconds"] >= 0
    lines.works("twilio")
    assert health(deep="1")[0] == 200


def test_failures_of_yesterday_are_over() -> None:
    sent = message(10)
    old = clock.now() - timedelta(hours=2)
    Delivery.objects.bulk_create([Delivery(message=sent, channel="x", outcome="failed", at=old) for _one in range(10)])
    assert health(deep="1")[0] == 200


def test_a_code_that_waits_is_told_apart_from_a_message_that_waits() -> None:
    message(400)
    assert health(deep="1")[1]["components"]["messages"]["state"] == "slow"
    assert "1条短信延迟" in status()
    message(400, secret=True)
    code, body = health(deep="1")
    assert (code, body["components"]["codes"]["state"]) == (503, "bad")
    assert body["components"]["codes"]["oldest_seconds"] >= 400


def test_the_oldest_unchecked_family_and_the_oldest_check_are_known() -> None:
    place = factories.world()
    then = clock.now() - timedelta(minutes=20)
    with clock.at(then):
        one = factories.family(place).submit()
    body = health()[1]["components"]["checks"]
    assert body["oldest_due_seconds"] >= 1200
    assert body["oldest_family_seconds"] >= 1200
    assert body["state"] == "bad"
    assert "20分钟" in status()
    ApplicationVersion.objects.filter(application=one).update(assessed_at=clock.now())
    Check.objects.update(state=Check.State.DONE)
    assert health(deep="1")[0] == 200


def test_a_check_that_is_tried_again_later_is_not_late() -> None:
    factories.family(factories.world()).submit()
    Check.objects.update(next_attempt_at=clock.now() + timedelta(minutes=5))
    assert readings().check_age is None


def test_an_admission_run_that_stands_still_is_known() -> None:
    place = factories.world()
    official = factories.staff("official")
    begun = clock.now() - timedelta(hours=1)
    AdmissionRun.objects.create(round=place.round, started_by=official, started_at=begun)
    body = health()[1]["components"]["runs"]
    assert (body["state"], body["oldest_seconds"] >= 3600) == ("slow", True)


def test_a_lost_broker_is_told_and_the_page_still_speaks(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    code, body = health(deep="1")
    assert (code, body["components"]["broker"]["state"]) == (503, "bad")
    assert body["components"]["line"]["shared"] is False
    assert health()[0] == 200
    assert "暂停中" in status()


def test_without_a_database_a_load_balancer_turns_away() -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("the database is away")

    with connection.execute_wrapper(away):
        code, body = health()
    assert (code, body["ok"], body["components"]["database"]["state"]) == (503, False, "bad")


def test_health_is_cheap_and_cheaper_when_asked_again(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    cache.clear()
    with django_assert_num_queries(9):
        Client().get("/health/")
    with django_assert_num_queries(1):
        Client().get("/health/")
