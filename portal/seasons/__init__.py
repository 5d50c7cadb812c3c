"""A bureau's own season as a folder of files: read, checked whole, then stored in one transaction."""
