"""Real estate registration (natural resources). A mortgage does not count against a family, so it is not compared."""

from verification.agencies.property import PaperAdapter

ADAPTER = PaperAdapter("certificate", "certificate", "owners", "home_certificate")
