"""The JSON API for other entries (provincial app, helper mini-program): the same doors, the same refusals."""
