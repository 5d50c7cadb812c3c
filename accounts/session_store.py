"""Sessions in the database, written once a request.

Django's own store asks for a free key, inserts an empty row the moment a session begins and updates it at the end of
the request, each in a transaction of its own: seven statements for one sign-in. A key is 165 random bits, so nobody
has it already; the row is inserted when the request ends, with all that was put into it.
"""

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS, UpdateError
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.db import connection
from django.utils.crypto import get_random_string

KEY_CHARACTERS = 32
STORED = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > statement_timestamp()"


class SessionStore(DatabaseStore):
    """One statement to begin, change or end a session."""

    _unwritten = False

    def create(self) -> None:
        """Take a new key; the row is inserted by ``save``."""
        self._session_key = get_random_string(KEY_CHARACTERS, VALID_KEY_CHARS)
        self._unwritten = self.modified = True

    def _get_or_create_session_key(self) -> str:
        if self._session_key is None:
            self.create()
        return str(self._session_key)

    def save(self, must_create: bool = False) -> None:
        """Insert a new session or update a stored one. Raises UpdateError when the row has been deleted meanwhile.

        Somebody who signs out in one window ends the requests that are under way in another, too: a row that is gone
        never comes back.
        """
        if self.session_key is None:
            self.create()
        row = self.create_model_instance(dict(self.items()))
        if self._unwritten or must_create:
            row.save(force_insert=True)
            self._unwritten = False
            return
        rows = self.model.objects.filter(pk=row.pk)
        if not rows.update(session_data=row.session_data, expire_date=row.expire_date):
            raise UpdateError

    def delete(self, session_key: str | None = None) -> None:
        """Delete a session's row, if there is one."""
        key = session_key or self.session_key
        if key is not None and not (self._unwritten and key == self.session_key):
            self.model.objects.filter(pk=key).delete()

    def load(self) -> dict[str, Any]:
        if self._unwritten:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(STORED, [self.session_key])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return dict(self.decode(found[0]))
