"""Benchmarks, side by side with what they are compared with."""
