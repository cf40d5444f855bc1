"""Supervisors' legs: who listens to whom, and is heard by whom."""
