"""Template tags of the lottery."""
