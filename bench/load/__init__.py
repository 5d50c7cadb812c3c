"""`make load`: families and visitors as people behave, against the whole site on this machine (docs/load.md)."""
