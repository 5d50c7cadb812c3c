"""The pages of a round: ``public`` for everybody, ``official`` with its steps, ``progress`` while a run is at work."""
