"""The writes of the set-up."""
