"""How to apply, and what to do in each situation. Numbers and groups stand in the policies, never here."""

from typing import Final

from django.utils.translation import gettext_lazy as lazy

from enrollment.public.words.page import Page, Section

GUIDES: Final = (
    Page(
        "how-to-apply",
        lazy("How to apply, step by step"),
        lazy("Most families need a few minutes and no document."),
        (
            Section(
                lazy("Six steps"),
                (
                    lazy("Sign in with your mobile number. You get a code by text message; no password is needed."),
                    lazy("Add your child: name and ID number. A passport or a travel permit works too."),
                    lazy(
                        "Confirm what the registers already know: household, home, permit. If something "
                        "is wrong, say how it should be."
                    ),
                    lazy("Choose schools, the one you want most first. The map shows how far they are."),
                    lazy("Check your answers and submit. You get a receipt with a number by text message."),
                    lazy(
                        "Wait for the result: we tell you by text message. Then accept the place and read the letter."
                    ),
                ),
                numbered=True,
                pictures=(
                    "phone",
                    "child",
                    "confirm",
                    "schools",
                    "receipt",
                    "letter",
                ),
            ),
            Section(
                lazy("Worth knowing"),
                (
                    lazy("The order of applying does not count: the first minute is no better than the last day."),
                    lazy("Everything you type is saved at once. You can go on later, on another phone too."),
                    lazy("No smartphone? A service point files the application with you, free of charge."),
                ),
            ),
        ),
    ),
    Page(
        "own-home",
        lazy("We own our home"),
        lazy("The certificate of your home is looked up for you; nothing need be uploaded."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Have the number of the property certificate at hand, old or new; both count."),
                    lazy("Type the address as it stands on the certificate."),
                    lazy("A mortgage makes no difference."),
                    lazy("Several owners? Give the share of the child's parents; the policy says how much counts."),
                ),
                numbered=True,
            ),
        ),
        drawing="house",
    ),
    Page(
        "contract",
        lazy("We have a purchase contract, no certificate yet"),
        lazy("A contract that is on file with the housing office can count; the policy of your district says as what."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Have the file number of the contract at hand; it stands on its first page."),
                    lazy("If the number is not found, take a clear photo of the contract when you are asked for it."),
                    lazy("Not handed over yet? Say where you live now; the policy decides which address counts."),
                ),
                numbered=True,
            ),
        ),
        drawing="deed",
    ),
    Page(
        "renting",
        lazy("We rent"),
        lazy("Families who rent are given a place too, in the group the policy names for them."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Say that you rent, and the address. A registered lease is looked up for you."),
                    lazy("Public rental housing: have the number of the contract with the housing office at hand."),
                    lazy(
                        "If a permit or insurance is asked for, the registers are looked at first; documents "
                        "only if they know nothing."
                    ),
                ),
                numbered=True,
            ),
        ),
        drawing="lease",
    ),
    Page(
        "grandparents",
        lazy("We live with the grandparents"),
        lazy("Whether a grandparent's home counts, and as what, is laid down by each district."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Say that the owner is a grandparent, and the certificate number."),
                    lazy(
                        "Whether the parents own a home of their own is looked up; you bring no proof "
                        "that you own none."
                    ),
                    lazy(
                        "A grandparent may do the typing: at a service point, or with your permission in your account."
                    ),
                ),
                numbered=True,
            ),
        ),
        drawing="book",
    ),
    Page(
        "separated",
        lazy("The parents live apart"),
        lazy("One parent applies. The child has one application only, whoever files it."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("The parent with whom the child lives applies, with that parent's home."),
                    lazy(
                        "If the other parent has filed already, you are told so. Nobody is shown an "
                        "address of the other."
                    ),
                    lazy(
                        "A court decision or agreement is asked for only if the registers do not show who has custody."
                    ),
                    lazy("An address must stay hidden? Say so at a service point or by telephone; it will be."),
                ),
                numbered=True,
            ),
        ),
        drawing="people",
    ),
    Page(
        "migrants",
        lazy("We came here for work"),
        lazy(
            "Children who move with their parents have a right to a place. It is given by the published "
            "rules, by points where the district counts points."
        ),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Have the number of the residence permit of one parent or of the child at hand."),
                    lazy("Social insurance and employment are looked up; back-paid months may not count."),
                    lazy("No proof from the place you came from is needed."),
                ),
                numbered=True,
            ),
        ),
        drawing="permit",
    ),
    Page(
        "twins",
        lazy("Twins and siblings"),
        lazy("Twins can share one ticket and so stay together; the announcement of each draw says exactly how."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Add both children and apply for each; what is the same is taken over."),
                    lazy("Say in both applications that they are to stay together, and name the same schools."),
                    lazy("An older child at the school already? Say so: the policy may place the younger there first."),
                ),
                numbered=True,
            ),
        ),
        drawing="balls",
    ),
    Page(
        "special-needs",
        lazy("My child needs support"),
        lazy("Every child has a place. Most learn at an ordinary school with support."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("Say in the application what your child needs; it is seen only by the people who arrange it."),
                    lazy(
                        "The district's experts look at it with you and name an ordinary school, a "
                        "special school, or teaching at home."
                    ),
                    lazy("It is no reason to lose a place, and it plays no part in the draw."),
                ),
                numbered=True,
            ),
        ),
        drawing="school",
    ),
    Page(
        "abroad",
        lazy("We are abroad, or from abroad"),
        lazy("You can apply from anywhere; Beijing time counts."),
        (
            Section(
                lazy("What to do"),
                (
                    lazy("A mobile number from abroad works too; if no code arrives, a service point signs you in."),
                    lazy("Passport, Hong Kong, Macao and Taiwan permits, and permanent residence cards are accepted."),
                    lazy("A relative here may be authorised to hand in documents and to come to check-in day."),
                ),
                numbered=True,
            ),
        ),
        drawing="envelope",
    ),
)
