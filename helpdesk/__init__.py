"""Help near the family: the directory of service points (three levels: district, town, village)."""
