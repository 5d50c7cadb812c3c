"""Pages of words: how to apply, by situation, and what the portal promises."""
