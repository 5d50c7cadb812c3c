"""Pages of the people who work here: who they are, how they are appointed, and how they come in by a link."""
