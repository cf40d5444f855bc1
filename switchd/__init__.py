"""switchd, the call routing engine of a city's 12345 hotline: every effect lives here."""

__version__ = "0.1.0"
