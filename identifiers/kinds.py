"""The table of kinds: how each is normalised, checked and masked. A new kind is one row here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from identifiers import address, documents, holdings, names, phones, resident, text
from identifiers.result import Checked, Context, Role, refuse


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value."""

    normalise: Callable[[str], str]
    check: Callable[[str, Context], Checked]
    mask: Callable[[str], str]


TABLE: dict[str, Kind] = {
    "resident-id": Kind(resident.normalise, resident.check, resident.mask),
    "passport": Kind(text.code, documents.check_passport, resident.mask),
    "travel-permit": Kind(documents.normalise_travel, documents.check_travel, resident.mask),
    "birth-certificate": Kind(text.code, documents.check_birth, resident.mask),
    "residence-permit": Kind(resident.normalise, resident.check, resident.mask),
    "foreign-permanent-resident": Kind(text.code, documents.check_foreign, resident.mask),
    "name": Kind(names.normalise, names.check, names.mask),
    "mobile": Kind(phones.normalise, phones.check, phones.mask),
    "address": Kind(address.normalise, address.check, address.mask),
    "certificate": Kind(holdings.normalise_certificate, holdings.check_certificate, holdings.mask),
    "property-unit": Kind(text.code, holdings.check_unit, holdings.mask),
    "credit-code": Kind(text.code, holdings.check_credit, holdings.mask),
    "contract": Kind(holdings.normalise_contract, holdings.check_contract, holdings.mask),
    "disability-card": Kind(text.code, documents.check_disability, documents.mask_disability),
}
ANY_DOCUMENT = "id"
KINDS: tuple[str, ...] = (ANY_DOCUMENT, *TABLE)


def canonical(kind: str) -> str:
    """The hyphenated name of a kind; ``ValueError`` that lists the kinds when there is no such kind."""
    name = kind.strip().lower().replace("_", "-")
    if name not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; choose one of {', '.join(KINDS)}")
    return name


def _row(kind: str, raw: str) -> Kind:
    name = canonical(kind)
    return TABLE[documents.detect(raw[: text.LIMIT]) if name == ANY_DOCUMENT else name]


def normalise(kind: str, raw: str) -> str:
    """The one normal form of a value, used before validation, uniqueness and comparison; it never refuses.

    Text beyond 500 characters is left out: no kind has that much, and the check refuses it.
    """
    return _row(kind, raw).normalise(raw[: text.LIMIT])


def check(
    kind: str,
    raw: str,
    *,
    role: Role | None = None,
    today: date | None = None,
    document: str | None = None,
    described: str | None = None,
) -> Checked:
    """Check one value; see ``Checked`` for the answer.

    ``role`` says whose it is (15-digit IDs pass only for a guardian). ``today`` is the day future dates are judged
    on; without it they are not judged. ``document`` is the kind of document a name stands on: Latin names need a
    passport, a travel permit or a foreign permanent resident ID card. ``described`` says what a character of a name
    looks like that cannot be typed ("" while it was not said); without it the name itself says so, in brackets.
    ``ValueError`` for an unknown kind.
    """
    name = canonical(kind)
    if len(raw) > text.LIMIT:
        return refuse(name, raw, "", "too_long", limit=str(text.LIMIT))
    if not "".join(text.visible(raw).split()):
        return refuse(name, raw, "", "empty")
    context = Context(role, today, document, described and described[: text.LIMIT])
    if name == ANY_DOCUMENT and (nothing := documents.no_number(name, raw, context)):
        return nothing
    return _row(kind, raw).check(raw, context)


def mask(kind: str, value: str) -> str:
    """The value as it may stand on a screen: at most its first three and last four characters, never the birth date.

    18-character IDs and Chinese mobiles show 3 and 4; other personal documents 1 and 2; disability cards and
    addresses the first 3; names the first character; certificates, units, contracts and credit codes 3 and 4, never
    more than half.
    """
    row = _row(kind, value)
    return row.mask(row.normalise(value[: text.LIMIT]))
