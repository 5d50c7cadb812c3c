"""Writes about a family's account."""
