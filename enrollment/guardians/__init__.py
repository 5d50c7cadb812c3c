"""Who acts for a child and is told of decisions: agreements, consents, protection, masking, twins kept together.

The pages those people read are `shared`.
"""
