"""Whatever people try at whatever time, with all the everyday actions: what is always true stays true."""

from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import BY_ACTION
from tests.work_orders.state_machine.offices import OF_OFFICES, TownWithOffices
from tests.work_orders.state_machine.town import Town


def test_whatever_people_try_what_is_always_true_stays_true(app, moving):
    done = tried(Town, moving)
    # Refusals alone would prove little: nearly every action there is must really have been taken.
    assert len(done) > 0.85 * len(BY_ACTION)


def test_whatever_offices_try_what_is_always_true_stays_true(app, moving):
    done = tried(TownWithOffices, moving)
    assert len(done.keys() & OF_OFFICES.keys()) > 0.85 * len(OF_OFFICES)


def tried(town: type[Town], moving: Any) -> Counter[Action]:
    """Let the town live; returns how often each action was really taken."""
    done: Counter[Action] = Counter()
    travelling = type("TravellingTown", (town,), {"traveller": moving, "done": done})
    run_state_machine_as_test(
        travelling,
        settings=settings(
            max_examples=8,
            stateful_step_count=60,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return done
