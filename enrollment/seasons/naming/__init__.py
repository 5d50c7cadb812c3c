"""Children's names: found by a part, settled by a person where nobody could type them."""
