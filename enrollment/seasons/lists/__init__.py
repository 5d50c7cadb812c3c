"""What a season stands on as tables that are brought in, and what the bureau's lists are called."""
