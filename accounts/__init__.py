"""People, their roles, their ways in, and the one answer to "which rows may I see?" (``accounts.scopes``)."""
