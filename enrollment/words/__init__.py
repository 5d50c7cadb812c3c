"""Pages of words for everybody: how to apply, by situation, and what the portal promises."""
