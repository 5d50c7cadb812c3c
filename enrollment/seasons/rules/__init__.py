"""The rules and the form of a round: policies compiled, where each fact comes from, the district's own questions."""
