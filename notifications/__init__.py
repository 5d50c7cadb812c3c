"""Messages to families: a transactional outbox, templates, and one folder per channel.

Door: ``notifications.services.message_queue`` inside the caller's transaction; a worker delivers after the commit.
"""
