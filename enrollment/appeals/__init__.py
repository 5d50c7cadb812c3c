"""Appeals against a decision or a result: filed, heard, decided. Documents given with one are kept by `documents`."""
