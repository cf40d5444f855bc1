"""Numbers for Prometheus: what is measured as it happens, and what is read at a scrape."""
