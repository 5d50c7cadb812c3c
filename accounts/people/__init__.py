"""Who works here: appointing, links that let somebody in once, recovery codes, leave, and who can do what."""
