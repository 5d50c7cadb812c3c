"""A government sign-in as a separate HTTP service over a synthetic city's people. No portal code is imported here.

OpenID Connect, authorization code with PKCE. Two realms, ``/province`` and ``/cityapp``, are two providers with keys of
their own. A person signs in with a password only, with the real name checked against a bank card or at a counter, or
with a face check, which has a consent of its own and is never the only way. Below ``/face/`` is a face service
by itself. Every page says that it is synthetic.
"""
