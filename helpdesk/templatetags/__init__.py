"""Template tags of the helpdesk."""
