"""What the tests need of the machine is installed where that is possible, and named where it is not."""

import pytest

from deploy import browser


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with nothing but these programs; gives a function that adds one."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def has(name: str, text: str = "") -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)

    return has


def test_a_browser_and_a_chinese_font_are_enough(machine):
    machine("chromium")
    machine("fc-list", "echo WenQuanYi Zen Hei")
    assert browser.missing() == []
    assert browser.main() == 0


def test_a_font_list_without_chinese_is_not(machine):
    machine("google-chrome")
    machine("fc-list")
    assert browser.missing() == ["fonts-wqy-zenhei"]


def test_without_the_right_to_install_one_sentence_names_the_packages(machine, monkeypatch, capsys):
    machine("apt-get")
    monkeypatch.setattr(browser.os, "geteuid", lambda: 1000)
    assert browser.main() == 1
    assert capsys.readouterr().err == (
        "The tests need Chromium and a Chinese font: please install chromium-headless-shell fonts-wqy-zenhei.\n"
    )


def test_root_gets_them_by_apt_with_fresh_lists(machine, monkeypatch, tmp_path):
    machine("fc-list")
    browser_file, fonts = tmp_path / "chromium-headless-shell", tmp_path / "fc-list"
    bring = f"echo > {browser_file}; /bin/chmod 755 {browser_file}; echo 'echo font' >> {fonts}"
    machine("apt-get", f'echo "$*" >> {tmp_path / "apt.txt"}; [ "$1" = -qq ] || {{ {bring}; }}')
    monkeypatch.setattr(browser.os, "geteuid", lambda: 0)
    assert browser.main() == 0
    update, install = (tmp_path / "apt.txt").read_text().splitlines()
    assert update == "-qq update"
    assert install.startswith("install ")
    assert install.endswith("chromium-headless-shell fonts-wqy-zenhei")
