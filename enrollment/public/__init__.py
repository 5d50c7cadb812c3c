"""Pages and API for everybody: first page, schools, season, words, status. Draws are published by `lottery`."""
