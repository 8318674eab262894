"""Bringing in places."""

import json

import pytest
from sqlalchemy import func, select

from app.db import db, end_reading, transaction
from app.territory import outlines, tree
from app.territory.importing import import_places, read_folder
from app.territory.models import Building, Compound, Territory
from app.territory.placing import place_by_building, place_by_point
from app.trail import AuditRow
from tests.territory.places import a_rectangle

TERRITORIES = """code,level,name,parent_code
city,city,西宁市,
west,district,城西区,city
street,subdistrict,虎台街道,west
w,community,新宁路西社区,street
w1,网格,第一网格,w
w2,grid,第二网格,w
e,community,新宁路东社区,street
e1,grid,第一网格,e
"""
COMPOUNDS = """code,name,kind,community_code,grid_code,lat,lng
c28,湟岸巷28号院,courtyard,w,w1,36.605,101.705
big,虎台小区,小区,w,,,
"""
BUILDINGS = """compound_code,name,units,grid_code
c28,3号楼,1单元;2单元,
big,1号楼,1单元;2单元;3单元,w2
"""


def features(*pairs):
    made = [{"type": "Feature", "properties": {"code": code}, "geometry": shape} for code, shape in pairs]
    return json.dumps({"type": "FeatureCollection", "features": made})


OUTLINES = features(
    ("w1", a_rectangle(36.60, 101.70, 36.61, 101.71)), ("w2", a_rectangle(36.60, 101.71, 36.61, 101.72))
)
FILES = {
    "territories.csv": TERRITORIES,
    "compounds.csv": COMPOUNDS,
    "buildings.csv": BUILDINGS,
    "outlines.geojson": OUTLINES,
}


@pytest.fixture
def bring(app, tmp_path):
    """Import the given files, the others being absent."""

    def bring_files(files=FILES, **options):
        for old in tmp_path.iterdir():
            old.unlink()
        for name, text in files.items():
            (tmp_path / name).write_text(text, encoding="utf8")
        with transaction():
            return import_places(read_folder(tmp_path), **options)

    return bring_files


def counts(report):
    return report.added, report.changed, report.unchanged


def faults(report):
    return [(error.file, error.line, error.column) for error in report.errors]


def how_many(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found


def changed(name, old, new):
    assert old in FILES[name]
    return {name: FILES[name].replace(old, new)}


def test_places_are_brought_in_and_can_be_placed_at(bring):
    report = bring()
    assert (report.errors, report.warnings, counts(report)) == ([], [], (14, 0, 0))
    courtyard = db.session.scalar(select(Compound).where(Compound.code == "c28"))
    place = place_by_building(courtyard.public_id, "3号楼", "2单元")
    line = [getattr(place, column) for column in tree.COLUMNS]
    assert line == [tree.find_by_code(code).id for code in ("city", "west", "street", "w", "w1")]
    assert place_by_point(36.605, 101.715, "wgs84", None).grid_id == tree.find_by_code("w2").id


def test_a_second_import_adds_and_changes_nothing(bring):
    bring()
    ids = set(db.session.scalars(select(Compound.public_id)))
    end_reading()
    assert counts(bring()) == (0, 0, 14)
    assert set(db.session.scalars(select(Compound.public_id))) == ids
    assert how_many(AuditRow) == 1


def test_only_what_differs_is_changed(bring):
    bring()
    before = dict(db.session.execute(select(Territory.code, Territory.changed_at)).all())
    end_reading()
    report = bring(FILES | changed("territories.csv", "第二网格", "西二网格"))
    assert counts(report) == (0, 1, 13)
    after = dict(db.session.execute(select(Territory.code, Territory.changed_at)).all())
    assert {code for code in before if before[code] != after[code]} == {"w2"}


def test_what_no_line_names_stays(bring):
    bring()
    assert counts(bring({"compounds.csv": COMPOUNDS.replace("虎台小区", "虎台大院")})) == (0, 1, 1)
    assert (how_many(Territory), how_many(Compound), how_many(Building)) == (8, 2, 2)


def test_compounds_refer_to_places_that_came_earlier(bring):
    bring({"territories.csv": TERRITORIES})
    assert counts(bring({"compounds.csv": COMPOUNDS, "buildings.csv": BUILDINGS})) == (4, 0, 0)


@pytest.mark.parametrize("files", [FILES, FILES | changed("territories.csv", "w,community", "w,village")])
def test_a_dry_run_writes_nothing(bring, files):
    bring(files, dry_run=True)
    assert (how_many(Territory), how_many(AuditRow)) == (0, 0)


def test_a_dry_run_counts_what_would_be_done(bring):
    assert counts(bring(dry_run=True)) == (14, 0, 0)


def test_one_fault_and_nothing_is_written(bring):
    report = bring(FILES | changed("buildings.csv", "w2", "w9"))
    assert faults(report) == [("buildings.csv", 3, "grid_code")]
    assert how_many(Territory) == 0


FAULTS = [
    ("territories.csv", "w,community", "w,village", [(5, "level")]),
    ("territories.csv", "新宁路西社区", "", [(5, "name")]),
    ("territories.csv", "新宁路西社区", "新" * 61, [(5, "name")]),
    ("territories.csv", "新宁路西社区,street", "新宁路西社区,west", [(5, "parent_code")]),
    ("territories.csv", "城西区,city", "城西区,", [(3, "parent_code")]),
    ("territories.csv", "西宁市,", "西宁市,west", [(2, "parent_code")]),
    ("territories.csv", "w2,grid", "w1,grid", [(7, "code")]),
    ("territories.csv", "level", "kind", [(1, "level"), (1, "kind")]),
    ("compounds.csv", "courtyard,w,", "courtyard,w9,", [(2, "community_code")]),
    ("compounds.csv", "courtyard,w,", "courtyard,street,", [(2, "community_code")]),
    ("compounds.csv", "courtyard,w,", "castle,w,", [(2, "kind")]),
    ("compounds.csv", "w,w1", "w,e1", [(2, "grid_code")]),
    ("compounds.csv", "w,w1", "w,w", [(2, "grid_code")]),
    ("compounds.csv", "36.605", "136.605", [(2, "lat")]),
    ("compounds.csv", "36.605", "", [(2, "lat")]),
    ("buildings.csv", "big,", "small,", [(3, "compound_code")]),
    ("buildings.csv", "w2", "e1", [(3, "grid_code")]),
    ("buildings.csv", "1单元;2单元;3单元", "单" * 41, [(3, "units")]),
    ("buildings.csv", "big,1号楼", "c28,3号楼", [(3, "name")]),
    ("outlines.geojson", '"w2"', '"w9"', [(2, "code")]),
    ("outlines.geojson", '"w2"', '"w1"', [(2, "code")]),
]


@pytest.mark.parametrize(("name", "old", "new", "expected"), FAULTS)
def test_every_fault_is_told_once_by_file_line_and_column(bring, name, old, new, expected):
    report = bring(FILES | changed(name, old, new))
    assert faults(report) == [(name, line, column) for line, column in expected]
    assert all(error.message.endswith("。") for error in report.errors)
    assert how_many(Territory) == 0


def test_faults_of_several_files_are_told_together(bring):
    wrong = changed("territories.csv", "w,community", "w,village") | changed("compounds.csv", "courtyard,w", "castle,w")
    assert [file for file, _, _ in faults(bring(FILES | wrong))] == ["territories.csv", "compounds.csv"]


def test_a_folder_without_any_of_the_files_is_a_fault(bring):
    assert "没有可导入的文件" in bring({"readme.txt": ""}).errors[0].message


def test_a_place_cannot_change_its_level(bring):
    bring()
    report = bring({"territories.csv": "code,level,name,parent_code\ne1,community,第一网格,street\n"})
    assert faults(report) == [("territories.csv", 2, "level")]


def test_files_in_gb18030_are_read(bring, tmp_path, app):
    (tmp_path / "territories.csv").write_bytes(TERRITORIES.encode("gb18030"))
    with transaction():
        assert import_places(read_folder(tmp_path)).added == 8
    assert tree.find_by_code("w").name == "新宁路西社区"


def test_a_place_that_moves_takes_all_below_it_along(bring, monkeypatch):
    bring()
    told = []
    monkeypatch.setattr(tree, "after_move", [lambda *ids: told.append(ids)])
    north = "north,district,城北区,city\n"
    report = bring(FILES | {"territories.csv": TERRITORIES.replace("虎台街道,west", "虎台街道,north") + north})
    assert (report.errors, counts(report)) == ([], (1, 1, 13))
    found = {code: tree.find_by_code(code) for code in ("north", "street", "w", "w1", "w2", "e", "e1")}
    assert {found[code].district_id for code in found} == {found["north"].id}
    moved = frozenset(place.id for code, place in found.items() if code != "north")
    assert told == [(moved, frozenset())]


def test_what_belongs_to_another_grid_than_before_is_told(bring, monkeypatch):
    bring()
    told = []
    monkeypatch.setattr(tree, "after_move", [lambda *ids: told.append(ids)])
    bring(FILES | changed("compounds.csv", "w,w1", "w,w2"))
    bring(FILES | changed("compounds.csv", "w,w1", "w,w2") | changed("buildings.csv", ",w2", ",w1"))
    by_code = dict(db.session.execute(select(Compound.code, Compound.id)).all())
    assert told == [(frozenset(), {by_code["c28"]}), (frozenset(), {by_code["big"]})]


def test_a_grid_does_not_leave_its_community_while_a_compound_stays_in_it(bring):
    bring()
    report = bring({"territories.csv": "code,level,name,parent_code\nw1,grid,第一网格,e\n"})
    assert faults(report) == [("territories.csv", 2, "parent_code")]
    assert tree.find_by_code("w1").community_id == tree.find_by_code("w").id


def test_a_compound_does_not_leave_its_community_while_a_building_stays_in_its_grid(bring):
    bring()
    moved = "code,name,kind,community_code\nbig,虎台小区,residential,e\n"
    assert faults(bring({"compounds.csv": moved})) == [("compounds.csv", 2, "community_code")]


def test_grid_and_compound_may_move_together(bring):
    bring()
    files = {
        "territories.csv": "code,level,name,parent_code\nw1,grid,第一网格,e\n",
        "compounds.csv": COMPOUNDS.replace("courtyard,w,", "courtyard,e,"),
    }
    report = bring(files)
    assert (report.errors, counts(report)) == ([], (0, 2, 1))


def test_overlapping_grids_of_a_community_are_warned_of_and_still_written(bring):
    over = features(
        ("w1", a_rectangle(36.60, 101.70, 36.61, 101.712)), ("w2", a_rectangle(36.60, 101.71, 36.61, 101.72))
    )
    report = bring(FILES | {"outlines.geojson": over})
    (warning,) = report.warnings
    assert (report.errors, warning.file, warning.line) == ([], "outlines.geojson", 2)
    assert "“w1”与“w2”" in warning.message
    outlines.forget()
    assert outlines.grid_at(36.605, 101.711).code == "w1"


def test_a_new_outline_that_overlaps_an_old_one_is_warned_of_too(bring):
    bring()
    report = bring({"outlines.geojson": features(("w1", a_rectangle(36.60, 101.70, 36.61, 101.715)))})
    assert [warning.line for warning in report.warnings] == [1]


def test_neighbours_that_only_touch_and_grids_of_two_communities_are_no_overlap(bring):
    files = FILES | {
        "outlines.geojson": OUTLINES[:-2] + "," + features(("e1", a_rectangle(36.6, 101.7, 36.61, 101.71)))[43:]
    }
    report = bring(files)
    assert (report.errors, report.warnings, report.added) == ([], [], 15)


def test_an_import_is_in_the_audit_with_its_counts(bring):
    bring(actor_id=None)
    row = db.session.scalar(select(AuditRow))
    assert (row.action, row.facts) == ("places.imported", {"added": 14, "changed": 0})
