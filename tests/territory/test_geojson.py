"""Outlines from a file."""

import json

import pytest

from app.territory.geojson import overlaps, read_outlines
from tests.territory.places import a_rectangle

SQUARE = a_rectangle(36.60, 101.70, 36.61, 101.71)


@pytest.fixture
def read(tmp_path):
    def read_text(text, encoding="utf8"):
        (tmp_path / "outlines.geojson").write_text(text, encoding=encoding)
        return read_outlines(tmp_path / "outlines.geojson")

    return read_text


def collection(*geometries):
    features = [
        {"type": "Feature", "properties": {"code": f"g{number}"}, "geometry": geometry}
        for number, geometry in enumerate(geometries, 1)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features})


def a_polygon(*ring):
    return {"type": "Polygon", "coordinates": [list(map(list, ring))]}


def test_outlines_are_read_with_their_codes(read):
    table = read(collection(SQUARE, SQUARE))
    assert [(line.code, line.row.line, line.outline, line.warning) for line in table.lines] == [
        ("g1", 1, SQUARE, ""),
        ("g2", 2, SQUARE, ""),
    ]


def test_a_byte_order_mark_does_no_harm(read):
    assert len(read(collection(SQUARE), "utf-8-sig").lines) == 1


def test_heights_are_dropped(read):
    (line,) = read(collection(a_polygon((101.7, 36.6, 5), (101.8, 36.6, 5), (101.8, 36.7, 5), (101.7, 36.6, 5)))).lines
    assert line.outline["coordinates"][0][0] == [101.7, 36.6]


def test_an_outline_that_crosses_itself_is_mended_and_warned_of(read):
    bow_tie = a_polygon((101.70, 36.60), (101.71, 36.61), (101.71, 36.60), (101.70, 36.61), (101.70, 36.60))
    (line,) = read(collection(bow_tie)).lines
    assert line.outline["type"] == "MultiPolygon"
    assert "自动修正" in line.warning


def test_lines_left_over_from_mending_are_dropped(read):
    spike = a_polygon((0, 0), (0, 1), (1, 1), (1, 0), (2, 0), (1, 0), (0, 0))
    (line,) = read(collection(spike)).lines
    assert line.outline["type"] == "Polygon"


@pytest.mark.parametrize(
    ("geometry", "words"),
    [
        (None, "Polygon"),
        ("here", "Polygon"),
        ({"type": "Point", "coordinates": [101.7, 36.6]}, "Polygon"),
        ({"type": "Polygon"}, "看不懂"),
        ({"type": "Polygon", "coordinates": [[[101.7, 36.6], [101.8, 36.6]]]}, "看不懂"),
        ({"type": "Polygon", "coordinates": [[["a", "b"], ["c", "d"], ["e", "f"], ["a", "b"]]]}, "看不懂"),
        ({"type": "Polygon", "coordinates": 7}, "看不懂"),
        ({"type": "MultiPolygon", "coordinates": [[1, 2], 3]}, "看不懂"),
        ({"type": "Polygon", "coordinates": []}, "空的"),
        (a_polygon((36.6, 101.7), (36.6, 101.8), (36.7, 101.8), (36.6, 101.7)), "先写经度"),
        (a_polygon((101.7, 36.6), (101.8, 36.6), (101.7, 36.6), (101.7, 36.6)), "围不成"),
    ],
)
def test_what_is_no_outline_is_an_error_of_its_feature(read, geometry, words):
    table = read(collection(SQUARE, geometry))
    assert [(error.line, error.column) for error in table.errors] == [(2, "geometry")]
    assert words in table.errors[0].message
    assert len(table.lines) == 1


@pytest.mark.parametrize("properties", [None, {}, {"code": ""}, {"code": 7}, "g1"])
def test_a_feature_without_a_code_is_an_error(read, properties):
    feature = {"type": "Feature", "properties": properties, "geometry": SQUARE}
    (error,) = read(json.dumps({"features": [feature]})).errors
    assert (error.line, error.column) == (1, "code")


@pytest.mark.parametrize("text", ["[]", "7", "{}", '{"features": 7}'])
def test_a_file_that_is_no_collection_is_an_error(read, text):
    assert "FeatureCollection" in read(text).errors[0].message


def test_a_file_that_is_no_json_is_an_error_of_its_line(read):
    (error,) = read('{\n"features": [,]}').errors
    assert error.line == 2


def test_an_unknown_encoding_is_an_error(read):
    assert "UTF-8" in read(collection(SQUARE), "utf-16").errors[0].message


def test_features_that_are_no_objects_are_errors(read):
    assert len(read('{"features": [7, null]}').errors) == 2


def test_outlines_overlap_when_they_share_an_area_not_an_edge():
    east = a_rectangle(36.60, 101.71, 36.61, 101.72)
    inside = a_rectangle(36.602, 101.702, 36.604, 101.704)
    assert overlaps([("a", SQUARE), ("b", east), ("c", inside), ("d", SQUARE)]) == [("a", "c"), ("a", "d"), ("c", "d")]
    assert overlaps([]) == []
