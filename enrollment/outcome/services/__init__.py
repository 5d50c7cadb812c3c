"""Writes about places: offers and their answers, letters."""
