"""How the site is, in figures that name nobody."""
