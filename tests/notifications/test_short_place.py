"""A place that is too long for a message still leads to the right door."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.notifications.short_place import shortened

DIGITS = re.compile(r"[0-9]+")
BUILDINGS = ("3号楼", "13号楼", "B座", "二十三号楼", "12栋", "")
UNITS = ("2单元", "12单元", "三单元", "18层1806室", "")


@pytest.mark.parametrize(
    ("place", "short"),
    [
        ("湟岸巷28号院 3号楼 2单元", "湟岸巷28号院 3号楼 2单元"),
        ("青海省人民医院家属院北院 12号楼 2单元", "青海省人民医院家属院北院12号楼2单元"),
        ("西宁市城西区虎台街道新宁路西社区湟岸巷28号院13号楼2单元", "…宁路西社区湟岸巷28号院13号楼2单元"),
        ("青海省人民医院家属院（南院）一期 12号楼 2单元", "…民医院家属院（南院）一期12号楼2单元"),
        ("青海省第一人民医院128号院家属院东院北区123号楼12单元", "…家属院东院北区123号楼12单元"),
        ("昆仑中路一百二十八号医院家属院东院二十三号楼三单元", "…医院家属院东院二十三号楼三单元"),
        ("海湖新区万达广场写字楼B座18层1806室", "…新区万达广场写字楼B座18层1806室"),
        ("城西区（具体位置待核实，请尽快与反映人联系确认）", "城西区（具体位置待核实，请尽快与反映人…"),
        ("湟岸巷28号院13号楼2单元门口1234567890号表箱", "湟岸巷28号院13号楼2单元门口…"),
        ("湟岸巷 28 30 号之间的那条小路一直走到头的空地上", "湟岸巷28 30号之间的那条小路一直走…"),
        ("1" * 30 + "号", ""),
        ("8" * 30, ""),
    ],
)
def test_the_end_with_its_building_is_kept_or_else_the_beginning(place, short):
    assert shortened(place, 20) == short
    assert len(short) <= 20


@settings(max_examples=500, deadline=None)
@given(
    st.lists(st.sampled_from([*"湟岸巷家属院东区号楼（）", "28号院", "3", "10", " ", "A"]), min_size=1, max_size=40),
    st.sampled_from(BUILDINGS),
    st.sampled_from(UNITS),
)
def test_no_number_is_cut_and_the_door_is_named(street, building, unit):
    place = "".join([*street, "院", building, unit])
    short = shortened(place, 20)
    assert len(short) <= 20
    assert set(DIGITS.findall(short)) <= set(DIGITS.findall(place))
    if short and (building or unit):
        assert short.endswith(building + unit)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=160))
def test_any_text_at_all_is_made_short(text):
    short = shortened(text, 20)
    assert len(short) <= 20
    assert len(" ".join(text.split())) > 20 or short == " ".join(text.split())
