"""The session store: one statement a request, a key that is new, a row that stays gone."""

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.session_store import SessionStore

pytestmark = pytest.mark.django_db


def stored(**values: str) -> SessionStore:
    made = SessionStore()
    made.update(values)
    made.save()
    return made


def test_a_session_is_inserted_once_and_read_back() -> None:
    with CaptureQueriesContext(connection) as asked:
        made = stored(a="1")
    assert len(asked) == 1
    assert dict(SessionStore(made.session_key).items()) == {"a": "1"}


def test_a_change_is_one_update() -> None:
    key = stored(a="1").session_key
    changed = SessionStore(key)
    changed["a"] = "2"
    with CaptureQueriesContext(connection) as asked:
        changed.save()
    assert len(asked) == 1
    assert SessionStore(key)["a"] == "2"


def test_signing_in_takes_a_new_key_keeps_what_was_put_in_and_drops_the_old_row() -> None:
    before = SessionStore(stored(next="/my/").session_key)
    old = before.session_key
    before.cycle_key()
    assert before.session_key != old
    assert not Session.objects.exists()
    before.save()
    assert SessionStore(before.session_key)["next"] == "/my/"
    assert Session.objects.count() == 1


def test_a_row_that_is_gone_never_comes_back() -> None:
    key = stored(a="1").session_key
    here, there = SessionStore(key), SessionStore(key)
    here["a"], there["a"] = "2", "3"
    there.flush()
    with pytest.raises(UpdateError):
        here.save()
    assert not Session.objects.exists()


def test_a_key_somebody_made_up_or_that_ran_out_is_not_taken_over() -> None:
    made_up = SessionStore("a" * 32)
    assert dict(made_up.items()) == {}
    assert made_up.session_key is None
    short = SessionStore(stored(a="1").session_key)
    short.set_expiry(-1)
    short.save()
    assert dict(SessionStore(short.session_key).items()) == {}


def test_a_session_that_was_never_stored_is_dropped_without_a_statement() -> None:
    fresh = SessionStore()
    fresh["a"] = "1"
    fresh.create()
    with CaptureQueriesContext(connection) as asked:
        fresh.flush()
    assert len(asked) == 0
