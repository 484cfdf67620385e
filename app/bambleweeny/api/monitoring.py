"""Health, readiness and metrics: public, and answered on any Host."""

from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

import falcon

from bambleweeny.api.answers.body import answer_done, answer_json
from bambleweeny.api.requests.concurrency import one_at_a_time
from bambleweeny.api.requests.parameters import read_switch
from bambleweeny.core.instance.metrics import SECONDS, Counted
from bambleweeny.core.services import Services
from bambleweeny.errors import BambleweenyError

if TYPE_CHECKING:
    from prometheus_client import Metric

_ENGINE_HELP = {
    "memory_bytes": "Memory that the engine uses.",
    "clients": "Connections to the engine.",
    "keys": "Keys in the engine's database.",
}


class Health:
    """/healthz"""

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer 200 while the process runs."""
        resp.set_header("Cache-Control", "no-store")
        answer_done(resp)


class Readiness:
    """/readyz"""

    def __init__(self, services: Services) -> None:
        self._status = services.status

    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer 200 if the engine accepts writes, with `?reads` if it answers; else an error."""
        resp.set_header("Cache-Control", "no-store")
        if read_switch(req, "reads"):
            self._status.check_readable()
        else:
            self._status.check_writable()
        answer_json(resp, {"info": "ready"})


class Metrics:
    """/metrics"""

    def __init__(self, services: Services) -> None:
        self._metrics = services.metrics
        self._status = services.status

    @falcon.before(one_at_a_time)
    def on_get(self, req: falcon.Request, resp: falcon.Response) -> None:
        """Answer the counters of all workers and the engine's gauges."""
        from prometheus_client import CollectorRegistry, exposition  # noqa: PLC0415  as below

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        resp.content_type = exposition.CONTENT_TYPE_PLAIN_0_0_4
        resp.set_header("Cache-Control", "no-store")
        resp.data = exposition.generate_latest(registry)

    def collect(self) -> "Iterator[Metric]":
        """Yield the metric families; prometheus_client calls this."""
        yield from _request_metrics(self._metrics.counted())
        yield from _engine_metrics(self._engine())

    def _engine(self) -> dict[str, int]:
        try:
            return self._status.numbers()
        except BambleweenyError:
            return {}


def _request_metrics(counted: Counted) -> "Iterator[Metric]":
    # NOTE: a late import keeps the start fast; the first request for metrics pays for it.
    from prometheus_client.core import (  # noqa: PLC0415
        CounterMetricFamily,
        GaugeMetricFamily,
        HistogramMetricFamily,
    )

    requests = CounterMetricFamily(
        "bambleweeny_requests",
        "Answered requests, by method, path template and status.",
        labels=("method", "route", "status"),
    )
    for labels, count in sorted(counted.requests.items()):
        requests.add_metric(labels, count)
    yield requests
    seconds = HistogramMetricFamily(
        "bambleweeny_request_seconds",
        "Seconds until the answer began, by path template.",
        labels=("route",),
    )
    for route, (total, *counts) in sorted(counted.seconds.items()):
        bounds = [*map(str, SECONDS), "+Inf"]
        seconds.add_metric((route,), list(zip(bounds, accumulate(counts), strict=True)), total)
    yield seconds
    yield GaugeMetricFamily(
        "bambleweeny_waits", "Requests that wait now, including streams.", counted.waits
    )
    yield GaugeMetricFamily("bambleweeny_streams", "Streams that are open.", counted.streams)
    yield from _outcome_metrics(counted)


def _outcome_metrics(counted: Counted) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily  # noqa: PLC0415

    quotas = CounterMetricFamily(
        "bambleweeny_quota_rejections", "Requests that a quota refused.", labels=("kind",)
    )
    for kind, count in sorted(counted.quota_rejections.items()):
        quotas.add_metric((kind,), count)
    yield quotas
    logins = CounterMetricFamily("bambleweeny_logins", "Logins by outcome.", labels=("outcome",))
    for outcome, count in sorted(counted.logins.items()):
        logins.add_metric((outcome,), count)
    yield logins
    yield CounterMetricFamily(
        "bambleweeny_unauthorized", "Requests without a valid token.", counted.unauthorized
    )
    yield CounterMetricFamily(
        "bambleweeny_rate_limited", "Requests that a rate refused.", counted.rate_limited
    )


def _engine_metrics(numbers: dict[str, int]) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily  # noqa: PLC0415

    answers = "1 if the engine answers, else 0."
    yield GaugeMetricFamily("bambleweeny_engine_up", answers, float(bool(numbers)))
    for name, value in numbers.items():
        yield GaugeMetricFamily(f"bambleweeny_engine_{name}", _ENGINE_HELP[name], value)
