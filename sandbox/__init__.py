"""A JD to develop against: a separate HTTP server that behaves as JD documents.

It shares no code with the addon, so that each is a witness against the other.
Start it with ``python -m sandbox`` from the repository's root; it needs nothing but
werkzeug. What JD does not document is marked [U] where it is decided.
"""
