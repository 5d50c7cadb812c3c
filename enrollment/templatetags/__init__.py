"""Template filters of the family pages."""
