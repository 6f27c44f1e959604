"""The review desk: finding and reading logged conversations, drawing samples, auditing them, learning from it.

Every search, every reading with its reason, and every export is recorded before anything is shown.
"""

from __future__ import annotations

from web.review import audits, differing, exporting, find, overview, reading_one, replay, samples
from web.review.room import blueprint, desk

# Each puts its addresses on the room's two blueprints.
PAGES = (
    find,
    reading_one,
    replay,
    samples,
    audits,
    overview,
    differing,
    exporting,
)
__all__ = ["PAGES", "blueprint", "desk"]
