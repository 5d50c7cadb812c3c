"""The family's pages. Views read a request, call the door, and render; they decide nothing."""
