"""One module a command of the log."""
