"""What other applications mean for one: the same child twice, another family at the same home."""
