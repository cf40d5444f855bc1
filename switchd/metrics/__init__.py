"""Figures of the running daemon."""
