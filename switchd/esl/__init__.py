"""The event socket: bytes in, typed events out, commands down one hardened connection."""
