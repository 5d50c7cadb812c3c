"""Writes of the ground: seasons from files, rounds moved on, steps of an application."""
