"""How FreeSWITCH takes apart arguments."""

from __future__ import annotations


def split(text: str, separator: str = " ") -> list[str]:
    """Split at `separator`; single quotes hold together, a backslash makes the next sign plain.

    As switch_separate_string does: several spaces in a row separate once.
    """
    parts: list[str] = []
    part: list[str] = []
    quoted = escaped = False
    for sign in text:
        if escaped:
            part.append(sign if sign in (separator, "'", "\\") else "\\" + sign)
            escaped = False
        elif sign == "\\":
            escaped = True
        elif sign == "'":
            quoted = not quoted
        elif sign == separator and not quoted:
            if part or separator != " ":
                parts.append("".join(part))
            part = []
        else:
            part.append(sign)
    if escaped:
        part.append("\\")
    if part or (parts and separator != " "):
        parts.append("".join(part))
    return parts


def assignments(text: str, separator: str = ",") -> dict[str, str]:
    """Read `a=b,c=d`; `^^;` in front makes `;` the separator."""
    if text.startswith("^^") and len(text) > 2:
        separator, text = text[2], text[3:]
    found = {}
    for part in split(text, separator):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            found[name.strip()] = value
    return found
