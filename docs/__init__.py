"""The project's pages; those that are made from the code are written by `docs.generate`."""
