"""Seats whose line is dialled at signing in and kept open for the whole shift."""
