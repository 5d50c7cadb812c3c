"""Connections as the web server keeps them: only a whole request takes a thread, and no answer that is being read."""
