"""The bureau's own lists: how they are brought in, what they say of a child, who may read it."""
