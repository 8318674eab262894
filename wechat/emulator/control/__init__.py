"""`/_emu/*`: play the phones, move the clock, order faults; one module by subject."""

from . import accounts, consents, faults, moderation, openings, phones, pushes, switches, time_travel, tokens
from .door import control

__all__ = [
    "accounts",
    "consents",
    "control",
    "faults",
    "moderation",
    "openings",
    "phones",
    "pushes",
    "switches",
    "time_travel",
    "tokens",
]
