"""docs/emulator.md names every control call, fault and preset, and nothing that is not there."""

import re
from pathlib import Path
from typing import Any

from wechat.emulator.control.faults import OrderedFault
from wechat.emulator.presets import PRESETS

HANDBOOK = (Path(__file__).resolve().parents[3] / "docs" / "emulator.md").read_text(encoding="utf8")


def test_the_handbook_names_every_control_call_and_no_other(hands: Any) -> None:
    written = set(re.findall(r"`(GET|POST|DELETE) (/_emu/[^`]*)`", HANDBOOK))
    routes = {
        (method, rule.rule)
        for rule in hands.client.application.url_map.iter_rules()
        if rule.endpoint.startswith("control.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert written == routes


def test_the_handbook_names_every_part_of_a_fault_and_every_preset() -> None:
    for name in (*OrderedFault().fields, *PRESETS):
        assert f"`{name}`" in HANDBOOK, name
