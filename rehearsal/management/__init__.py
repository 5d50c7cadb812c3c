"""Commands of the played season."""
