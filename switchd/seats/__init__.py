"""Phones that come and go, and the codes that agents dial on them."""
