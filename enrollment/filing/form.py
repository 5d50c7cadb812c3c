"""The application form as data (pure): pages, fields, when a field is asked, and how each answer is validated.

Labels are English message ids; screens translate them. Answers are plain strings by field name; unknown names are
dropped, and an answer to a question that is not asked any more does not count. What a district leaves out or adds is
``enrollment.seasons.rules.own_form``; ``FIELDS`` is the form of a district that does neither.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

import identifiers
from enrollment.forms.questions import N_, Answers, Field, FieldError, Option, validate
from enrollment.seasons.rules.own_form import OwnForm

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
    Field(
        "guardian_name",
        "guardian",
        N_("Your name"),
        "name",
        help=N_("If a character cannot be typed, put ? in its place."),
        autocomplete="name",
    ),
    Field(
        "guardian_name_character",
        "guardian",
        N_("The character of your name that cannot be typed"),
        "text",
        help=N_(
            "What it looks like and how it is read, for example 左石右羡. You will be asked for a photo of the page."
        ),
        describes="guardian_name",
    ),
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
        "about",
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
            Option("other_parent", N_("The other parent")),
            Option("child", N_("The child")),
        ),
    ),
    Field(
        "insurance_holder",
        "work",
        N_("Do you or the other parent pay social insurance in this city?"),
        "choice",
        options=(
            Option("none", N_("No, or not needed")),
            Option("parent", N_("Yes, I do")),
            Option("other_parent", N_("Yes, the other parent")),
        ),
    ),
    Field(
        "insurance_months",
        "work",
        N_("How many months have you paid in this city?"),
        "number",
        help=N_("About is enough; leave it empty if you do not know."),
        when={"insurance_holder": ("parent", "other_parent")},
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
    if field.describes and identifiers.stands_for(answers.get(field.describes, "")) is None:
        return False
    return all((answers.get(name) or BY_NAME[name].default) in values for name, values in field.when.items())


# The questions that a district may leave out, each with the facts that it feeds: one, or all of a subject ("permit.").
# Who is asked about, and how the family lives, is never left out; special needs are a right of the child.
MAY_BE_OFF: Mapping[str, tuple[str, ...]] = {
    "second_guardian_id": ("household.", "home.", "permit.", "insurance.", "parents."),
    "helper_name": (),
    "helper_phone": (),
    "household_registered_on": ("household.registered_on",),
    "home_lease": ("application.rented_filed", "home.kind", "home.zone_relation"),
    "home_rental_contract": ("home.kind", "home.zone_relation"),
    "home_since": (),
    "permit_holder": ("permit.", "points.", "home.zone_relation"),
    "insurance_holder": ("insurance.", "work."),
    "insurance_months": ("insurance.", "work."),
}


def needed_for(name: str, uses: Collection[str]) -> str:
    """The first fact a rule looks at for which the question is needed; "" where no rule needs it."""
    feeds = MAY_BE_OFF[name]
    return next((fact for fact in sorted(uses) if any(fact == one or _subject(fact) == one for one in feeds)), "")


def _subject(fact: str) -> str:
    return f"{fact.partition('.')[0]}."


def fields_with(own: OwnForm, language: str) -> tuple[Field, ...]:
    """The questions of a round in the order of the pages; those of the district's own stand last on their page."""
    asked_here = [_without(field, own.off) for field in FIELDS if not {field.name, *field.when} & own.off]
    return tuple(sorted([*asked_here, *own.fields(language)], key=lambda field: PAGES.index(field.page)))


def _without(field: Field, off: Collection[str]) -> Field:
    """Where the other parent is not asked for, nobody can pick that person."""
    if "second_guardian_id" not in off or not any(option.value == "other_parent" for option in field.options):
        return field
    return replace(field, options=tuple(option for option in field.options if option.value != "other_parent"))


def opened(items: Collection[str], fields: Sequence[Field] = FIELDS) -> tuple[Field, ...]:
    """The questions a return for correction opens: the named ones, and those that depend on them."""
    return tuple(field for field in fields if field.name in items or {*field.when, field.describes} & set(items))


def shown(fields: Sequence[Field], answers: Answers) -> tuple[Field, ...]:
    """The questions a page shows: a description is asked for only once something in the name stands for a character."""
    return tuple(field for field in fields if not field.describes or asked(field, answers))


def described_in_words(fields: Sequence[Field], answers: Answers) -> dict[str, str]:
    """The descriptions that a family has written into its names already, to be confirmed, by their questions."""
    open_ones = [field for field in fields if field.describes and not answers.get(field.name)]
    found = {field.name: identifiers.stands_for(answers.get(field.describes, "")) for field in open_ones}
    return {name: one.words for name, one in found.items() if one is not None}


def page_fields(page: str, fields: Sequence[Field] = FIELDS) -> tuple[Field, ...]:
    return tuple(field for field in fields if field.page == page)


def validate_page(
    page: str, answers: Answers, today: date, *, child_id: str = "", fields: Sequence[Field] = FIELDS
) -> tuple[dict[str, str], dict[str, FieldError]]:
    """Normalised answers and errors of the questions asked on one page; ``child_id`` is the child's own number."""
    clean: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for question in page_fields(page, fields):
        if not asked(question, {**answers, **clean}):
            continue
        document = _document_of(question, {**answers, **clean}, today)
        beside = next((field.name for field in fields if field.describes == question.name), "")
        clean[question.name], problem = validate(
            question,
            str(answers.get(question.name, "")),
            today,
            document=document,
            described=str(answers.get(beside, "")) if beside else None,
        )
        problem = (
            problem
            or _twice(question, clean[question.name], {**answers, **clean}, child_id)
            or _other_parent(question, clean[question.name], {**answers, **clean})
        )
        if question.describes:
            continue  # what is wrong with it, or that it is missing, was found with the name
        if problem and problem.code in identifiers.OF_DESCRIPTION:
            errors[beside] = replace(problem, field=beside)
        elif problem:
            errors[question.name] = problem
    return clean, errors


def _document_of(question: Field, answers: Answers, today: date) -> str:
    """The kind of document a name is judged by: that of the number given with it; whoever only helps gives none."""
    if question.kind != "name":
        return ""
    number = str(answers.get(NUMBER_OF_NAME.get(question.name, ""), ""))
    return identifiers.check("id", number, role="guardian", today=today).kind if number else "passport"


# the field that holds the number of who is named
NUMBER_OF_NAME = {"guardian_name": "guardian_id"}


# Whose number each field asks for; of two fields the later one is refused.
_PEOPLE = ("guardian_id", "second_guardian_id", "home_grandparent_id", "home_owner_id")


def _twice(field: Field, value: str, answers: Answers, child_id: str) -> FieldError | None:
    """One number never stands for two people: the register would find each of them in the other's household."""
    if field.name not in _PEOPLE or not value:
        return None
    if child_id and value == identifiers.normalise("id", child_id):
        return FieldError(field.name, "child_number", N_("This is the child's own number. Please give the adult's."))
    for other in _PEOPLE[: _PEOPLE.index(field.name)]:
        if asked(BY_NAME[other], answers) and value == identifiers.normalise("id", str(answers.get(other, ""))):
            wrong = N_("This number was given for another person already. Each person has a number of their own.")
            return FieldError(field.name, "same_number", wrong)
    return None


def _other_parent(field: Field, value: str, answers: Answers) -> FieldError | None:
    """Who names the other parent has given the number by which a register finds that person."""
    if value != "other_parent" or answers.get("second_guardian_id"):
        return None
    missing = N_("Please give the other parent's ID number first, on the page about you.")
    return FieldError(field.name, "other_parent", missing)


def validate_all(
    answers: Answers, today: date, *, child_id: str = "", fields: Sequence[Field] = FIELDS
) -> tuple[dict[str, str], dict[str, FieldError]]:
    """Every page at once: what a submission must pass, whatever page the browser sent it from."""
    clean: dict[str, str] = {}
    errors: dict[str, FieldError] = {}
    for page in PAGES:
        page_clean, page_errors = validate_page(page, {**answers, **clean}, today, child_id=child_id, fields=fields)
        clean |= page_clean
        errors |= page_errors
    return clean, errors
