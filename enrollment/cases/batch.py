"""Sheets for departments without a desk: encrypted with age on the way out and on the way back.

age (https://age-encryption.org/v1) is a published format with free programs for every system. A department gives its
public key once, the bureau compares it by telephone; what comes back is encrypted to the portal's own key.
"""

from io import BytesIO
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _

from enrollment.cases.kinds import COLUMNS, GIVEN
from enrollment.cases.models import Enquiry
from enrollment.cases.selectors import fact_question, value_example
from enrollment.cases.words import child_of, question_of, rows_of, title_of
from foundation import clock
from foundation.errors import Refused
from foundation.secret_files import kept
from foundation.workbooks import HEAD, TEXT, WRAPPED, Prompt, Workbook

MAGIC: Final = b"age-encryption.org/v1"
ARMOUR: Final = b"-----BEGIN AGE ENCRYPTED FILE-----"
WIDTH: Final = 24


def recipient_checked(typed: str) -> str:
    """An age public key in its one spelling. Raises Refused."""
    import pyrage  # not at the top: only who sends or reads a sheet needs it

    text = "".join(typed.split())
    try:
        return str(pyrage.x25519.Recipient.from_str(text))
    except pyrage.RecipientError:
        words = _("This is no age public key: it begins with age1 and has 62 characters. Please copy it whole.")
        raise Refused(words, code="recipient", field="recipient") from None


def encrypted(content: bytes, recipient: str) -> bytes:
    """The bytes for one recipient and nobody else."""
    import pyrage

    return bytes(pyrage.encrypt(content, [pyrage.x25519.Recipient.from_str(recipient)]))


def own_recipient() -> str:
    """The public key to which departments encrypt what they send back. Raises Refused where the portal has none."""
    return str(_identity().to_public())


def decrypted(content: bytes) -> bytes:
    """What a department sent back; bytes that are not encrypted are returned as they are. Raises Refused."""
    import pyrage

    if not content.startswith((MAGIC, ARMOUR)):
        return content
    try:
        return bytes(pyrage.decrypt(content, [_identity()]))
    except pyrage.DecryptError:
        text = _("This file is not encrypted to the portal's key, or is damaged. The key stands on this page.")
        raise Refused(text, code="encrypted", field="file") from None


def _identity() -> Any:
    import pyrage

    secret = settings.CASE_BATCH_KEY
    if not secret and settings.LOCAL:
        path = settings.VAR_DIR / "secrets" / "case_batch_key"
        secret = kept(path, lambda: str(pyrage.x25519.Identity.generate()))
    try:
        return pyrage.x25519.Identity.from_str(secret)
    except pyrage.IdentityError:
        text = _("The portal has no key for encrypted sheets. Whoever keeps the server sets CASE_BATCH_KEY.")
        raise Refused(text, code="no_key") from None


def sheet_of(enquiries: list[Enquiry]) -> bytes:
    """The open questions of one department as a workbook whose answers come back through the importer as they stand."""
    out = BytesIO()
    prompts = {at: Prompt(one.heading, str(one.note), one.choices) for at, one in enumerate(COLUMNS)}
    widths = [WIDTH] * (len(COLUMNS) + len(GIVEN))
    with Workbook(out) as book:
        with book.sheet(_("Data"), widths=widths, prompts=prompts) as sheet:
            sheet.row([*(one.heading for one in COLUMNS), *GIVEN], HEAD)
            for enquiry in enquiries:
                sheet.row([enquiry.number, *([""] * (len(COLUMNS) - 1)), *_given(enquiry)], TEXT)
        with book.sheet(_("How to fill in"), widths=[WIDTH, 2 * WIDTH]) as sheet:
            for one in COLUMNS:
                sheet.row([one.heading, str(one.note)], WRAPPED)
            back = _("Send the filled sheet back encrypted to this key: %(key)s") % {"key": own_recipient()}
            sheet.row(["", back], WRAPPED)
    return out.getvalue()


def _given(enquiry: Enquiry) -> list[str]:
    case = enquiry.case
    name, number = child_of(case)
    rows = rows_of(case)
    question = fact_question(case)
    return [
        title_of(case),
        question_of(enquiry),
        name,
        number,
        "；".join(f"{row.label}：{row.declared}" for row in rows),
        "；".join(f"{row.label}：{row.held}" for row in rows if row.held),
        clock.written(enquiry.due_at),
        value_example(question) if question else "",
    ]
