"""Log lines are JSON with a request id and nothing personal."""

import json
import subprocess
import sys

import pytest

from app import logs
from config import ROOT

START = "import logging\nfrom app import logs\nlogs.configure()\n"


def lines(code):
    """What a process of its own writes: the test runner has log handlers that would mix in here."""
    done = subprocess.run([sys.executable, "-c", START + code], cwd=ROOT, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_our_lines_and_those_of_libraries_have_one_form():
    ours, theirs = lines(
        "logs.request_id.set('request-1')\n"
        "logs.logger('here').info('order_claimed', number='XN2603101234567')\n"
        "logging.getLogger('library').warning('slow answer', extra={'ms': 900})\n"
    )
    assert (ours["event"], ours["number"], ours["request_id"]) == ("order_claimed", "XN2603101234567", "request-1")
    assert (theirs["event"], theirs["ms"], theirs["level"]) == ("slow answer", 900, "warning")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("call 13800001234 now", "call 1********** now"),
        ("GET /x?access_token=abc&openid=o1&a=2", "GET /x?access_token=***&openid=***&a=2"),
        ("order XN2603101234567", "order XN2603101234567"),
    ],
)
def test_phones_and_secrets_are_masked(text, left):
    assert logs.mask(text) == left


def test_masking_reaches_messages_and_fields():
    (line,) = lines("logs.logger('here').warning('odd', url='https://x/?secret=abc', phone='19900000001')\n")
    assert (line["url"], line["phone"]) == ("https://x/?secret=***", "1**********")
