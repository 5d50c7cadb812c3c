"""Schools for everybody: by address, in a list, each with a neutral profile."""
