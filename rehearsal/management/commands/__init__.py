"""One module a command of the played season."""
