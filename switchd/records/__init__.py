"""Finished calls in SQL, through a spool that loses nothing."""
