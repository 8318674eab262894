"""Whether the ports are free before anything starts, and whether a program answers on one after."""

import errno
import http.client
import socket
from collections.abc import Mapping

HOST = "127.0.0.1"


def busy(wanted: Mapping[str, int]) -> str | None:
    """A sentence that names the first port that cannot be used; keys are the settings that choose the ports."""
    if len(set(wanted.values())) < len(wanted):
        return f"{' and '.join(wanted)} must be different ports."
    return next((sentence for name, port in wanted.items() if (sentence := _trouble(name, port))), None)


def _trouble(name: str, port: int) -> str | None:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OverflowError:
            return f"{name}={port} is not a port: choose one between 1 and 65535."
        except OSError as error:
            reason = "already in use" if error.errno == errno.EADDRINUSE else f"not available ({error.strerror})"
            return (
                f"Port {port} is {reason}. Stop the program that has it, or choose another: {name}={port + 10} make run"
            )
    return None


def answers(port: int, path: str) -> bool:
    """Whether an HTTP server answers there now, and not with a failure of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=0.5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
