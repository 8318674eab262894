"""A place told less exactly than it is known."""

import pytest

from app.work_orders.wide_place import to_building, to_compound

WHOLE = "湟岸巷28号院 3号楼 2单元"


@pytest.mark.parametrize(
    ("text", "building", "unit", "near", "wide"),
    [
        (WHOLE, "3号楼", "2单元", "湟岸巷28号院 3号楼", "湟岸巷28号院"),
        ("湟岸巷28号院 3号楼", "3号楼", None, "湟岸巷28号院 3号楼", "湟岸巷28号院"),
        ("湟岸巷28号院", None, None, "湟岸巷28号院", "湟岸巷28号院"),
        ("3号楼 3号楼 3号楼", "3号楼", "3号楼", "3号楼 3号楼", "3号楼"),
        ("新宁路西社区第二网格", None, None, "新宁路西社区第二网格", "新宁路西社区第二网格"),
    ],
    ids=["whole", "no unit", "compound", "like names", "point"],
)
def test_only_the_end_that_is_named_is_left_out(text, building, unit, near, wide):
    assert to_building(text, unit) == near
    assert to_compound(text, building, unit) == wide
