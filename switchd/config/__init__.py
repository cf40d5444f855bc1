"""A city's YAML becomes a validated plan, or an error with file, line and key."""

from switchd.config.choosing import UnknownNode, choose_node
from switchd.config.load import Loaded, check, load, readable_settings
from switchd.config.meaning import Known
from switchd.config.problems import ConfigError, Problem, Severity, render_json, render_problem
from switchd.config.settings import Places, ServerSettings

__all__ = [
    "ConfigError",
    "Known",
    "Loaded",
    "Places",
    "Problem",
    "ServerSettings",
    "Severity",
    "UnknownNode",
    "check",
    "choose_node",
    "load",
    "readable_settings",
    "render_json",
    "render_problem",
]
