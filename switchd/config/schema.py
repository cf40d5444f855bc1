"""The JSON Schema by which editors complete and check a city's YAML while it is typed."""

from __future__ import annotations

import json
from typing import Any

from switchd.config.document import Document


def schema() -> dict[str, Any]:
    """Give the schema of one file; no section is required, as others may be in other files."""
    found = Document.model_json_schema()
    found.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def render_schema() -> str:
    """Give the text of config/switchd.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2) + "\n"
