"""Structured logs: one JSON object per line on standard error, or coloured text on a terminal."""

import logging
import sys

import structlog


def configure_logging(*, as_json: bool) -> None:
    """Set up logging once, in an entrypoint."""
    # Plain tracebacks: the coloured ones show every variable, secrets too, and take seconds on the event loop.
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        else structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if as_json else _keep,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def _keep(
    _logger: structlog.typing.WrappedLogger, _name: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Leave the event as it is; the console renderer formats exceptions itself."""
    return event
