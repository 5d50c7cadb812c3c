"""Pages of an application after submission."""
