"""The texts of messages. Carriers block lottery words and links: the texts say 随机录取 and name the portal instead."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from foundation.days import plain_said

TEMPLATES = {
    "sign_in_code": lazy(
        "Your code for the enrollment portal is %(code)s. It is valid for 5 minutes. Tell it to nobody."
    ),
    "received": lazy("We have received the application of %(child)s. Receipt number %(receipt)s. Checking has begun."),
    "approved": lazy("The application %(receipt)s of %(child)s is approved. Placement is on %(date)s."),
    "attention": lazy("A person will look at the application %(receipt)s of %(child)s. You need do nothing now."),
    "returned": lazy("Please correct the application %(receipt)s of %(child)s by %(deadline)s: %(items)s."),
    "name_settled": lazy(
        "The name in the application %(receipt)s is now written %(name)s. If it is wrong, please call the bureau."
    ),
    "not_eligible": lazy("The application %(receipt)s of %(child)s cannot be accepted: %(reason)s. You may appeal."),
    "offered": lazy("%(child)s (%(receipt)s) has a place at %(school)s. Please answer by %(deadline)s."),
    "answer_reminder": lazy(
        "Reminder: %(child)s (%(receipt)s) has a place at %(school)s. Without your answer by %(deadline)s it lapses."
    ),
    "waiting": lazy("%(child)s (%(receipt)s) has no place yet. The bureau arranges one; you need do nothing now."),
    "waiting_offer": lazy(
        "%(child)s (%(receipt)s) can have a place at %(school)s from the waiting list. Please answer by %(deadline)s."
    ),
    "corrected": lazy("The result of %(child)s (%(receipt)s) was corrected: a place at %(school)s. See the portal."),
    "declaration_noticed": lazy(
        "The application %(receipt)s of %(child)s: the bureau asks whether something declared is true. Read it in the "
        "portal and answer; nothing is decided before you are heard."
    ),
    "declaration_hearing": lazy("The hearing about the application %(receipt)s of %(child)s is set. See the portal."),
    "declaration_found": lazy(
        "The bureau established a false declaration in the application %(receipt)s of %(child)s. Reason and appeal: "
        "see the portal."
    ),
    "declaration_cleared": lazy(
        "The question about the application %(receipt)s of %(child)s is closed: nothing follows."
    ),
    "declaration_final": lazy(
        "The finding about the application %(receipt)s of %(child)s is final. What follows is in the portal."
    ),
    "taken_back": lazy(
        "The place of %(child)s (%(receipt)s) at %(school)s is taken back. The reason is public; the bureau tells you "
        "where %(child)s can apply now."
    ),
    "class_result": lazy("%(child)s is in class %(number)s of %(school)s. Teachers and dates are in the portal."),
    "appeal_filed": lazy(
        "We have your appeal for %(child)s (%(receipt)s). Another person decides it by %(deadline)s and tells you why."
    ),
    "appeal_hearing": lazy(
        "Hearing on the appeal for %(child)s (%(receipt)s): %(when)s, %(where)s. Please confirm it."
    ),
    "appeal_upheld": lazy("The appeal for %(child)s (%(receipt)s) is upheld. What follows is in the portal."),
    "appeal_dismissed": lazy("The appeal for %(child)s (%(receipt)s) is dismissed. The reason is in the portal."),
    "petition_accepted": lazy("Your petition %(number)s is taken up. You have a written answer by %(day)s."),
    "petition_passed": lazy(
        "Your petition %(number)s belongs to another authority and was handed on. To whom and why: see the portal."
    ),
    "petition_meeting": lazy("Talk about your petition %(number)s: %(when)s, %(place)s. Please bring your documents."),
    "petition_extended": lazy(
        "Your petition %(number)s takes longer; you have a written answer by %(day)s. The reason is in the portal."
    ),
    "petition_answered": lazy(
        "Your petition %(number)s is answered; read it in the portal. You may ask the authority above for a review "
        "until %(day)s."
    ),
    "assist_code": lazy(
        "The person beside you at %(place)s may fill in the application with you. Code %(code)s, valid for 10 minutes. "
        "Tell it only to them, and only if you want this."
    ),
    "assist_opened": lazy(
        "%(operator)s at %(place)s now fills in the application with you (visit %(number)s). If you did not agree, "
        "sign in and object."
    ),
    "guardian_invited": lazy(
        "You are invited to see a child's school application. Sign in to the enrollment portal with this number and "
        "enter the code %(code)s under Invitations. It is valid for 7 days. Unexpected? Do nothing."
    ),
    "guardian_asked": lazy("Somebody asks to be added as a guardian of %(child)s. Please answer in the portal."),
    "guardian_joined": lazy("Your invitation for %(child)s was accepted. You can end it in the portal at any time."),
    "guardian_ended": lazy("The access to the application of %(child)s was ended. See the portal."),
    "accounts_joined": lazy("Your two accounts were joined into one. If it was not you, call the bureau at once."),
    "binding_asked": lazy(
        "The other guardian of %(child)s wishes that the children stay together in the placement. It counts only if "
        "you agree in the portal by %(deadline)s; otherwise each child goes by itself."
    ),
    "binding_agreed": lazy("The other guardian agreed that %(child)s stays together with the other child."),
    "binding_refused": lazy(
        "The other guardian did not agree that %(child)s stays together with the other child. Each goes by itself."
    ),
    "binding_apart": lazy(
        "%(child)s: not every guardian agreed in time that the children stay together. Each goes by itself; no child "
        "loses a chance by it."
    ),
    "twins_parted": lazy(
        "%(child)s (%(receipt)s): of your twins one was born before and one after midnight, and the age limit lies "
        "between them. A person at the bureau looks at both applications and calls you; nothing is decided yet."
    ),
    "lead_asked": lazy(
        "The other guardian of %(child)s proposes to change who gets the messages on decisions. Please answer in the "
        "portal."
    ),
    "lead_changed": lazy("Who gets the messages on decisions for %(child)s was changed, as you both agreed."),
    "withdrawn": lazy("The application %(receipt)s of %(child)s is withdrawn."),
    "points_asked": lazy(
        "The points of %(child)s (%(receipt)s) are registered in %(town)s. The bureau asks both towns and the police "
        "by %(due)s to transfer them. You need do nothing, and your child ranks no lower meanwhile."
    ),
    "points_given": lazy("The points of %(child)s (%(receipt)s) count in full where you live. You need do nothing."),
    "points_refused": lazy("The points of %(child)s (%(receipt)s) stay where they are registered: %(reason)s."),
    "case_reminder": lazy(
        "A question about a school application waits for %(department)s until %(due)s. Please answer it in the portal."
    ),
}
TYPED = {"reason", "items"}
DAYS = {"date", "day", "deadline", "due", "when"}  # given in the plain form, said in the reader's language


def render(template: str, params: Mapping[str, Any]) -> str:
    """The text of a message in the active language, with the portal's signature.

    A sentence somebody typed, such as a reason, loses its own full stop: the message's follows.
    """
    within = {name: value.rstrip(" 。.") if name in TYPED else value for name, value in params.items()}
    within |= {name: plain_said(str(within[name])) for name in DAYS & within.keys()}
    return str(_("[Enrollment] ")) + str(TEMPLATES[template]) % within
