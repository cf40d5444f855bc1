"""How FreeSWITCH takes apart arguments."""

from __future__ import annotations

_ESCAPES = {"n": "\n", "r": "\r", "s": " ", "t": "\t"}
"""What a letter behind a backslash stands for (switch_utils.c, unescape_char)."""


def split(text: str, separator: str = " ") -> list[str]:
    """Split at `separator`; single quotes hold together, a backslash makes the next sign plain.

    Some letters behind a backslash are blanks and line ends, any other keeps it. Several spaces in
    a row separate once. All as switch_separate_string does.
    """
    parts: list[str] = []
    part: list[str] = []
    quoted = escaped = False
    for sign in text:
        if escaped:
            plain = sign in (separator, "'", '"', "\\")
            part.append(sign if plain else _ESCAPES.get(sign, "\\" + sign))
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
