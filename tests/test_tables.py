"""Reading tables that people bring."""

import pytest

from app.tables import CellError, Report, Row, RowError, no_repeats, noting, parse_csv, read_csv


def read(text, required=("code", "name"), optional=("note",), encoding="utf-8"):
    return parse_csv("places.csv", text.encode(encoding), required, optional)


def cells(table):
    return [dict(row.cells) for row in table.rows]


def said(table):
    return [(error.line, error.column, error.message) for error in table.errors]


def a_row(**values):
    return Row("places.csv", 2, values)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_files_of_every_usual_encoding_read_the_same(encoding):
    table = read("code,name\n1,虎台街道\n", encoding=encoding)
    assert cells(table) == [{"code": "1", "name": "虎台街道"}]
    assert table.errors == []


def test_an_encoding_nobody_knows_is_named():
    assert "UTF-8" in said(read("code,name\n1,虎台街道", encoding="utf-16"))[0][2]


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way(ending):
    assert len(read(ending.join(["code,name", "1,甲", "2,乙"])).rows) == 2


def test_blank_lines_are_passed_over_and_line_numbers_stay_those_of_the_file():
    table = read("code,name\n\n1,甲\n,,\n  \n2,乙\n")
    assert [row.line for row in table.rows] == [3, 6]


def test_a_cell_may_hold_a_line_break_and_the_next_row_is_still_counted_right():
    table = read('code,name\n1,"甲\n乙"\n2,丙\n')
    assert table.rows[0].text("name") == "甲\n乙"
    assert [row.line for row in table.rows] == [2, 4]


def test_cells_are_trimmed_and_composed():
    assert cells(read(" code , name\n 1 , Cafe\u0301 \n")) == [{"code": "1", "name": "Café"}]


def test_a_missing_column_is_named():
    assert said(read("name\n甲\n")) == [(1, "code", "缺少列：code。第一行应写列名。")]


def test_an_empty_file_misses_all_columns():
    assert "code、name" in said(read(""))[0][2]


def test_an_unknown_column_is_refused_with_those_that_are_known():
    ((line, column, message),) = said(read("code,name,colour\n1,甲,红\n"))
    assert (line, column) == (1, "colour")
    assert "code、name、note" in message


def test_a_column_that_comes_twice_is_refused():
    assert {column for _, column, _ in said(read("code,name,name\n1,甲,乙\n"))} == {"name"}


def test_an_optional_column_may_be_absent_or_empty():
    assert read("code,name\n1,甲\n").rows[0].text("note") == ""
    assert read("code,name,note\n1,甲,\n").rows[0].text("note") == ""


def test_a_required_cell_that_is_empty_is_an_error_of_its_line_and_the_others_are_read():
    table = read("code,name\n1,\n2,乙\n")
    assert said(table) == [(2, "name", "这一格不能为空。")]
    assert [row.text("code") for row in table.rows] == ["2"]


def test_a_line_with_too_many_cells_is_an_error_unless_the_rest_is_empty():
    assert said(read("code,name\n1,甲,乙\n"))[0][0] == 2
    assert read("code,name\n1,甲,,\n").errors == []


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b"])
def test_control_characters_are_refused(sign):
    assert said(read(f"code,name\n1,甲{sign}\n"))[0][:2] == (2, "name")


def test_a_file_with_an_open_quote_is_no_csv():
    assert "不是正确的 CSV" in said(read('code,name\n1,"甲\n'))[0][2]


def test_a_file_that_is_too_large_is_refused_unread(monkeypatch):
    monkeypatch.setattr("app.tables.LARGEST_FILE", 10)
    assert "20 MB" in said(read("code,name\n1,甲\n"))[0][2]


def test_a_file_that_is_not_there_is_named(tmp_path):
    table = read_csv(tmp_path / "people.csv", ["name"])
    assert table.errors[0].file == "people.csv"
    assert "没有找到" in table.errors[0].message


def test_a_file_is_read_under_its_own_name(tmp_path):
    (tmp_path / "people.csv").write_text("name\n马秀英\n", encoding="utf8")
    table = read_csv(tmp_path / "people.csv", ["name"])
    assert (table.rows[0].file, table.rows[0].text("name")) == ("people.csv", "马秀英")


@pytest.mark.parametrize(("value", "expected"), [("是", True), ("YES", True), ("1", True), ("否", False), ("", False)])
def test_yes_and_no_are_read(value, expected):
    assert a_row(primary=value).yes("primary") is expected


@pytest.mark.parametrize(("value", "expected"), [("0", 0), ("12", 12), ("-3", -3)])
def test_whole_numbers_are_read(value, expected):
    assert a_row(position=value).whole("position", -5, 12) == expected


@pytest.mark.parametrize(("value", "expected"), [("36.617", 36.617), ("", None), ("-1e1", -10.0)])
def test_numbers_are_read(value, expected):
    assert a_row(lat=value).number("lat", -90, 90) == expected


def test_words_are_read_by_code_or_by_name():
    names = {"city": "市", "grid": "网格"}
    assert a_row(level="grid").word("level", names, names) == "grid"
    assert a_row(level="网格").word("level", names, names) == "grid"


def test_several_parts_are_read_once_each_with_either_separator():
    assert a_row(units="1单元; 2单元；1单元;").several("units") == ["1单元", "2单元"]
    assert a_row(units="").several("units") == []


def test_json_is_read():
    assert a_row(questions='[{"code": "floor"}]').json("questions") == [{"code": "floor"}]
    assert a_row(questions="").json("questions", default=[]) == []


@pytest.mark.parametrize(
    ("reading", "value"),
    [
        (lambda row: row.yes("c"), "也许"),
        (lambda row: row.whole("c"), "1.5"),
        (lambda row: row.whole("c"), "－1"),
        (lambda row: row.whole("c"), "--1"),
        (lambda row: row.whole("c"), "٣"),
        (lambda row: row.whole("c", 1, 5), "6"),
        (lambda row: row.whole("c"), ""),
        (lambda row: row.number("c", -90, 90), "90.5"),
        (lambda row: row.number("c", -90, 90), "nan"),
        (lambda row: row.number("c", -90, 90), "北纬"),
        (lambda row: row.word("c", ["a", "b"]), "c"),
        (lambda row: row.json("c"), "{"),
        (lambda row: row.filled("c"), ""),
        (lambda row: row.text("c", 3), "四个字了"),
    ],
)
def test_a_cell_that_cannot_be_taken_says_so_with_its_column(reading, value):
    with pytest.raises(CellError) as refused:
        reading(a_row(c=value))
    assert refused.value.column == "c"
    assert refused.value.message.endswith("。")


def test_a_cell_error_is_noted_with_file_and_line_and_the_work_goes_on():
    errors: list[RowError] = []
    row = Row("rules.csv", 7, {"position": "x"})
    with noting(errors, row):
        row.whole("position")
    assert [(error.file, error.line, error.column) for error in errors] == [("rules.csv", 7, "position")]
    assert str(errors[0]).startswith("rules.csv 第 7 行 position：")


def test_a_row_that_repeats_another_is_named_with_the_line_of_the_first():
    table = read("code,name\n1,甲\n2,乙\n1,丙\n")
    (error,) = no_repeats(table.rows, "code")
    assert (error.line, error.column) == (4, "code")
    assert "第 2 行" in error.message


def test_empty_cells_repeat_nothing():
    rows = [a_row(username=""), a_row(username="")]
    assert no_repeats(rows, "username") == []


def test_a_report_counts_by_what_stood_there_before():
    report = Report()
    assert [report.count(None, "a"), report.count("a", "a"), report.count("a", "b")] == [True, False, True]
    assert (report.added, report.unchanged, report.changed) == (1, 1, 1)


def test_reports_add_up():
    report, other = Report(added=1, errors=[a_row().error("c", "不对。")]), Report(added=2, changed=3, unchanged=4)
    report.join(other)
    assert (report.added, report.changed, report.unchanged, len(report.errors)) == (3, 3, 4, 1)
