"""Confirming who somebody is by a face check: one way among others, each check with a consent of its own.

The picture is taken and compared at a service outside (``FACE_SERVICE_FILE``); the portal sends a name and a number,
asks for the result itself, and gets back one word. No picture and no measure of a face ever comes here.
"""
