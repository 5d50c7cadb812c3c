"""Writes of cases with others: opening, asking, answering, taking, points of another town, gaps."""
