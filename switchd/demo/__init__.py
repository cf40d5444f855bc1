"""The hotline on one machine with simulated people: what it starts, and the wallboard."""
