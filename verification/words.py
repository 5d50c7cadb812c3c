"""What each doubt is called, and what it means, for the clerk who decides (shown) and the family (told)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from verification.agencies import Doubt

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """``label`` names the matter, ``clerk`` says what was found and what settles it, ``family`` what it can do."""

    label: Text
    clerk: Text
    family: Text


_LATER: Final = _("You need not do anything now: a person looks at it and asks you if something is missing.")
WORDS: Final[Mapping[Doubt, Words]] = {
    Doubt.OTHER_PERSON: Words(
        _("Whose record it is"),
        _("The agency answered about somebody else. Ask again, or have the family show its own document."),
        _LATER,
    ),
    Doubt.TWO_RECORDS: Words(
        _("Two records"),
        _("Two records in force contradict each other. Ask the department which of them holds."),
        _LATER,
    ),
    Doubt.CHILD_NAME: Words(
        _("Name of the child"),
        _("The register has another name for this number. Compare with the household register or the passport."),
        _("Please compare the child's name with the household register, character by character."),
    ),
    Doubt.GUARDIAN_NAME: Words(
        _("Name of the holder"),
        _("The register has another name for this number."),
        _("Please compare your name and number with your identity document."),
    ),
    Doubt.UNREADABLE_NAME: Words(
        _("A character of the name"),
        _("The register cannot print one character of the name; all others agree. The family's document settles it."),
        _LATER,
    ),
    Doubt.NAME_SPELLING: Words(
        _("Spelling of the name"),
        _("Only the form of a character or the mark between the parts differs. Most likely it is the same person."),
        _LATER,
    ),
    Doubt.NO_PARENT: Words(
        _("Parents in the household"),
        _("No declared parent is in the child's household. The birth certificate or a judgment settles who is one."),
        _("Have the birth certificate at hand: it says who the child's parents are."),
    ),
    Doubt.HOUSEHOLD_HERE: Words(
        _("Household in this city"),
        _("The family declared none here; the register has one."),
        _("Please look again at the answer about the household in this city."),
    ),
    Doubt.HOUSEHOLD_ADDRESS: Words(
        _("Address in the household register"),
        _("The register has another address."),
        _("Please copy the address from the child's page of the household register."),
    ),
    Doubt.HOUSEHOLD_SINCE: Words(
        _("Registered there since"),
        _("The register has another day."),
        _("Please copy the day from the child's page of the household register."),
    ),
    Doubt.HOUSEHOLD_STATE: Words(
        _("State of the household entry"),
        _("The entry is not in force. Ask the police station, or have the family show the present register."),
        _("Have the present household register at hand."),
    ),
    Doubt.HOME_KIND: Words(
        _("A home of the family"),
        _("The family declared that it owns none; the register names one."),
        _("Please look again at the answer about the family's home."),
    ),
    Doubt.HOME_CERTIFICATE: Words(
        _("Number of the property certificate"),
        _("The register knows the home under another number."),
        _("Please copy the number from the certificate."),
    ),
    Doubt.HOME_CONTRACT: Words(
        _("Filing number of the sales contract"),
        _("The register knows the contract under another number."),
        _("Please copy the filing number from the contract."),
    ),
    Doubt.HOME_ADDRESS: Words(
        _("Address of the home"),
        _("The register has another address."),
        _("Please copy the address from the document of the home."),
    ),
    Doubt.HOME_OWNER: Words(
        _("In whose name the home is"),
        _("None of the declared people is on the document."),
        _("Please look again at whose name the home is in."),
    ),
    Doubt.HOME_OWNER_STATE: Words(
        _("An owner has died"),
        _("An owner on the document has died. Whose the home is now follows from the inheritance."),
        _LATER,
    ),
    Doubt.HOME_CO_OWNER: Words(
        _("Another owner"),
        _(
            "Somebody whom the family did not name owns a part. If it is the other parent, the shares are added up: "
            "ask for the number."
        ),
        _("If the other parent owns a part of the home, please add that number."),
    ),
    Doubt.HOME_SHARE: Words(
        _("Share of the family in the home"),
        _("The register has another share: its exact figure decides."),
        _("Please compare the share with the document: the figure of the register decides."),
    ),
    Doubt.HOME_STATE: Words(
        _("State of the document"),
        _("The document is cancelled, superseded or seized."),
        _("Have the present document of the home at hand."),
    ),
    Doubt.HOME_USAGE: Words(
        _("Use of the unit"),
        _("The unit is not registered as a home."),
        _LATER,
    ),
    Doubt.PARENTS_OTHER_HOME: Words(
        _("Another home of the parents"),
        _("The parents own another home beside the one that was declared."),
        _LATER,
    ),
    Doubt.PERMIT_UNTIL: Words(
        _("Residence permit valid until"),
        _("The permit has lapsed, is being renewed, or its record names no day."),
        _("If the permit has lapsed, have it endorsed at the police station; a renewal counts when it is done."),
    ),
    Doubt.INSURANCE_CITY: Words(
        _("City of the social insurance"),
        _("It is paid in another city."),
        _("Please look again at the city in which the insurance is paid."),
    ),
    Doubt.INSURANCE_MONTHS: Words(
        _("Months of social insurance"),
        _("Fewer months count than were declared; months paid in arrears do not."),
        _("Please compare the months: those paid in arrears do not count."),
    ),
    Doubt.BIRTH_DATE: Words(
        _("Day of birth"),
        _("The birth certificate has another day than the application. The household register settles it."),
        _("Please compare the day of birth with the birth certificate."),
    ),
    Doubt.BIRTH_PARENT: Words(
        _("Parents on the birth certificate"),
        _("The birth certificate names none of the declared parents. A judgment or an adoption may be the reason."),
        _("Have the birth certificate at hand, or the document that says who the child's parents are now."),
    ),
    Doubt.FAMILY_SITUATION: Words(
        _("Whether the parents live together"),
        _("The register has a divorce of the two parents; the family says that it lives together."),
        _("Please look again at the question how the family lives."),
    ),
    Doubt.CUSTODY: Words(
        _("With whom the child stays"),
        _("By the register the child was given to the other parent. The judgment or the agreement settles it."),
        _("Have the agreement or the judgment about the child at hand."),
    ),
    Doubt.LEASE_NUMBER: Words(
        _("Filing number of the lease"),
        _("The register knows the lease under another number."),
        _("Please copy the filing number from the lease."),
    ),
    Doubt.LEASE_TENANT: Words(
        _("Who rents the home"),
        _("The lease is in the name of none of the parents."),
        _("Please look at whose name the lease is in."),
    ),
    Doubt.LEASE_STATE: Words(
        _("State of the lease"),
        _("The filing of the lease is cancelled."),
        _("Have the present lease at hand."),
    ),
    Doubt.LEASE_UNTIL: Words(
        _("Lease valid until"),
        _("The lease on file has ended. A new one may not be on file yet."),
        _("If the lease was renewed, please have the new one filed."),
    ),
    Doubt.LEASE_KIND: Words(
        _("Kind of the rented home"),
        _("The family declared a public rental home; the register has an ordinary lease."),
        _("Please look again at the answer about where the family lives."),
    ),
    Doubt.BUSINESS_STATE: Words(
        _("State of the business"),
        _("The licence is not in order: revoked, or entered as one that cannot be found."),
        _LATER,
    ),
    Doubt.DISABILITY_GRADE: Words(
        _("Grade of the disability"),
        _("The register has a certificate without a grade that can be read. The certificate settles it."),
        _("Have the disability certificate at hand."),
    ),
    Doubt.DISABILITY_UNTIL: Words(
        _("Disability certificate valid until"),
        _("The certificate has lapsed; it may be about to be renewed."),
        _("If the certificate has lapsed, please have it renewed."),
    ),
    Doubt.REGISTERED_ALREADY: Words(
        _("At a school of this stage already"),
        _("The student registry has the child at a school of the stage that it applies for."),
        _("If the child goes to a school of this stage already, it needs a transfer and no application."),
    ),
}
# What registers write as a state or a use.
VALUES: Final[Mapping[str, Text]] = {
    "cancelled": _("cancelled"),
    "moved_out": _("moved away"),
    "superseded": _("superseded by a newer one"),
    "seized": _("seized"),
    "renewing": _("being renewed"),
    "commercial": _("shop or office"),
    "parking": _("parking space"),
    "revoked": _("revoked"),
    "abnormal": _("cannot be found at its address"),
    "divorced": _("divorced"),
    "lease": _("ordinary lease"),
    "none": _("none"),
    "no": _("no"),
}


def label_of(doubt: str) -> str:
    """The name of the matter; the code itself for what an earlier program wrote."""
    return str(WORDS[Doubt(doubt)].label) if doubt in set(Doubt) else doubt


def clerk_words(doubt: str) -> str:
    """What was found and what settles it; "" for what an earlier program wrote."""
    return str(WORDS[Doubt(doubt)].clerk) if doubt in set(Doubt) else ""


def family_words(doubt: str) -> str:
    """What the family can do; "" for what an earlier program wrote."""
    return str(WORDS[Doubt(doubt)].family) if doubt in set(Doubt) else ""


def value_words(value: str) -> str:
    """A register's word for a state or a use; anything else as it stands."""
    return str(VALUES.get(value, value))
