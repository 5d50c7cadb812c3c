"""Self-service terminals: paired, used, revoked."""
