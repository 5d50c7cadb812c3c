"""Plays a season of a synthetic city through the real parts and reports what happened."""
