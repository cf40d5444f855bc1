"""`dataclasses.replace`, many times faster for a class with many fields and a `__dict__`."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import replace as replace  # for what the type checker knows of it
else:

    def replace(value: Any, /, **changes: Any) -> Any:
        """Return a copy of a value with some fields changed.

        Of a class without slots it neither calls `__post_init__` nor looks whether the fields
        exist, which is the type checker's part.
        """
        fields = getattr(value, "__dict__", None)
        if fields is None:
            return dataclasses.replace(value, **changes)
        copy = object.__new__(type(value))
        copy.__dict__.update(fields, **changes)
        return copy
