"""The days of a season: whether they fit together, working days, the time left."""
