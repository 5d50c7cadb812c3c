"""Pages of whoever entered a child about who else acts for it."""
