"""What a family can expect before it files: a few taps, or what the registers know. Nothing is filed here."""
