"""Whether the portal can be trusted today: states that cannot be, the log's chain, its published anchors."""
