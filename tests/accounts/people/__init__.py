"""People who work here: appointing, links, recovery codes, leave."""
