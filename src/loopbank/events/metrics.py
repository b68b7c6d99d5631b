"""What the log tells Prometheus: how much it sealed, how far sealing and readers are behind."""

from loopbank.foundation.metrics import Metrics


class LogMetrics:
    """The log's metrics, registered once in a process and handed to the sealer and the consumers."""

    def __init__(self, metrics: Metrics) -> None:
        self.entries = metrics.counter("loopbank_log_entries_sealed_total", "Entries sealed by this process.")
        self.blocks = metrics.counter("loopbank_log_blocks_sealed_total", "Blocks sealed by this process.")
        self.seal_lag_seconds = metrics.gauge(
            "loopbank_log_seal_lag_seconds", "Age of the oldest fact that waits to be sealed; 0 when none waits."
        )
        self.consumer_lag_entries = metrics.gauge(
            "loopbank_log_consumer_lag_entries", "Sealed entries that a reader has not handled yet.", ("consumer",)
        )
        self.webhook_lag_seconds = metrics.gauge(
            "loopbank_webhook_lag_seconds",
            "Age of the oldest event that a webhook could not be told yet; 0 when none waits.",
        )
