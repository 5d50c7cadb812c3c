"""What witnesses put their names to: signatures, objections and answers, the notary's certificate, the minutes.

Their page on the phone is here, too; the secrets they commit to and reveal are rows of ``ceremony``.
"""
