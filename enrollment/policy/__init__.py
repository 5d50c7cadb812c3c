"""The former place of ``policy``: kept for the command line only (see ``__main__``). Nothing is imported from here."""
