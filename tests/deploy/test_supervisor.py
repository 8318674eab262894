"""The supervisor keeps programs up, and leaves none behind."""

import os
import signal
import time

import pytest

from tests.deploy.watching import alive, free_port, wait_for


def ended(group, seconds=12):
    group.process.wait(seconds)
    wait_for(group.nobody_left, 5)


def test_a_killed_program_is_started_again_and_the_others_stay(group):
    one = group("run(sleeper(), sleeper('other'))")
    other = one.first("other")
    os.kill(one.first("sleeper"), signal.SIGKILL)
    second = one.nth("sleeper", 2)
    assert alive(second)
    assert alive(other)
    assert "sleeper was killed by SIGKILL; starting it again in 0.5 s" in one.said


def test_a_program_that_always_fails_is_started_ever_more_seldom(group):
    one = group("run(program('faulty', 'raise SystemExit(3)'))")
    wait_for(lambda: "in 4 s" in one.said, 15)
    waits = [line.rpartition(" in ")[2] for line in one.said.splitlines() if "ended with status 3" in line]
    assert waits == ["0.5 s", "1 s", "2 s", "4 s"]
    assert len(one.pids("faulty")) == 4


def test_each_line_carries_the_name_of_who_said_it(group):
    one = group("run(program('a', 'print(\"one\\\\ntwo\"); print(\"照明\"); import time; time.sleep(300)'), sleeper())")
    wait_for(lambda: "照明" in one.said)
    assert [line for line in one.said.splitlines() if line.startswith("a ")] == [
        "a       | one",
        "a       | two",
        "a       | 照明",
    ]


def test_the_last_words_without_a_line_end_are_heard(group):
    one = group("run(program('a', 'import sys; sys.stderr.write(\"no such table\"); sys.exit(1)'))")
    wait_for(lambda: "a | no such table\n" in one.said)


def test_the_doors_are_shown_once_and_only_when_every_port_answers(group):
    port = free_port()
    serve = f"h.test(h.SimpleHTTPRequestHandler, port={port}, bind='127.0.0.1')"
    slow = f"import time; time.sleep(1.5); import http.server as h; {serve}"
    one = group(f"run(sleeper(), program('slow', {slow!r}, port={port}))")
    one.first("slow")
    time.sleep(0.8)
    assert "ALL READY" not in one.said
    wait_for(lambda: "ALL READY" in one.said)
    os.kill(one.first("slow"), signal.SIGKILL)
    one.nth("slow", 2)
    time.sleep(2.5)
    assert one.said.count("ALL READY") == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_request_to_stop_stops_all_of_them(group, number):
    one = group("run(sleeper(), mother())")
    one.first("sleeper"), one.first("child")
    one.process.send_signal(number)
    ended(one, 5)
    assert one.process.returncode == 0


def test_who_does_not_listen_is_killed_within_ten_seconds(group):
    one = group("run(deaf(), sleeper())")
    wait_for(lambda: "deaf now" in one.said)
    before = time.monotonic()
    one.process.send_signal(signal.SIGTERM)
    ended(one)
    assert time.monotonic() - before < 10.5


def test_a_second_request_to_stop_does_not_wait(group):
    one = group("run(deaf())")
    wait_for(lambda: "deaf now" in one.said)
    before = time.monotonic()
    one.process.send_signal(signal.SIGTERM)
    time.sleep(0.3)
    one.process.send_signal(signal.SIGTERM)
    ended(one)
    assert time.monotonic() - before < 3


def test_when_the_supervisor_is_killed_its_programs_end_even_those_that_do_not_listen(group):
    one = group("run(deaf(), sleeper())")
    wait_for(lambda: "deaf now" in one.said)
    one.first("sleeper")
    one.process.send_signal(signal.SIGKILL)
    ended(one)


def test_what_a_program_had_started_ends_with_it_before_it_is_started_again(group):
    one = group("run(mother())")
    child = one.first("child")
    os.kill(one.first("mother"), signal.SIGKILL)
    wait_for(lambda: not alive(child))
    one.nth("mother", 2)


def test_when_nobody_reads_what_is_said_everything_stops(group):
    one = group("sys.stdout.flush(); r, w = os.pipe(); os.dup2(w, 1); os.close(w); os.close(r); run(sleeper())")
    ended(one)
