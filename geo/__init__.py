"""The field itself: streets, access fields, scores, coverage, the snapshot.

No socket, no HTTP, no database, no source by name.
"""
