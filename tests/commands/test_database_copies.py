"""PostgreSQL's tools are called so that no list of processes shows a password, and no key reaches them."""

import pytest
from sqlalchemy import make_url

from app.commands.database_copies import CopyFailed, PostgresqlCopies, SqliteCopies, copies_of

URL = make_url("postgresql+psycopg://desk:geheim@db.example/desk?sslmode=require")


def a_tool(folder, name, does):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{does}\n", encoding="utf8")
    path.chmod(0o700)


def test_the_password_goes_by_the_environment_and_nothing_else_of_ours_does(tmp_path, monkeypatch):
    monkeypatch.setenv("SEAL_KEY", "the key of the seals")
    a_tool(tmp_path, "pg_dump", f'echo "$@" > {tmp_path}/words; env > {tmp_path}/given')
    PostgresqlCopies(URL, str(tmp_path))._run("pg_dump", URL, "--format=custom")
    words = (tmp_path / "words").read_text(encoding="utf8")
    assert words.split() == [
        "--no-password",
        "--dbname=postgresql://desk@db.example/desk?sslmode=require",
        "--format=custom",
    ]
    given = (tmp_path / "given").read_text(encoding="utf8")
    assert "PGPASSWORD=geheim" in given
    assert "SEAL_KEY" not in given


def test_what_a_tool_says_when_it_fails_is_told_without_phone_numbers(tmp_path):
    a_tool(
        tmp_path,
        "pg_dump",
        "echo 'pg_dump: error: aborting because of server version mismatch 13900000017' >&2; exit 1",
    )
    with pytest.raises(CopyFailed, match=r"pg_dump 没有成功：pg_dump: error: aborting .* 1\*{10}$"):
        PostgresqlCopies(URL, str(tmp_path))._run("pg_dump", URL)


def test_a_tool_that_says_nothing_is_told_by_its_exit_code(tmp_path):
    a_tool(tmp_path, "pg_restore", "exit 3")
    with pytest.raises(CopyFailed, match="pg_restore 没有成功：退出码 3"):
        PostgresqlCopies(URL, str(tmp_path))._run("pg_restore", URL)


def test_each_kind_of_database_has_its_own_way():
    assert isinstance(copies_of(URL), PostgresqlCopies)
    assert isinstance(copies_of(make_url("sqlite:///desk.sqlite")), SqliteCopies)
