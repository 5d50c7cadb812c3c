"""Second readings: of people's decisions a share, by chance, is read by a second person.

Chance is a keyed digest of the application's version: nobody can foresee it, and it can be recomputed from the key.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.abilities import Ability
from accounts.models import Account
from accounts.scopes import scope
from enrollment.desk.models import CaseNote
from enrollment.desk.services import case_log, case_words, reviewed
from enrollment.review.models import SecondReading
from enrollment.seasons.days.calendar import rules_of
from enrollment.seasons.models import Application, ApplicationState
from enrollment.seasons.services.steps import application_step
from enrollment.seasons.states import ApplicationEvent
from foundation import clock
from foundation.crypto import blind_index
from foundation.errors import NotAllowed, Refused

READ = (ApplicationEvent.APPROVE, ApplicationEvent.REFUSE)  # what returns for correction comes back to a person anyhow


def reading_draw(application: Application, *, decision: str, by: Account) -> SecondReading | None:
    """Let chance decide whether a second person reads this decision."""
    if decision not in READ:
        return None
    chance = int(blind_index("second reading", f"{application.pk}:{application.version}")[:8], 16) % 100
    if chance >= rules_of(application.round.season).sample_percent:
        return None
    return SecondReading.objects.create(
        application=application,
        version=application.version,
        decision=decision,
        decided_by=by,
        decided_at=clock.now(),
    )


def readings_for(reader: Account) -> QuerySet[SecondReading]:
    """What this person may read a second time: decisions of others in the own care, oldest first."""
    rows = scope(reader).rows(
        SecondReading.objects.filter(read_at__isnull=True),
        Ability.APPLICATION_REVIEW,
        district="application__district_code",
        school="application__review_school_id",
    )
    return rows.exclude(decided_by=reader).order_by("decided_at")


@transaction.atomic
def reading_make(*, reader: Account, application_id: UUID, agrees: bool | None, note: str = "") -> SecondReading:
    """Say whether one would have decided alike. Who disagrees says why; an approval that still can be looked at again
    goes back to the queue. Raises NotAllowed, Refused."""
    if agrees is None:
        raise Refused(_("Please say whether you would have decided alike."), code="agrees", field="agrees")
    application = reviewed(reader, application_id)
    reading = readings_for(reader).select_for_update(of=("self",)).filter(application=application).first()
    if reading is None:
        raise NotAllowed(_("There is no decision of a colleague to read here."))
    words = note.strip() if agrees and not note.strip() else case_words(note, field="reading_note")
    reading.agrees, reading.note, reading.read_by, reading.read_at = agrees, words, reader, clock.now()
    reading.save(update_fields=["agrees", "note", "read_by", "read_at"])
    if words:
        CaseNote.objects.create(application=application, by=reader, at=reading.read_at, text=words)
    case_log(reader, application, "review.second_reading", agrees=agrees, decision=reading.decision)
    if not agrees and application.state == ApplicationState.APPROVED:
        try:
            application_step(application=application, event=ApplicationEvent.REOPEN, actor=reader)
        except Refused:
            return reading  # the roll was frozen at this moment: the disagreement stands in the figures
        Application.objects.filter(pk=application.pk).update(needs_person=True)
    return reading
