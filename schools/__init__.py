"""Districts, schools, seat plans and zones; the pure address matcher is ``schools.matching``."""
