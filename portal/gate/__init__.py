"""The gate in front of Django: when more press than the site can serve, it slows and says so (docs/load.md).

``control`` (pure) learns how many families may be under way, ``line`` keeps them in the order in which they came,
``slots`` lets few requests run at a time, ``passes`` are the signed cookies, ``waiting`` and ``hot`` the pages that
cost next to nothing, ``door`` puts all of it in front of the WSGI application.
"""
