"""The mini-program's source passes its checks and builds; a fault in it is named with its file and line."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .conftest import FIXTURE, WECHAT

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A copy of the small mini-program, to put a fault into."""
    return Path(shutil.copytree(FIXTURE, tmp_path / "source"))


def append(path: Path, text: str) -> int:
    """Add a line at the end and return its number."""
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, text, ""]), encoding="utf-8")
    return len(lines) + 1


def test_the_mini_program_passes_the_rules_and_compilers_of_wechat(run_node: Run) -> None:
    result = run_node("tools/check")
    assert result.returncode == 0, result.stderr


def test_the_mini_program_builds_for_the_browser(run_node: Run, tmp_path: Path) -> None:
    result = run_node("tools/build", "miniprogram", str(tmp_path / "dist"))
    assert result.returncode == 0, result.stderr
    built = {path.name for path in (tmp_path / "dist").iterdir()}
    assert {"index.html", "app.js", "app.css", "base.css", "runtime", "builtins", "wx", "vendor"} <= built


def test_the_package_names_its_commands(run_node: Run) -> None:
    result = run_node("-p", "Object.entries(require('./package.json').scripts).join(';')")
    assert result.stdout.strip() == "build,node tools/build;check,node tools/check"


def test_the_lock_file_names_no_registry() -> None:
    assert "resolved" not in (WECHAT / "package-lock.json").read_text(encoding="utf-8")


def test_only_the_config_differs_in_the_browser() -> None:
    assert [path.name for path in (WECHAT / "web" / "overrides").rglob("*")] == ["config.js"]


def test_the_small_mini_program_passes(run_node: Run, source: Path) -> None:
    result = run_node("tools/check", str(source))
    assert result.returncode == 0, result.stderr


BUILD_FAULTS = [
    ("pages/home/home.wxml", "<view wx:if='{{a'></view>", "pages/home/home.wxml:{line} "),
    ("pages/home/home.wxml", "<videe />", "pages/home/home.wxml:{line} <videe> is neither a component"),
    ("pages/home/home.wxml", '<view style="width: 10rpx" />', "pages/home/home.wxml:{line} rpx inside style"),
    (
        "pages/home/home.wxml",
        '<image src="../a.png" />',
        "pages/home/home.wxml:{line} write the address of an image from the root",
    ),
    ("pages/home/home.wxss", "@import './gone.wxss';", "pages/home/home.wxss:{line} @import ./gone.wxss is not there"),
    ("pages/home/home.wxss", ".a { color: red", "pages/home/home.wxss:{line} has a {{ that is never closed"),
    ("pages/home/home.wxss", "}", "pages/home/home.wxss:{line} has a }} without its {{"),
    ("pages/home/home.js", "const broken = (", "pages/home/home.js:"),
    ("pages/home/home.js", "require('../gone')", "pages/home/home.js:{line} require('../gone') leads to no file"),
    ("pages/home/home.js", "import a from './a'", "pages/home/home.js:{line} uses import or export"),
]


@pytest.mark.parametrize(("file", "fault", "said"), BUILD_FAULTS, ids=[fault for _, fault, _ in BUILD_FAULTS])
def test_the_build_names_a_fault_and_leaves_the_old_build(
    run_node: Run, source: Path, file: str, fault: str, said: str
) -> None:
    out = source.parent / "dist"
    out.mkdir()
    (out / "old.txt").touch()
    line = append(source / file, fault)
    result = run_node("tools/build", str(source), str(out))
    assert result.returncode == 1
    assert said.format(line=line) in result.stderr
    assert [path.name for path in out.iterdir()] == ["old.txt"]


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (
            '"pages/gate/gate"',
            '"pages/gone/gone"',
            "app.json names pages/gone/gone, but pages/gone/gone.wxml and pages/gone/gone.js is missing",
        ),
        ('"pages/notes/notes"', '"pages/gone/gone"', "app.json names desk/pages/gone/gone"),
        ('"pagePath": "pages/form/form"', '"pagePath": "pages/none/none"', "app.json tabBar names pages/none/none"),
        ('"tabBar": {', '"tabBar": {{', "app.json:"),
    ],
)
def test_the_build_names_what_app_json_gets_wrong(
    run_node: Run, source: Path, before: str, after: str, said: str
) -> None:
    app = source / "app.json"
    app.write_text(app.read_text(encoding="utf-8").replace(before, after), encoding="utf-8")
    result = run_node("tools/build", str(source), str(source.parent / "dist"))
    assert result.returncode == 1
    assert said in result.stderr


def test_the_build_says_when_there_is_no_mini_program(run_node: Run, tmp_path: Path) -> None:
    result = run_node("tools/build", str(tmp_path / "nothing"), str(tmp_path / "dist"))
    assert result.returncode == 1
    assert "app.json is missing" in result.stderr


CHECK_FAULTS = [
    ("pages/home/home.js", "window.alert(1)", "pages/home/home.js:{line} a phone has no window"),
    ("pages/home/home.js", "document.title = ''", "pages/home/home.js:{line} a phone has no window, document"),
    ("pages/home/home.js", "const h = { innerHTML: 1 }", "pages/home/home.js:{line} a phone has no innerHTML"),
    ("pages/home/home.js", "fetch('/x')", "pages/home/home.js:{line} a phone has no fetch"),
    ("pages/home/home.js", "export const a = 1", "pages/home/home.js:{line} uses import or export"),
    ("words/words.wxs", "var f = (a) => a", "words/words.wxs:{line} WXS knows ES5 only"),
    ("pages/home/home.wxml", '<view style="width: 10rpx" />', "pages/home/home.wxml:{line} rpx inside style"),
    (
        "pages/home/home.wxss",
        ".a { background: url(/images/a.png); }",
        "pages/home/home.wxss:{line} WXSS shows no image",
    ),
    ("pages/home/home.json", "}", "pages/home/home.json:"),
    ("pages/home/home.wxml", "<view wx:for='{{[1}}'></view></text>", "pages/home/home.wxml"),
    ("pages/home/home.wxss", ".a { color: red; }}", "pages/home/home.wxss"),
]


@pytest.mark.parametrize(("file", "fault", "said"), CHECK_FAULTS, ids=[fault for _, fault, _ in CHECK_FAULTS])
def test_the_check_names_what_a_phone_would_refuse(
    run_node: Run, source: Path, file: str, fault: str, said: str
) -> None:
    line = append(source / file, fault)
    result = run_node("tools/check", str(source))
    assert result.returncode == 1
    assert said.format(line=line) in result.stderr


def test_the_check_knows_a_name_of_our_own_from_the_browsers(run_node: Run, source: Path) -> None:
    append(
        source / "pages/home/home.js", "function title(document) { return document.title } // window.open is not called"
    )
    result = run_node("tools/check", str(source))
    assert result.returncode == 0, result.stderr
