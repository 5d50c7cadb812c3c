"""The five main agencies as a separate HTTP service over a synthetic city's records. No portal code is imported here.

``POST /<agency>/query`` with a signed JSON body ``{"keys": [...]}``. Knobs (``POST /knobs``, or KNOBS in the
environment) make it slow, wrong, empty, malformed or dead, for rehearsals and tests. It says on every answer that it is
synthetic.
"""
