"""Serves the metrics over HTTP."""

from __future__ import annotations

from gevent.pywsgi import WSGIServer
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import make_wsgi_app

STOP_SECONDS = 1


class MetricsServer:
    """/metrics on an address of its own, for Prometheus alone."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry) -> None:
        self._server = WSGIServer((host, port), make_wsgi_app(registry), log=None)

    def start(self) -> None:
        """Begin to serve. Raises OSError if the address cannot be had."""
        self._server.start()

    @property
    def port(self) -> int:
        """Where it listens; what 0 became."""
        return int(self._server.address[1])

    def stop(self) -> None:
        """Stop serving."""
        self._server.stop(timeout=STOP_SECONDS)
