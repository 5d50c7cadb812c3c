"""Real estate registration (natural resources). A mortgage does not count against a family, so it is not compared."""

from verification.agencies import Doubt
from verification.agencies.property import PropertyAdapter

ADAPTER = PropertyAdapter("certificate", "certificate", "owners", Doubt.HOME_CERTIFICATE)
