"""Pages of a family until it has filed, and again when something must be corrected."""
