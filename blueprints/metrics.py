"""``/metrics`` for Prometheus: calls, queue, answers, sizes, and how long each route takes.

Not for everybody: with ``METRICS_TOKEN`` as a bearer token, or for this machine itself. What
comes through a proxy is not this machine, whatever address it has.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from blueprints import db, settings
from blueprints.queue import jobs
from storage.figures import figures

blueprint = Blueprint("metrics", __name__)

FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via")
"""Headers by which a proxy says that somebody else asks."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""

_NAME = "press_one_metrics"


class Installation(Collector):
    """What the database, the disk and the queue say at the moment of asking."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every figure, with its help."""
        found = figures(db(), settings().database)
        calls = GaugeMetricFamily(
            "press_one_calls", "Calls that are kept, by how they stand.",
            labels=["service", "origin", "status"],
        )  # fmt: skip
        for labels, count in found.calls.items():
            calls.add_metric(labels, count)
        yield calls
        plain = {
            "press_one_oldest_waiting_seconds": (
                "Since when the oldest call waits to be sent.",
                _seconds_since(found.oldest_waiting),
            ),
            "press_one_answers": ("Answers that are kept.", found.answers),
            "press_one_database_bytes": ("The database file.", found.database_bytes),
            "press_one_database_log_bytes": ("Its write-ahead log.", found.log_bytes),
        }
        for name, (told, value) in plain.items():
            yield GaugeMetricFamily(name, told, value=value)
        queue = GaugeMetricFamily(
            "press_one_queue_tasks", "Tasks in the queue: due now, or for later.", labels=["due"]
        )
        huey = jobs().huey
        queue.add_metric(["now"], huey.pending_count())
        queue.add_metric(["later"], huey.scheduled_count())
        yield queue


def init_app(app: Flask) -> None:
    """Measure every request of this app."""
    registry = CollectorRegistry()
    took = Histogram(
        "press_one_request_seconds", "How long requests took, by route.",
        ["method", "route", "status"], buckets=BUCKETS, registry=registry,
    )  # fmt: skip
    app.extensions[_NAME] = registry

    @app.after_request
    def measure(response: Response) -> Response:
        # A request refused before its route was looked for began nothing.
        began = g.get("began")
        if began is not None:
            route = request.url_rule.rule if request.url_rule else "none"
            method = request.method if request.method in METHODS else "other"
            labels = (method, route, str(response.status_code))
            took.labels(*labels).observe(time.perf_counter() - began)
        return response


METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
"""Anybody can invent a method; each would be a line of its own."""


@blueprint.get("/metrics")
def metrics() -> ResponseReturnValue:
    """Everything, as Prometheus reads it."""
    if not (_from_here() or _knows_token()):
        abort(404)
    registry: CollectorRegistry = current_app.extensions[_NAME]
    now = CollectorRegistry()
    now.register(Installation())
    return Response(generate_latest(now) + generate_latest(registry), mimetype=None,
                    content_type=CONTENT_TYPE_LATEST)  # fmt: skip


def _from_here() -> bool:
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return False
    return address.is_loopback and not any(name in request.headers for name in FORWARDED)


def _knows_token() -> bool:
    token = settings().metrics_token
    given = request.authorization
    if not token or given is None or given.type != "bearer" or not given.token:
        return False
    return hmac.compare_digest(given.token.encode(), token.encode())


def _seconds_since(moment: str | None) -> float:
    if moment is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds())
