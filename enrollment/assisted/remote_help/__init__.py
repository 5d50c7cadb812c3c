"""Help from afar: a code on the telephone, and a helper who sees what is missing."""
