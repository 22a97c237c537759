"""From the world's files to a store, and from a store to a published snapshot."""
