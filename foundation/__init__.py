"""What every room stands on: the clock, encryption at rest, the task base class, transitions and locks."""
