"""Patterns: what is found where, what denies it, and that nothing a person writes makes it slow."""

import time

import pytest

from app.work_orders.screening.patterns import denial, pattern, plain


@pytest.mark.parametrize(
    ("words", "text", "spans"),
    [
        pytest.param("着火;起火", "楼上着火了", [(2, 4)], id="either"),
        pytest.param("电梯+困", "困在电梯里", [(0, 4)], id="any order"),
        pytest.param("电梯+困/卡", "电梯卡住", [(0, 3)], id="choice"),
        pytest.param("电梯+困", "电梯" + "很" * 30 + "困", [], id="too far apart"),
        pytest.param("电梯+困", "电梯坏了", [], id="one part alone"),
        pytest.param("着火", "着火了着火了", [(0, 2), (3, 5)], id="every place"),
    ],
)
def test_a_pattern_tells_where_it_stands(words, text, spans):
    assert list(pattern(words).spans(text, 24)) == spans


def test_among_several_places_the_nearest_counts():
    text = "困" + "很" * 40 + "电梯里困"
    assert list(pattern("电梯+困").spans(text, 24)) == [(41, 45)]


@pytest.mark.parametrize(
    ("words", "text", "denied"),
    [
        pytest.param("没有~", "没有着火", True, id="right before"),
        pytest.param("没有~", "没有人管着火", False, id="not right before"),
        pytest.param("没有~", "没有，着火了", False, id="a sign between"),
        pytest.param("~演习", "着火演习", True, id="right after"),
        pytest.param("怕~点", "怕着火点", True, id="around"),
        pytest.param("演习", "演习时说着火，没事", True, id="same clause"),
        pytest.param("演习", "昨天演习，今天着火", False, id="another clause"),
    ],
)
def test_a_denial_holds_only_where_it_belongs(words, text, denied):
    read = plain(text)
    (span,) = pattern("着火").spans(read, 24)
    assert denial(words).holds(read, span) is denied


@pytest.mark.parametrize("words", ["着火;", "电梯+", "/困", ";;", "  "])
def test_an_empty_word_would_be_found_everywhere_and_is_refused(words):
    with pytest.raises(ValueError, match="everywhere"):
        pattern(words)


@pytest.mark.parametrize("words", ["~", "没有~;~", "~怎么办+知识", "没~有~"])
def test_a_denial_of_everything_and_parts_around_what_was_found_are_refused(words):
    with pytest.raises(ValueError, match="around"):
        denial(words)


def test_widths_and_cases_do_not_count():
    assert plain("ＫＴＶ！") == "ktv!"


def test_blanks_between_single_characters_do_not_count_but_those_between_words_do():
    assert plain("煤 气 味 很大 快来") == "煤气味 很大 快来"
    assert plain("没有 着火") == "没有 着火"


def test_a_text_made_of_signs_is_read_as_fast_as_any_other():
    text = "电梯困" * 1600
    begun = time.perf_counter()
    assert len(list(pattern("电梯+困+人/梯").spans(text, 24))) == 1600
    assert time.perf_counter() - begun < 1
