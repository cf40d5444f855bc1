"""The daemon's HTTP interface, on a Unix socket."""
