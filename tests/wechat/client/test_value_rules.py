"""What `fit` makes, judged by the emulator's strict rules."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wechat.client import FieldInvalid, fit
from wechat.client.value_rules import RULES
from wechat.emulator.value_rules import fault_of


@pytest.mark.parametrize(
    ("kind", "text", "fitted"),
    [
        ("thing", "楼道灯不亮", "楼道灯不亮"),
        ("thing", "一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十"),
        ("thing", "一二三四五六七八九十一二三四五六七八九十多", "一二三四五六七八九十一二三四五六七八九…"),
        ("thing", " 第一行\r\n第二行\t完 ", "第一行 第二行 完"),
        ("thing", "", "无"),
        ("thing", "\n\x00\ud800", "无"),
        ("phrase", "办理中", "办理中"),
        ("phrase", "已办结待评价", "已办结待评"),
        ("phrase", "办理中(第2轮)", "办理中第轮"),
        ("character_string", "XN2603101234567", "XN2603101234567"),
        ("character_string", "编号 20261123-0007", "20261123-0007"),
        ("character_string", "X" * 40, "X" * 32),
        ("time", "15:01", "15:01"),
        ("time", "2026-03-10 15:01:59", "2026-03-10 15:01"),
        ("time", "2026年3月10日 15:01", "2026年3月10日 15:01"),
        ("time", "09:00～12:00", "09:00~12:00"),
        ("time", "2026-03-10 09:00 ~ 2026-03-10 12:00", "2026-03-10 09:00~2026-03-10 12:00"),
        ("date", "2026/3/10", "2026/3/10"),
        ("date", "2026.03.10～2026.03.12", "2026.03.10~2026.03.12"),
        ("number", "12.5", "12.5"),
        ("amount", "¥12.50元", "¥12.50元"),
        ("name", "欧阳娜娜·西热力江上官婉儿", "欧阳娜娜·西热力江上"),
        ("name", "Alexander the Great of Macedon", "Alexander the Great"),
        ("name", "李网格2", "李网格"),
        ("phone_number", "电话0971-1234567", "0971-1234567"),
        ("name", "李 3 网格", "李 网格"),
        ("phone_number", "0971 转 2", "0971 2"),
        ("car_number", "青A·12345", "青A12345"),
        ("letter", "abc1", "abc"),
        ("symbol", "a!?b", "!?"),
    ],
)
def test_words_are_made_to_fit(kind: str, text: str, fitted: str) -> None:
    assert fit(kind, text) == fitted
    assert fault_of(f"{kind}1", fitted) == ""


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("time", "下午三点"),
        ("time", "25:00"),
        ("time", "2026-03/10 15:01"),
        ("time", "9:00~10:00~11:00"),
        ("date", "三月"),
        ("number", "两个"),
        ("amount", "12345678901"),
        ("phrase", "OK"),
        ("character_string", "全是中文"),
        ("letter", "1"),
        ("phone_number", "没有"),
        ("car_number", "青海西宁"),
        ("number", "１２"),
    ],
)
def test_what_cannot_fit_is_refused_before_it_is_sent(kind: str, text: str) -> None:
    with pytest.raises(FieldInvalid):
        fit(kind, text)


def test_an_enumerated_value_is_passed_on_as_it_is() -> None:
    assert fit("enum_string", "停水") == "停水"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(RULES)), st.text(max_size=60))
def test_whatever_fit_returns_the_strict_rules_accept(kind: str, text: str) -> None:
    try:
        fitted = fit(kind, text)
    except FieldInvalid:
        return
    assert fault_of(f"{kind}1", fitted) == ""
    assert fit(kind, fitted) == fitted


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_a_thing_always_fits(text: str) -> None:
    assert fault_of("thing1", fit("thing", text)) == ""
