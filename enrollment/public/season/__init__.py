"""The season's calendar and policies for everybody."""
