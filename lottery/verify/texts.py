"""What the verifier in the browser says, by code: the page carries these texts, so that it can speak without a server.

Placeholders in braces are filled in by the script. A code of `DIFFERS` names the first thing that does not follow.
"""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

AGREES: Final[Mapping[str, Promise]] = {
    "noted": _("The announcement is the one whose digest you noted."),
    "announcement_file": _("announcement.json is the announcement inside the transcript."),
    "announcement_digest": _("The announcement has its published digests (SHA-256 and SM3): {digest}"),
    "roll": _("Roll: {rows} children in {groups} groups lead to the announced root {root}"),
    "commitments": _("{count} of {named} witnesses revealed what they had committed to."),
    "seed": _("The seed follows from root, witnesses, balls and public value: {seed}"),
    "webcrypto": _("The hashing of this page agrees with that of your browser on a sample."),
    "no_webcrypto": _(
        "Your browser offers no hashing of its own here, so this page's hashing was not compared with it."
    ),
    "order": _(
        "Every ticket of {groups} groups was recomputed (method: {method}); the order has the published digest {digest}"
    ),
    "winners": _("The {count} winners for {seats} seats follow from the order."),
    "order_only": _("This draw makes an order and seats nobody by itself: the places follow in admission.json."),
    "transcript_digest": _("The whole transcript has its published digests (SHA-256 and SM3): {digest}"),
    "leaf": _("Receipt {receipt}, salt and facts make exactly this line of the roll."),
    "proof": _("Line {line} of {leaves}: the proof of {steps} steps leads to the announced root."),
    "ticket": _("The ticket at {school} follows from the seed: {ticket}"),
    "ring_tickets": _("On the ring a place depends on everybody: it is checked with admission.json and audit.py."),
    "no_draw_yet": _("The draw has not been made yet; there are no tickets to check."),
    "found": _("Found: line {line} of {leaves} on the roll; place {rank} of {of} in the order; ticket {value}"),
}

DIFFERS: Final[Mapping[str, Promise]] = {
    "noted": _("The announcement is not the one you noted. Noted: {published}; computed: {computed}"),
    "announcement_file": _(
        "announcement.json is not the announcement inside the transcript: they part at byte {position}."
    ),
    "announcement_digest": _(
        "The digest of the announcement ({hash}) is wrong. Published: {published}; computed: {computed}"
    ),
    "not_canonical": _("{file} is not as it was published: character {position} is not written that way."),
    "method": _("The method of the draw is not known: {published}"),
    "domain_string": _(
        "The domain string does not follow from its parts. Published: {published}; computed: {computed}"
    ),
    "rule": _("The sibling rule is not known: {published}"),
    "not_hex": _("This is not a hexadecimal value: {what} {published}"),
    "roll_files": _("roll.csv and the roll inside the transcript part at line {line}."),
    "roll_header": _("Line 1 of the roll is not its heading."),
    "roll_row": _("Row {row} of the roll is not a receipt hash, a group and a leaf."),
    "roll_twice": _("Row {row} of the roll stands there twice."),
    "roll_order": _("Row {row} of the roll is out of order."),
    "roll_empty": _("The roll is empty."),
    "rows": _("Number of children on the roll. Published: {published}; counted: {computed}"),
    "groups": _("Number of groups on the roll. Published: {published}; counted: {computed}"),
    "root": _("The root of the roll is wrong. Published: {published}; computed: {computed}"),
    "roll_sm3": _("The SM3 digest of the roll is wrong. Published: {published}; computed: {computed}"),
    "witness": _("Witness number {position} is not the one announced. Announced: {published}; found: {computed}"),
    "commitment": _("{witness} revealed something else than committed. Published: {published}; computed: {computed}"),
    "seed": _("The seed is wrong. Published: {published}; computed: {computed}"),
    "webcrypto": _(
        "This page's hashing differs from that of your browser: do not trust its answer. {published} {computed}"
    ),
    "tie": _("The groups {one} and {two} have the same ticket."),
    "order": _("The digest of the order ({hash}) is wrong. Published: {published}; computed: {computed}"),
    "winner": _("Winner number {position} is another. Published: {published}; computed: {computed}"),
    "extra_seats": _("The number of extra seats is wrong. Published: {published}; computed: {computed}"),
    "transcript_digest": _(
        "The digest of the transcript ({hash}) is wrong. Published: {published}; computed: {computed}"
    ),
    "receipt": _("Receipt {receipt} and its salt make another line. In the file: {published}; computed: {computed}"),
    "leaf": _(
        "The facts of receipt {receipt} are not those the roll binds. In the file: {published}; computed: {computed}"
    ),
    "leaves": _("The proof is for {published} lines; the announcement has {computed}."),
    "leaf_number": _("The proof names line number {number} of {leaves}, counted from 0: there is none."),
    "proof_root": _("The proof does not lead to the root in the file. In the file: {published}; reached: {computed}"),
    "announced_root": _(
        "The root in your file is not the announced one. Announced: {published}; in your file: {computed}"
    ),
    "ticket_schools": _("The tickets are not for the schools you chose. In the file: {published}; chosen: {computed}"),
    "ticket": _("The ticket at {school} is wrong. In the file: {published}; computed: {computed}"),
    "not_found": _("Receipt {receipt} with this salt does not stand on the roll. Look for typing errors first."),
}

UNUSABLE: Final[Mapping[str, Promise]] = {
    "huge": _("{file} is too large for a browser. Use audit.py on a computer."),
    "packed": _("{file} is compressed. Unpack it first, or use audit.py, which reads it as it is."),
    "json": _("{file} cannot be read: it is cut off or not a JSON file. Download it again."),
    "foreign": _("{file} is another kind of file ({format}). Choose the file of that name from the page of the round."),
    "missing": _("The transcript has no {path}: it is cut off or of another kind. Download it again."),
    "wrong_type": _("In the transcript {path} is not what it should be. Download it again."),
    "roll_needed": _("The roll is too long to stand inside the transcript: choose roll.csv as well."),
    "salt": _(
        "The salt is a text of at least 32 hexadecimal digits; copy it from my-ticket.json or from “My own ticket”."
    ),
    "no_transcript": _("Choose transcript.json first."),
    "no_receipt": _("Choose my-ticket.json, or type receipt number and salt."),
    "verify_first": _("Check the draw above first: receipt number and salt are looked up in its roll."),
    "fetch": _("The files could not be loaded from this site. Check the connection, or download and choose them."),
    "unexpected": _("The files cannot be checked here: {message}. Use audit.py."),
}

PAGE: Final[Mapping[str, Promise]] = {
    "verified": _("Verified: everything published follows from the rest."),
    "mine_verified": _("Verified: your line stands on the announced roll."),
    "differs": _("Differs. The first difference:"),
    "differs_next": _("Tell the bureau and the notary, and keep the files you checked."),
    "input": _("This could not be checked."),
    "working": _("Checking …"),
    "roll": _("Reading the roll: {percent}%"),
    "tickets": _("Recomputing tickets: {percent}%"),
    "order_progress": _("Comparing the order: {percent}%"),
    "loaded": _("Loaded: {files}"),
    "took": _("It took {seconds} seconds at most, on your own device."),
}


def check_texts() -> dict[str, dict[str, str]]:
    """All texts in the language of the request."""
    parts = {"agrees": AGREES, "differs": DIFFERS, "input": UNUSABLE, "page": PAGE}
    return {name: {code: str(text) for code, text in texts.items()} for name, texts in parts.items()}
