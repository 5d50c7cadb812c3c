"""From a frozen roll to an order: Merkle tree, seed, tickets, the published methods, the last seat, the transcript.

Who applied where is not known here: that begins in ``allocation``.
"""
