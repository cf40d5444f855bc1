"""What happens, told to whoever listens."""
