"""Families to be visited at home, and the helpers with their training."""
