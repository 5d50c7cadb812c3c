"""The lottery: the draw of a round, the admission run, what follows publication, and classes; one package a subject.

What a family files, and how it is judged, is not here but in ``enrollment``. The order of the subjects is a contract in
``pyproject.toml``; docs/architecture.md says why it is this one.
"""
