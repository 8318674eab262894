"""Every rule for the values of messages."""

from typing import Any

import pytest

from wechat.emulator.value_rules import fault_of

GOOD = [
    ("thing1", "楼道灯不亮，共3盏!"),
    ("thing1", "长" * 20),
    ("number1", "12"),
    ("number1", "-3.50"),
    ("number1", "1" * 32),
    ("letter1", "abcXYZ"),
    ("letter1", "a" * 32),
    ("symbol1", "+-!？"),
    ("character_string1", "20261123-0007"),
    ("character_string1", "x" * 32),
    ("time1", "15:01"),
    ("time1", "9:00"),
    ("time1", "2026年3月10日 15:01"),
    ("time1", "2026-03-10 15:01"),
    ("time1", "09:00~12:00"),
    ("time1", "2026-03-10 09:00~2026-03-11 12:00"),
    ("date1", "2026年3月10日"),
    ("date1", "2026-03-10"),
    ("date1", "2026/3/10"),
    ("date1", "2026.03.10 15:01"),
    ("date1", "2026-03-10~2026-03-12"),
    ("amount1", "¥100"),
    ("amount1", "12.50元"),
    ("amount1", "1234567890"),
    ("phone_number1", "+86-0971-1234567"),
    ("phone_number1", "13800000000"),
    ("car_number1", "青A12345"),
    ("car_number1", "青A1234学"),
    ("name1", "欧阳娜娜"),
    ("name1", "Alexander the Great"),
    ("phrase1", "处理中"),
    ("phrase1", "已办结待评"),
]

WRONG = [
    ("thing1", "长" * 21),
    ("thing1", "两\n行"),
    ("thing1", "空\x00字"),
    ("number1", "十二"),
    ("number1", "1" * 33),
    ("number1", "1.2.3"),
    ("number1", "１２"),
    ("letter1", "abc1"),
    ("letter1", "a" * 33),
    ("symbol1", "!!!!!!"),
    ("symbol1", "a!"),
    ("character_string1", "编号7"),
    ("character_string1", "x" * 33),
    ("time1", "24:00"),
    ("time1", "15:1"),
    ("time1", "下午3点"),
    ("time1", "09:00～12:00"),
    ("time1", "2026-03/10 15:01"),
    ("date1", "03-10"),
    ("date1", "2026-03-10～2026-03-12"),
    ("date1", "明天"),
    ("amount1", "12345678901"),
    ("amount1", "12块"),
    ("phone_number1", "1" * 18),
    ("phone_number1", "电话1"),
    ("car_number1", "青A123456学"),
    ("car_number1", "青海A1234"),
    ("name1", "名" * 11),
    ("name1", "a" * 21),
    ("name1", "Anna小名马秀英王建国"),
    ("name1", "李3"),
    ("phrase1", "in work"),
    ("phrase1", "已办结待评价"),
    ("phrase1", "处理中！"),
    ("unknown1", "x"),
]


@pytest.mark.parametrize(("key", "value"), GOOD)
def test_a_good_value_passes(key: str, value: str) -> None:
    assert fault_of(key, value) == ""


@pytest.mark.parametrize(("key", "value"), WRONG)
def test_a_wrong_value_is_invalid(key: str, value: str) -> None:
    assert fault_of(key, value) == "invalid"


@pytest.mark.parametrize("value", ["", None, "   "])
def test_nothing_is_empty(value: Any) -> None:
    assert fault_of("thing1", value) == "empty"


@pytest.mark.parametrize("value", [5, True, ["x"], {"value": "x"}])
def test_what_is_no_text_is_invalid(value: Any) -> None:
    assert fault_of("thing1", value) == "invalid"


def test_an_enumeration_takes_its_listed_values_only() -> None:
    assert fault_of("enum_string2", "停水", ["停水", "恢复"]) == ""
    assert fault_of("enum_string2", "停电", ["停水", "恢复"]) == "invalid"
