"""Whatever people try at whatever time, with all the everyday actions: what is always true stays true."""

from collections import Counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import BY_ACTION
from tests.work_orders.state_machine.town import Town


def test_whatever_people_try_what_is_always_true_stays_true(app, moving):
    done: Counter[Action] = Counter()
    town = type("TravellingTown", (Town,), {"traveller": moving, "done": done})
    run_state_machine_as_test(
        town,
        settings=settings(
            max_examples=8,
            stateful_step_count=60,
            derandomize=True,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    # Refusals alone would prove little: nearly every action there is must really have been taken.
    assert len(done) > 0.85 * len(BY_ACTION)
