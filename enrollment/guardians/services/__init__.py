"""Writes about who acts for a child."""
