"""A first TOML for a file that nobody has described: what its columns seem to mean, and what is still open."""
