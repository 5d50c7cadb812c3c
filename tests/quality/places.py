"""Interesting places of a played demonstration: one application in every state that has one, a draft, a child."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from accounts.models import Account
from enrollment import form, services
from enrollment.models import Application, Round
from foundation import clock
from foundation.crypto import blind_index
from lottery.models import ClassRun
from tests import factories

PHONE = "19999990000"
NEVER = "00000000-0000-4000-8000-000000000000"


@dataclass(slots=True)
class World:
    open_values: dict[str, list[str]]
    people: list[tuple[str, Account, Mapping[str, list[str]]]] = field(default_factory=list)


def arrange() -> World:
    """What to open, and as whom."""
    rounds = [str(pk) for pk in Round.objects.values_list("pk", flat=True)]
    runs = [str(pk) for pk in ClassRun.objects.filter(state="published").values_list("pk", flat=True)[:1]]
    world = World(
        {
            "round_id": rounds,
            "run_id": runs,
            "name": list(form.PAGES),
            "action": ["plan"],
            "mark": ["arrived"],
            "school": ["WL01"],
            "answer": ["accept"],
            "child_id": [NEVER],
            "draft_id": [NEVER],
            "application_id": [NEVER],
        }
    )
    seen: set[str] = set()
    for application in Application.objects.select_related("guardian").order_by("pk"):
        if application.state not in seen:
            seen.add(application.state)
            world.people.append((application.state, application.guardian, {"application_id": [str(application.pk)]}))
    world.people.append(beginner())
    return world


def beginner() -> tuple[str, Account, Mapping[str, list[str]]]:
    """A guardian with a child and a filled draft in the open round."""
    round_ = Round.objects.select_related("season").get(state="open")
    index = blind_index("phone", PHONE)
    account, _made = Account.objects.get_or_create(
        phone_index=index, defaults={"username": "g-quality", "phone": PHONE, "created_at": clock.now()}
    )
    child = services.child_add(guardian=account, name="合成小明", id_number=factories.child_number())
    draft = services.draft_open(guardian=account, child=child, round_=round_)
    services.draft_save(guardian=account, draft_id=draft.public_id, answers=factories.answers())
    return "beginner", account, {"child_id": [str(child.public_id)], "draft_id": [str(draft.public_id)]}
