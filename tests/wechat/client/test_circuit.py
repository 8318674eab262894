"""The circuit breaker."""

import pytest

from wechat.client import CircuitOpen, Unreachable
from wechat.client.circuit import Circuit, Circuits


class HandClock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def broken(clock: HandClock) -> Circuit:
    circuit = Circuit("/x", threshold=3, cool_s=30.0, clock=clock)
    for _ in range(3):
        circuit.admit()
        circuit.note(succeeded=False)
    return circuit


def test_it_stays_closed_below_the_threshold() -> None:
    circuit = Circuit("/x", threshold=3)
    for _ in range(2):
        circuit.note(succeeded=False)
    circuit.admit()


def test_a_success_starts_the_count_anew() -> None:
    circuit = Circuit("/x", threshold=3)
    for succeeded in (False, False, True, False, False):
        circuit.note(succeeded)
    circuit.admit()


def test_it_opens_after_failures_in_a_row_and_says_how_long() -> None:
    clock = HandClock()
    circuit = broken(clock)
    clock.now += 10
    with pytest.raises(CircuitOpen) as refusal:
        circuit.admit()
    assert refusal.value.wait_s == pytest.approx(20.0)
    assert isinstance(refusal.value, Unreachable)


def test_after_cooling_one_try_is_let_through_and_no_second_one() -> None:
    clock = HandClock()
    circuit = broken(clock)
    clock.now += 30
    circuit.admit()
    with pytest.raises(CircuitOpen):
        circuit.admit()


def test_a_try_that_succeeds_closes_it_and_one_that_fails_keeps_it_open() -> None:
    clock = HandClock()
    circuit = broken(clock)
    clock.now += 30
    circuit.admit()
    circuit.note(succeeded=False)
    clock.now += 29
    with pytest.raises(CircuitOpen):
        circuit.admit()
    clock.now += 1
    circuit.admit()
    circuit.note(succeeded=True)
    circuit.admit()
    circuit.admit()


def test_each_path_has_a_circuit_of_its_own() -> None:
    circuits = Circuits()
    assert circuits.of("/a") is circuits.of("/a")
    assert circuits.of("/a") is not circuits.of("/b")
