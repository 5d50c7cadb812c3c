"""Gathers the rows of all subjects for Django; a model is imported from its subject."""

from enrollment.appeals import models as appeals  # noqa: F401
from enrollment.assisted import models as assisted  # noqa: F401
from enrollment.cases import models as cases  # noqa: F401
from enrollment.desk import models as desk  # noqa: F401
from enrollment.documents import models as documents  # noqa: F401
from enrollment.false_declarations import models as false_declarations  # noqa: F401
from enrollment.guardians import models as guardians  # noqa: F401
from enrollment.judging import models as judging  # noqa: F401
from enrollment.listed import models as listed  # noqa: F401
from enrollment.on_site import models as on_site  # noqa: F401
from enrollment.outcome import models as outcome  # noqa: F401
from enrollment.own_form import models as own_form  # noqa: F401
from enrollment.privacy import models as privacy  # noqa: F401
from enrollment.review import models as review  # noqa: F401
from enrollment.seasons import models as seasons  # noqa: F401
from enrollment.setup import models as setup  # noqa: F401
from enrollment.used_seats import models as used_seats  # noqa: F401
