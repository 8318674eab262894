"""Ports are looked at before anything starts."""

import http.server
import socket
import threading

import pytest

from deploy import ports
from tests.deploy.watching import free_port


@pytest.fixture
def taken():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_free_ports_are_no_trouble():
    assert ports.busy({"PORT": free_port()}) is None


def test_a_taken_port_is_named_with_the_setting_that_chooses_another(taken):
    sentence = ports.busy({"EMULATOR_PORT": taken, "PORT": free_port()})
    assert f"Port {taken} is already in use." in sentence
    assert f"EMULATOR_PORT={taken + 10} make run" in sentence


def test_one_port_cannot_serve_two(taken):
    assert ports.busy({"PORT": 8000, "EMULATOR_PORT": 8000}) == "PORT and EMULATOR_PORT must be different ports."


def test_a_number_that_is_no_port_is_named():
    assert "PORT=70000 is not a port" in ports.busy({"PORT": 70000})


def test_a_port_whose_last_connection_is_still_closing_counts_as_free():
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            accepted, _ = server.accept()
            accepted.close()
    assert ports.busy({"PORT": port}) is None


def test_only_a_server_that_speaks_http_without_failing_counts_as_answering(taken):
    class Failing(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(503 if self.path == "/bad" else 404)
            self.end_headers()

        def log_message(self, *_words):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Failing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert ports.answers(server.server_port, "/ok")
    assert not ports.answers(server.server_port, "/bad")
    assert not ports.answers(taken, "/")
    assert not ports.answers(free_port(), "/")
    server.shutdown()
    server.server_close()
