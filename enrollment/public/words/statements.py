"""What the portal promises: data, accessibility, decisions, languages. Say nothing here that is not held elsewhere."""

from typing import Final

from django.utils.translation import gettext_lazy as lazy

from enrollment.public.words.page import Page, Section

STATEMENTS: Final = (
    Page(
        "privacy",
        lazy("What happens to your data"),
        lazy(
            "Data of children under 14 are specially protected by law (Personal Information Protection "
            "Law, articles 28 to 31)."
        ),
        (
            Section(
                lazy("What is asked, and why"),
                (
                    lazy(
                        "Only what the published policy decides by: who the child is, where it lives, "
                        "which schools you want, how we reach you."
                    ),
                    lazy("Income and posts of parents are never asked."),
                ),
            ),
            Section(
                lazy("Who sees it"),
                (
                    lazy("The reviewers of your district, and after admission the school. Every look is recorded."),
                    lazy(
                        "The agencies that confirm a fact: police, housing, natural resources, social "
                        "insurance. They get the question only."
                    ),
                    lazy("Nobody else, and no advertising. Public lists name no child."),
                ),
            ),
            Section(
                lazy("How it is kept"),
                (
                    lazy("ID numbers, telephones, addresses and documents are stored encrypted and shown masked."),
                    lazy(
                        "Where your county offers a face check, you choose it, agree to it apart each time, and can "
                        "take that back. The picture is compared at the service and never comes here."
                    ),
                    lazy(
                        "Page views of the public pages are counted by page and day; no cookie and no "
                        "address of yours is kept for it."
                    ),
                    lazy(
                        "A browser in which you sign in keeps a mark of that for 400 days, so that nobody else can use "
                        "up your codes. “Sign out everywhere else” on the page “My account” makes it worthless."
                    ),
                ),
            ),
            Section(
                lazy("Your rights"),
                (
                    lazy(
                        "In your account you can read and correct your data, download all of it, and ask "
                        "for its deletion."
                    ),
                    lazy(
                        "What the law obliges the bureau to keep, such as a published result, is kept "
                        "until its time is over; you are told which."
                    ),
                ),
            ),
        ),
    ),
    Page(
        "accessibility",
        lazy("Accessibility"),
        lazy("This portal is to be usable by everybody: WCAG 2.2 AA and GB/T 37668 are its measure."),
        (
            Section(
                lazy("What is tested at every change"),
                (
                    lazy(
                        "Automatic checks (axe) of every kind of page, in Chinese and English, in large "
                        "type and dark colours."
                    ),
                    lazy("Pages at a width of 320 pixels and with letters twice as large; every task without scripts."),
                    lazy("The whole application by keyboard alone."),
                ),
            ),
            Section(
                lazy("What helps"),
                (
                    lazy("“Large type” at the top of every page: bigger letters, no time pressure."),
                    lazy("No puzzle pictures, no drawing of letters: signing in needs a number and a code only."),
                    lazy("At a service point or by telephone a person does it with you."),
                ),
            ),
            Section(
                lazy("What is not good yet"),
                (
                    lazy(
                        "The drawn maps say little to a screen reader; the list beside each map says the same in words."
                    ),
                    lazy("Does something not work for you? Call us; we mend it and help you meanwhile."),
                ),
            ),
        ),
    ),
    Page(
        "decisions",
        lazy("Decisions by computer, and how to ask for a person"),
        lazy("The computer compares and counts; it refuses nobody."),
        (
            Section(
                lazy("What the computer does"),
                (
                    lazy(
                        "It asks the agencies whether a statement is right. If they agree, and the policy "
                        "is clear, the application is confirmed."
                    ),
                    lazy("It gives places by the published rule and by a draw that anyone can recompute."),
                ),
            ),
            Section(
                lazy("What a person does"),
                (
                    lazy(
                        "Everything unclear, missing or contradictory goes to a person. Only a person can "
                        "say “not eligible”, with the reason and the rule."
                    ),
                    lazy("Draws and results are confirmed by two people."),
                ),
            ),
            Section(
                lazy("How to ask for a person"),
                (
                    lazy("Open your application and tap “appeal”, or call. It costs nothing and harms nothing."),
                    lazy("Another person than before decides, and answers in writing by the day you are told."),
                    lazy("You are heard if you wish: in person, by telephone or by video."),
                ),
                numbered=True,
            ),
        ),
    ),
    Page(
        "languages",
        lazy("Languages"),
        lazy("The portal speaks simplified Chinese and English."),
        (
            Section(
                lazy("Change the language"),
                (
                    lazy("The button at the top right of every page changes the language; what you typed stays."),
                    lazy(
                        "Names are kept exactly as you write them: rare characters, the dot in minority "
                        "names, Latin letters."
                    ),
                    lazy("The Chinese text of a policy is the one that counts."),
                    lazy(
                        "Another language or sign language? A service point finds somebody; please call a day before."
                    ),
                ),
            ),
        ),
    ),
)
