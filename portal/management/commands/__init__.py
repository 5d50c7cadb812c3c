"""One module a command of the site."""
