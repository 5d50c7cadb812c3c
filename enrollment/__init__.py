"""School enrollment, one package a subject, from the season's rules up to everybody's pages.

Their order is a contract in pyproject.toml. Draws and admission runs are `lottery`.
"""
