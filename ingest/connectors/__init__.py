"""Connectors fetch and read, nothing else: one function a protocol or file format."""
