"""The people of practice mode: invented posts, no names, one for each role, and some of a role twice."""

from __future__ import annotations

from dataclasses import dataclass

ASKS = frozenset({"practitioner", "gp"})  # who asks for advice
RESTRICTED = "restricted"  # may read records that are restricted
ROLES = ("practitioner", "gp", "specialist", "reviewer", "author")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in: who they are, what they may do and for whom they work."""

    id: str
    name: str
    role: str
    organisation: str
    rights: frozenset[str] = frozenset()  # what they may do beyond their role: RESTRICTED

    @property
    def asks(self) -> bool:
        """Whether this person asks for advice (a practitioner or a GP)."""
        return self.role in ASKS

    @property
    def asker(self) -> dict[str, str]:
        """Who asks, as the record keeps it."""
        return {
            "person": self.id,
            "name": self.name,
            "role": self.role,
            "organisation": self.organisation,
        }


PRACTICE = {
    person.id: person
    for person in (
        Person("practitioner", "Practice health visitor", "practitioner", "dchs"),
        Person("gp", "Practice GP", "gp", "gp-practice"),
        Person("specialist", "Practice specialist", "specialist", "dchs"),
        Person("reviewer", "Practice reviewer", "reviewer", "dchs"),
        Person("second-reviewer", "Practice second reviewer", "reviewer", "dhcft"),
        Person("author", "Practice Named nurse", "author", "dchs"),
        Person("colleague", "Practice colleague", "specialist", "dchs"),
        Person("senior", "Practice head of safeguarding", "specialist", "dchs", frozenset({RESTRICTED})),
    )
}


def known(person_id: object) -> Person | None:
    """The practice person of this id, or None."""
    return PRACTICE.get(person_id) if isinstance(person_id, str) else None
