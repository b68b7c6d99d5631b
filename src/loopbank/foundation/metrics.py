"""Prometheus metrics of one process, handed to whoever counts something."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest


class Metrics:
    """The registry of one process and the metrics that every service has."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "loopbank_http_requests_total", "Requests answered.", ["method", "status"], registry=self.registry
        )
        self.request_seconds = Histogram(
            "loopbank_http_request_seconds",
            "Time to answer a request.",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )

    def counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        """Register a counter."""
        return Counter(name, text, labels, registry=self.registry)

    def gauge(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
        """Register a gauge."""
        return Gauge(name, text, labels, registry=self.registry)

    def histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> Histogram:
        """Register a histogram."""
        return Histogram(name, text, buckets=buckets, registry=self.registry)

    def exposition(self) -> bytes:
        """Give all metrics in Prometheus' text format."""
        return generate_latest(self.registry)
