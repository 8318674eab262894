"""Log lines as JSON: a constant event name, values as fields, a request id everywhere, no personal data."""

import logging
import re
import sys
from contextvars import ContextVar
from typing import Any

import structlog

request_id: ContextVar[str] = ContextVar("request_id", default="")

# Nothing personal is ever logged on purpose; this is the net under the rope, for messages of libraries.
_PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
_QUERY = re.compile(r"([?&](?:secret|access_token|js_code|permit|token|openid)=)[^&\s\"']+")


def mask(text: str) -> str:
    """A text without phone numbers and without secrets of query strings."""
    return _QUERY.sub(r"\1***", _PHONE.sub("1**********", text))


def _mask_fields(_logger: Any, _method: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {key: mask(value) if isinstance(value, str) else value for key, value in fields.items()}


def _add_request_id(_logger: Any, _method: str, fields: dict[str, Any]) -> dict[str, Any]:
    if request_id.get():
        fields["request_id"] = request_id.get()
    return fields


def configure(level: str = "INFO") -> None:
    """Send every log line of the process, libraries included, to standard error as one JSON object."""
    shared: list[Any] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request_id,
        structlog.processors.format_exc_info,
        _mask_fields,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def logger(name: str) -> Any:
    return structlog.stdlib.get_logger(name)
