"""Changing one's own password: with a one-time password, and every other session ends."""

from django.utils.translation import gettext as _

from accounts.final_steps import WithPassword
from accounts.models import Account
from accounts.people.terms import password_checked
from audit.services import record
from foundation.errors import Refused


def password_change(*, account: Account, password: str, again: str, token: str) -> Account:
    """Set a new password; the one-time password stands for the old one, which who came by a passkey may not know.

    Sessions are tied to the password (Django's session hash), so that all but the caller's own end, which the caller
    renews. Raises Refused: not the same twice, weak, the one that is set, a wrong one-time password.
    """

    def look() -> Account:
        locked = Account.objects.select_for_update().get(pk=account.pk)
        if password != again:
            raise Refused(_("The two passwords are not the same."), code="again", field="again")
        password_checked(password, locked.username)
        if locked.check_password(password):
            raise Refused(_("This is your password already. Choose another one."), code="same", field="password")
        return locked

    with WithPassword(look, person=account, token=token) as locked:
        locked.set_password(password)
        locked.save(update_fields=["password"])
        record(actor=locked, action="staff.password", object_type="account", object_id=locked.pk)
    return locked
