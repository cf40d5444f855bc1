"""The configuration folder that `freeswitch -conf DIR` starts with, rendered from the plan.

The folder is whole or it is not there: everything is rendered into a folder beside the target,
which then takes its place. Apart from the kept passwords the same input gives the same bytes.

Three readers interpret a value before it is used, and each has its own escape: the preprocessor
expands `$${...}`, the XML parser decodes entities, the dialplan expands `${...}`. Names are
therefore refused unless they are plain, and free text is stripped of what could be expanded.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, select_autoescape
from markupsafe import Markup, escape

from routing.plan import Plan
from switchd.freeswitch.secrets import Secrets, load_or_generate, save
from switchd.freeswitch.settings import RenderSettings, SettingsError

MODULES = (
    "mod_logfile",
    "mod_event_socket",
    "mod_commands",
    "mod_dptools",
    "mod_dialplan_xml",
    "mod_conference",
    "mod_hash",
    "mod_sndfile",
    "mod_local_stream",
    "mod_tone_stream",
    "mod_lua",
    # Last, so that no call arrives before there is something to receive it.
    "mod_sofia",
)
"""The modules that the rendered configuration loads, in this order."""

PROFILES = ("trunk", "seats")
"""The SIP profiles that it starts."""
PEERS_PROFILE = "peers"
"""The one for calls from the city's other FreeSWITCHes, where there are any."""

_LOG_LEVELS = ("alert", "crit", "err", "warning", "notice", "info", "debug")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_UNSPEAKABLE = re.compile(
    r"[\x00-\x1f\x7f\u0085\u2028\u2029\ufffe\uffff\ud800-\udfff${}\\\"'<>\[\]^|,;@]"
)
_FIRST_LINE = "<!-- Rendered by switchd."


class RenderError(Exception):
    """The folder could not be rendered; nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What has been rendered, and what is needed to start and reach that FreeSWITCH."""

    folder: Path
    event_socket: tuple[str, int]
    """Address and port."""
    event_socket_password: str
    seat_passwords: Mapping[str, str]
    """Seat number → SIP password, for every seat of the plan."""
    modules_dir: Path | None

    def arguments(self, work_dir: Path) -> list[str]:
        """Return FreeSWITCH's arguments for a run in the foreground that writes to `work_dir`.

        Creates the subfolders that FreeSWITCH expects to find.
        """
        arguments = ["-nonat", "-nf", "-conf", str(self.folder)]
        for option in ("log", "db", "run", "storage", "cache", "temp", "certs"):
            folder = work_dir / option
            folder.mkdir(parents=True, exist_ok=True)
            arguments += [f"-{option}", str(folder)]
        arguments += ["-scripts", str(self.folder / "scripts")]
        if self.modules_dir is not None:
            arguments += ["-mod", str(self.modules_dir)]
        return arguments


def render(plan: Plan, settings: RenderSettings, out: Path) -> Rendered:
    """Render the whole configuration folder for `plan` to `out`, replacing an earlier rendering.

    Raises RenderError for a plan that cannot be expressed or a folder that is not ours to replace,
    SecretsError for an unusable file of passwords. In both cases nothing has changed.
    """
    _check_names(plan, settings)
    _check_replaceable(out)
    password_files = (settings.event_socket_password_file, settings.seat_passwords_file)
    secrets = load_or_generate(*password_files, plan.seats)
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        _write(fresh, plan, settings, secrets)
        save(*password_files, secrets)
        _replace(out, fresh)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return Rendered(
        folder=out,
        event_socket=(settings.event_socket_address, settings.event_socket_port),
        event_socket_password=secrets.event_socket,
        seat_passwords={seat: secrets.seats[seat] for seat in plan.seats},
        modules_dir=settings.modules_dir,
    )


def _write(folder: Path, plan: Plan, settings: RenderSettings, secrets: Secrets) -> None:
    environment = Environment(
        loader=FileSystemLoader(settings.templates),
        autoescape=select_autoescape(enabled_extensions=("xml.j2",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        finalize=_hide_from_preprocessor,
    )
    environment.filters["spoken"] = plain_text
    environment.filters["regex"] = re.escape
    seats = [plan.seats[number] for number in sorted(plan.seats)]
    values = {
        "plan": plan,
        "settings": settings,
        "secrets": secrets,
        "seats": seats,
        "phones": [seat.number for seat in seats if not seat.phone],
        "music": music_names(plan),
        "modules": MODULES,
        "emergency": emergency_forwards(plan),
        "log_levels": ",".join(_LOG_LEVELS[: _LOG_LEVELS.index(settings.log_level) + 1]),
    }
    for source in sorted(settings.templates.rglob("*.j2")):
        if source.name.startswith("_"):
            continue
        relative = source.relative_to(settings.templates)
        target = folder / relative.with_suffix("")
        target.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        try:
            text = environment.get_template(str(relative)).render(values)
        except TemplateError as problem:
            raise RenderError(f"{source}: {problem}") from problem
        target.write_text(text, encoding="utf-8")
        target.chmod(0o640)
    folder.chmod(0o750)


def _hide_from_preprocessor(value: object) -> object:
    """Escape a value's dollars, which the preprocessor would expand before XML is parsed."""
    if isinstance(value, str) and "$" in value:
        return Markup(escape(value).replace("$", Markup("&#36;")))  # noqa: S704 - escaped here
    return value


def plain_text(text: str) -> str:
    """Return `text` without what the dialplan, SIP headers or dial strings could interpret."""
    return " ".join(_UNSPEAKABLE.sub(" ", text).split())


def music_names(plan: Plan) -> list[str]:
    """Return the names of hold music that the plan uses, each once, in a fixed order."""
    return sorted(plan.hold_music)


def emergency_forwards(plan: Plan) -> dict[str, str]:
    """Return emergency number → `number@proxy`, for those that the plan sends over a trunk."""
    found = {}
    for called, forward in sorted(plan.emergency.items()):
        trunk = plan.trunks.get(forward.trunk)
        if trunk is not None and trunk.proxy:
            found[called] = f"{forward.number}@{trunk.proxy}"
    return found


def _check_names(plan: Plan, settings: RenderSettings) -> None:
    names = {
        "city": [plan.city],
        "language": [plan.language],
        "seat": list(plan.seats),
        "trunk": list(plan.trunks),
        "music": music_names(plan),
    }
    for what, values in names.items():
        for value in values:
            if not _PLAIN_NAME.fullmatch(value):
                raise RenderError(
                    f"{what} {value!r}: FreeSWITCH can take only letters, digits, dots, hyphens "
                    "and underscores (A-Z, a-z, 0-9, . - _); give it another name in the plan"
                )
    if not plan.lines:
        raise RenderError("the plan has no line, so no caller could be served")
    unknown = set(music_names(plan)) - set(settings.music)
    if unknown:
        raise SettingsError(f"music: no folder is given for {', '.join(sorted(unknown))}")
    if set(plan.trunks) != set(settings.trunk_addresses):
        raise SettingsError(
            f"trunk_addresses: the plan's trunks are {sorted(plan.trunks)}, but addresses are "
            f"given for {sorted(settings.trunk_addresses)}"
        )


def _check_replaceable(out: Path) -> None:
    if not out.exists() or (out.is_dir() and not any(out.iterdir())):
        return
    try:
        ours = _FIRST_LINE in (out / "freeswitch.xml").read_text(encoding="utf-8")[:200]
    except (OSError, UnicodeDecodeError):
        ours = False
    if not ours:
        raise RenderError(
            f"{out}: it exists and was not rendered by switchd, so it is not replaced; "
            "give a folder that is new or empty"
        )


def _replace(out: Path, fresh: Path) -> None:
    """Put `fresh` where `out` is; a folder that is not empty has to be moved away first."""
    if not out.exists():
        os.rename(fresh, out)
        return
    old = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}.old."))
    os.rename(out, old / out.name)
    try:
        os.rename(fresh, out)
    except OSError:
        os.rename(old / out.name, out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)
