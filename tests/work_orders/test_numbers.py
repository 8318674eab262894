"""Order numbers: read out over the phone, so a slip of the tongue must be noticed."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.work_orders import numbers

DIGITS = st.text("0123456789", min_size=12, max_size=12)


def whole(digits):
    return f"XN{digits}{numbers.check_digit(digits)}"


def test_a_number_carries_the_citys_date_and_its_check_digit():
    late = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # one in the morning of the 11th in Xining
    number = numbers.new(late)
    assert number.startswith("XN260311")
    assert len(number) == 15
    assert numbers.is_number(number)


def test_numbers_of_one_moment_differ():
    now = datetime(2026, 3, 10, tzinfo=UTC)
    assert len({numbers.new(now) for _ in range(50)}) > 45


@given(DIGITS, st.integers(0, 11), st.integers(1, 9))
def test_every_single_wrong_digit_is_noticed(digits, place, by):
    wrong = str((int(digits[place]) + by) % 10)
    assert not numbers.is_number(whole(digits)[: 2 + place] + wrong + whole(digits)[3 + place :])


@given(DIGITS)
def test_a_whole_number_is_known_and_a_part_or_another_prefix_is_not(digits):
    number = whole(digits)
    assert numbers.is_number(number)
    assert not any(map(numbers.is_number, (number[:-1], number + "0", number.lower(), "BJ" + number[2:], "")))
