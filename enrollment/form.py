"""The application form as data (pure): pages, fields, when a field is asked, and how each answer is validated.

Labels are English message ids; screens translate them. Answers are plain strings by field name; unknown names are
dropped, and an answer to a question that is not asked any more does not count.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import date

import identifiers

Answers = Mapping[str, str]


def N_(text: str) -> str:  # noqa: N802 - the usual mark of a text that is translated later
    return text


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Field:
    """One question. ``kind`` is an identifiers kind, or ``choice``, ``several``, ``date``, ``number``, ``percent``,
    ``text``.

    ``when`` maps another field to the values under which this one is asked; ``default`` is the answer of who says
    nothing. Several answers to one question are one string with commas between.
    """

    name: str
    page: str
    label: str
    kind: str
    help: str = ""
    options: tuple[Option, ...] = ()
    when: Mapping[str, tuple[str, ...]] = dataclass_field(default_factory=dict)
    required: bool = True
    autocomplete: str = "off"
    default: str = ""


@dataclass(frozen=True, slots=True)
class FieldError:
    """Why an answer is not taken: a stable code, and a message (English id with parameters) that says what to do."""

    field: str
    code: str
    message: str
    params: Mapping[str, str] = dataclass_field(default_factory=dict)
    more: tuple[identifiers.Notice, ...] = ()  # where to look, for a number that is a digit off


PAGES = ("guardian", "household", "home", "work", "choices", "needs")
STEPS = PAGES[:-1]  # the pages everybody may be led through; special needs are offered on check-your-answers
NEEDS = ("need_kinds", "need_text")  # kept apart from the other answers: see docs/journey.md

_RELATIONS = (
    Option("mother", N_("Mother")),
    Option("father", N_("Father")),
    Option("grandparent", N_("Grandparent, with the parents' authorisation")),
    Option("other", N_("Other legal guardian")),
)
_HOMES = (
    Option("deed", N_("Own home with a property certificate")),
    Option("contract", N_("Bought home, certificate not issued yet")),
    Option("rented", N_("Rented home")),
    Option("public_rental", N_("Public rental home")),
    Option("grandparents", N_("Home of the grandparents")),
    Option("none", N_("None of these")),
)
_OWNERS = (
    Option("parent", N_("A parent")),
    Option("child", N_("The child")),
    Option("grandparent", N_("A grandparent")),
    Option("other", N_("Somebody else")),
)
_SITUATIONS = (
    Option("together", N_("Both parents, or the one parent there is, live with the child")),
    Option("separated", N_("The parents live apart or are divorced")),
    Option("abroad", N_("I am abroad or work in another city")),
)
_LIVES_WITH = (
    Option("mother", N_("With the mother")),
    Option("father", N_("With the father")),
    Option("both", N_("With both in turn")),
    Option("other", N_("With neither of them")),
)
_AUTHORISED_BY = (
    Option("both", N_("Both parents")),
    Option("mother", N_("The mother")),
    Option("father", N_("The father")),
    Option("authority", N_("A court or a public office")),
)
_NEEDS = (
    Option("sight", N_("To see")),
    Option("hearing", N_("To hear")),
    Option("moving", N_("To walk or move")),
    Option("speech", N_("To speak")),
    Option("learning", N_("To learn or understand")),
    Option("health", N_("Illness, allergy or medicine")),
    Option("other", N_("Something else")),
)
_OWNED = {"home_kind": ("deed", "contract")}

FIELDS: tuple[Field, ...] = (
    Field("guardian_relation", "guardian", N_("You are the child's"), "choice", options=_RELATIONS),
    Field("guardian_name", "guardian", N_("Your name"), "name", autocomplete="name"),
    Field("guardian_id", "guardian", N_("Your ID number"), "id", help=N_("As printed on your identity document.")),
    Field(
        "second_guardian_id",
        "guardian",
        N_("ID number of the other parent"),
        "id",
        help=N_("Leave it empty if there is none. It helps when the home is in the other parent's name."),
        required=False,
    ),
    Field(
        "authorised_by",
        "guardian",
        N_("Who asked you to act for the child?"),
        "choice",
        help=N_("They can be asked to confirm it later. Nothing has to be uploaded now."),
        options=_AUTHORISED_BY,
        when={"guardian_relation": ("grandparent", "other")},
    ),
    Field(
        "family_situation",
        "guardian",
        N_("How does the family live?"),
        "choice",
        options=_SITUATIONS,
        default="together",
    ),
    Field(
        "lives_with",
        "guardian",
        N_("With whom does the child live?"),
        "choice",
        help=N_("You can apply alone. The other parent's number is not needed."),
        options=_LIVES_WITH,
        when={"family_situation": ("separated",)},
    ),
    Field(
        "helper_name",
        "guardian",
        N_("Who can act for you here? Name"),
        "name",
        help=N_("Leave it empty if nobody does: everything can be done from your phone."),
        when={"family_situation": ("abroad",)},
        required=False,
    ),
    Field(
        "helper_phone",
        "guardian",
        N_("Mobile number of this person"),
        "mobile",
        help=N_("A number abroad begins with + and the country code."),
        when={"family_situation": ("abroad",)},
        required=False,
    ),
    Field(
        "household_here",
        "household",
        N_("Is the child's household registered in this city?"),
        "choice",
        options=(Option("yes", N_("Yes")), Option("no", N_("No"))),
    ),
    Field(
        "household_address",
        "household",
        N_("Address in the household register"),
        "address",
        help=N_("As on the child's page of the household register."),
        when={"household_here": ("yes",)},
    ),
    Field(
        "household_registered_on",
        "household",
        N_("Registered there since"),
        "date",
        help=N_("The date on the child's page of the household register."),
        when={"household_here": ("yes",)},
        required=False,
    ),
    Field("home_kind", "home", N_("Where does the family live?"), "choice", options=_HOMES),
    Field(
        "home_address",
        "home",
        N_("Address of the home"),
        "address",
        when={"home_kind": ("deed", "contract", "rented", "public_rental", "grandparents")},
    ),
    Field(
        "home_certificate",
        "home",
        N_("Number of the property certificate"),
        "certificate",
        help=N_("A certificate that is with the bank is fine: the number is enough."),
        when={"home_kind": ("deed", "grandparents")},
    ),
    Field(
        "home_contract",
        "home",
        N_("Filing number of the sales contract"),
        "contract",
        when={"home_kind": ("contract",)},
    ),
    Field(
        "home_grandparent_id",
        "home",
        N_("ID number of the grandparent who owns the home"),
        "id",
        when={"home_kind": ("grandparents",)},
    ),
    Field(
        "home_lease",
        "home",
        N_("Filing number of the lease"),
        "contract",
        help=N_("Leave it empty if the lease is not filed. Without it a person looks at your case."),
        when={"home_kind": ("rented",)},
        required=False,
    ),
    Field(
        "home_rental_contract",
        "home",
        N_("Number of the public rental contract"),
        "contract",
        help=N_("Leave it empty if you do not have it at hand: a person looks it up."),
        when={"home_kind": ("public_rental",)},
        required=False,
    ),
    Field(
        "home_since",
        "home",
        N_("Living there since"),
        "date",
        help=N_("About is enough. For example 2022-09-01."),
        when={"home_kind": ("rented", "public_rental")},
        required=False,
    ),
    Field("home_owner_relation", "home", N_("In whose name is the home?"), "choice", options=_OWNERS, when=_OWNED),
    Field(
        "home_owner_id",
        "home",
        N_("ID number of the owner"),
        "id",
        when={"home_kind": ("deed", "contract"), "home_owner_relation": ("grandparent", "other")},
    ),
    Field(
        "home_share",
        "home",
        N_("Share of the family in the home, in percent"),
        "percent",
        help=N_("100 if it belongs to the family alone."),
        when=_OWNED,
    ),
    Field(
        "permit_holder",
        "work",
        N_("Who holds a residence permit of this city?"),
        "choice",
        options=(
            Option("none", N_("Nobody, or not needed")),
            Option("parent", N_("I do")),
            Option("child", N_("The child")),
        ),
    ),
    Field(
        "insurance_holder",
        "work",
        N_("Do you pay social insurance in this city?"),
        "choice",
        options=(Option("none", N_("No, or not needed")), Option("parent", N_("Yes, I do"))),
    ),
    Field(
        "insurance_months",
        "work",
        N_("How many months have you paid in this city?"),
        "number",
        help=N_("About is enough; leave it empty if you do not know."),
        when={"insurance_holder": ("parent",)},
        required=False,
    ),
    Field(
        "keep_siblings",
        "choices",
        N_("Twins or more: keep the children together?"),
        "choice",
        options=(
            Option("no", N_("There is only one child of this age")),
            Option("yes", N_("Together: one lot for all, all or none")),
            Option("apart", N_("Each child by itself")),
        ),
    ),
    Field(
        "need_kinds",
        "needs",
        N_("Does the child need help with one of these?"),
        "several",
        options=_NEEDS,
        required=False,
    ),
    Field(
        "need_text",
        "needs",
        N_("What should the school prepare?"),
        "text",
        help=N_("For example a ground-floor classroom, a seat in front, medicine at noon."),
        required=False,
    ),
)
BY_NAME = {field.name: field for field in FIELDS}


def asked(field: Field, answers: Answers) -> bool:
    """Whether the question is asked, given the other answers."""
    return all((answers.get(name) or BY_NAME[name].default) in values for name, values in field.when.items())


def opened(items: Collection[str]) -> tuple[Field, ...]:
    """The questions a return for correction opens: the named ones, and those that depend on them."""
    return tuple(field for field in FIELDS if field.name in items or set(field.when) & set(items))


def page_fields(page: str) -> tuple[Field, ...]:
    return tuple(field for field in FIELDS if field.page == page)


def validate(field: Field, raw: str, today: date) -> tuple[str, FieldError | None]:
    """The normalised answer, and what is wrong with it (the raw answer is kept by the caller either way)."""
    value = raw.strip() or field.default
    if not value:
        missing = FieldError(field.name, "missing", N_("Please answer this question.")) if field.required else None
        return "", missing
    if field.kind == "choice":
        known = any(option.value == value for option in field.options)
        return value, None if known else FieldError(field.name, "choice", N_("Please pick one of the answers."))
    if field.kind in OWN_KINDS:
        return OWN_KINDS[field.kind](field, value, today)
    checked = identifiers.check(field.kind, value, role="guardian", today=today)
    if checked.ok:
        return checked.value, None
    where = identifiers.diagnose(value, role="guardian", today=today) if field.kind == "id" else ()
    return value, FieldError(field.name, checked.code, identifiers.MESSAGES[checked.code], checked.params, where)


def _plain(value: str) -> str:
    """Full-width digits and signs as ordinary ones."""
    return unicodedata.normalize("NFKC", value).strip()


def _percent(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    wrong = FieldError(field.name, "percent", N_("Please give a number from 1 to 100, for example 50."))
    try:
        number = float(_plain(value).rstrip("%"))
    except ValueError:
        return value, wrong
    return (f"{number:g}", None) if 1 <= number <= 100 else (value, wrong)


def _number(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    digits = _plain(value)
    if digits.isascii() and digits.isdigit() and int(digits) <= LONGEST_MONTHS:
        return str(int(digits)), None
    return value, FieldError(field.name, "number", N_("Please give a whole number, for example 24."))


def _date(field: Field, value: str, today: date) -> tuple[str, FieldError | None]:
    parts = re.findall(r"\d+", _plain(value))
    try:
        day = date(*map(int, parts)) if len(parts) == 3 else date.fromisoformat(_plain(value))
    except (ValueError, TypeError, OverflowError):
        return value, FieldError(field.name, "date", N_("Please give a date such as 2020-05-31."))
    if day > today:
        return value, FieldError(field.name, "future", N_("This date lies in the future."))
    return day.isoformat(), None


def _several(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    picked = [part for part in value.split(",") if part]
    known = [option.value for option in field.options if option.value in picked]
    if not set(picked) <= set(known):
        return value, FieldError(field.name, "choice", N_("Please pick one of the answers."))
    return ",".join(known), None


def _text(field: Field, value: str, _today: date) -> tuple[str, FieldError | None]:
    if len(value) > LONGEST_TEXT:
        wrong = N_("Please say it in at most {most} characters; these are {length}.")
        return value, FieldError(field.name, "too_long", wrong, {"most": str(LONGEST_TEXT), "length": str(len(value))})
    return value, None


LONGEST_MONTHS = 720
LONGEST_TEXT = 300
OWN_KINDS = {"percent": _percent, "number": _number, "date": _date, "several": _several, "text": _text}


def validate_page(page: str, answers: Answers, today: date) -> tuple[dict[str, str], dict[str, FieldError]]:
    """Normalised answers and errors of the questions asked on one page."""
    clean: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for question in page_fields(page):
        if not asked(question, {**answers, **clean}):
            continue
        clean[question.name], problem = validate(question, str(answers.get(question.name, "")), today)
        if problem:
            errors[question.name] = problem
    return clean, errors


def validate_all(answers: Answers, today: date) -> tuple[dict[str, str], dict[str, FieldError]]:
    """Every page at once: what a submission must pass, whatever page the browser sent it from."""
    clean: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for page in PAGES:
        page_clean, page_errors = validate_page(page, {**answers, **clean}, today)
        clean |= page_clean
        errors |= page_errors
    return clean, errors
