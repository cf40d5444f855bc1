"""Callbacks and messages while the hotline runs: from SQL to the seats, and to whoever asks."""
