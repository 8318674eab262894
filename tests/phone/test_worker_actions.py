"""What a worker's form sends is what the service reads, and what is missing is said before anything is sent."""

import json
import subprocess
from collections.abc import Callable

import pytest

from app.api.worker import waiting

Run = Callable[..., subprocess.CompletedProcess[str]]
SCRIPT = """
const actions = require(process.cwd() + '/miniprogram/worker/actions.js')
const { verb, form } = JSON.parse(process.argv[1])
const action = actions.find(verb)
const whole = { choice: '', amount: '', more: {}, note: '', visible: false, photos: [], ...form }
console.log(JSON.stringify({ missing: action.missing(whole), body: action.body(whole), shown: actions.shown(action) }))
"""


@pytest.fixture
def form(run_node: Run):
    def fill(verb: str, **values: str):
        result = run_node("-e", SCRIPT, json.dumps({"verb": verb, "form": values}))
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return fill


@pytest.mark.parametrize(
    ("verb", "shape", "typed"),
    [
        ("ask", waiting.ASK, {"note": " 请说明是哪一层 "}),
        ("resume", waiting.RESUME, {"note": "电话里说是三层"}),
        ("extend", waiting.EXTEND, {"note": "等配件", "amount": " 2 "}),
        ("reply", waiting.REPLY, {"note": "明天上门"}),
    ],
    ids=["ask", "resume", "extend", "reply"],
)
def test_a_filled_form_is_a_body_that_the_door_reads(form, verb, shape, typed):
    told = form(verb, **typed)
    assert told["missing"] == ""
    assert shape.load(told["body"])
    assert told["shown"]["name"]


@pytest.mark.parametrize("verb", ["ask", "resume", "extend", "reply"])
def test_empty_words_are_missing(form, verb):
    assert form(verb, note="  ", amount="1")["missing"].startswith("请写下")


@pytest.mark.parametrize("amount", ["", "0", "1.5", "-1", "two"], ids=["none", "zero", "part", "less", "words"])
def test_more_time_is_a_whole_number(form, amount):
    assert form("extend", note="等配件", amount=amount)["missing"] == "请填写要延长多少，写整数。"
