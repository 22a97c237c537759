"""One module a group of operations; each registers on a router of its own."""
