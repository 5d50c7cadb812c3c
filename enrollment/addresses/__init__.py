"""The family's addresses, one module a subject."""
