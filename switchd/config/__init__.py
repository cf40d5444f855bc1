"""A city's YAML becomes a validated plan, or an error with file, line and key."""
