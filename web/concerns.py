"""The concerns of the home page, in groups a practitioner can scan; what no group names stands last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import Tree

GROUPS = (
    (
        "Injury and harm",
        "injury-not-mobile physical-abuse sexual-abuse emotional-abuse harmful-sexual-behaviour fgm "
        "forced-marriage-and-belief perplexing-illness",
    ),
    (
        "Care at home",
        "neglect was-not-brought housing-and-money no-access young-carer disabled-child private-fostering",
    ),
    (
        "Parents and other adults",
        "domestic-abuse parental-mental-health parental-substance-misuse adult-only worker-concern",
    ),
    ("Before birth and babies", "unborn-baby concealed-pregnancy medical-emergency"),
    ("Older children and teenagers", "child-exploitation missing-child self-harm online-harm radicalisation"),
    ("Notices, help and sharing", "police-notification early-help may-i-share not-on-the-list"),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Concerns that belong together on the page."""

    name: str
    trees: tuple[Tree, ...]


def groups(trees: Iterable[Tree]) -> list[Group]:
    """The trees in their groups, each in the order of the group; empty groups are left out."""
    left = {tree.id: tree for tree in trees}
    found = []
    for name, ids in GROUPS:
        found.append(Group(name, tuple(left.pop(tree) for tree in ids.split() if tree in left)))
    if left:
        others = tuple(sorted(left.values(), key=lambda tree: tree.title))
        found.append(Group("Other concerns", others))
    return [group for group in found if group.trees]
