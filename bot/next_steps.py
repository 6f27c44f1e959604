"""What to do now besides the first step: who rings, what to say, consent, what comes next, what to watch for.

Which sentence is due follows from the outcome and the answers; the sentences and the passages they rest on stand
in knowledge/. Where something local is missing, the sentence says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.content import Content
from bot.model import COMMON
from bot.routes import organisation_of

# Concerns and features where telling the family first can raise the danger (pathways.md#consent, safety rules).
ADVICE_FIRST_CONCERNS = frozenset({"C05", "C11", "C12", "C19", "C28"})
ADVICE_FIRST_FLAGS = frozenset({"X-04", "X-06", "X-07", "X-10", "X-11", "X-12"})
FEARED_CONCERNS, FEARED_FLAGS = frozenset({"C06"}), frozenset({"X-13"})


@dataclass(frozen=True, slots=True)
class Section:
    """One plain heading, its sentences, words that can be said aloud, and the passages behind them."""

    name: str
    heading: str
    says: tuple[str, ...]
    aloud: tuple[str, ...] = ()
    cites: tuple[str, ...] = ()


def sections(slots: Mapping[str, Any], outcome: Mapping[str, Any], content: Content) -> list[Section]:
    """Everything to know about acting on this outcome, in the order it is needed."""
    kind = kind_of(outcome)
    worker = slots.get(f"{COMMON}/flag-worker") == "Yes"
    found = [_ringing(kind, slots, content), _consent(kind, slots, content)]
    if kind != "other" or worker:
        found.append(_next(kind, slots, content))
    if kind not in ("early", "other"):
        words = content.phrases
        found.append(
            Section(
                "refused",
                "If the front door says no",
                (words["no-thanks"], words["no-thanks-missing"]),
                (),
                ("pathways.md#disagreement",),
            )
        )
    if kind in ("early", "support"):
        found.append(_early_help(slots, content))
    return [_known(section, content) for section in [*found, _watch(content)]]


def kind_of(outcome: Mapping[str, Any]) -> str:
    """protect, unsettled (could be protection), support, early, or other where no level is given."""
    low, high = outcome.get("at_least"), outcome.get("at_most")
    if low is None:
        return "other"
    if low == "4-CP":
        return "protect"
    if high == "4-CP":
        return "unsettled"
    return "support" if high in ("3", "4-CIN") else "early"


def _ringing(kind: str, slots: Mapping[str, Any], content: Content) -> Section:
    words = content.phrases
    says: tuple[str, ...]
    cites: tuple[str, ...]
    if kind == "early":
        says, cites = ("who-rings-early", "form-early"), ("early_help.md#eha",)
    elif kind == "support":
        says = ("who-rings-today", "say-support", "form-support")
        cites = ("pathways.md#what-you-will-be-asked", "pathways.md#ways")
    elif kind == "other":
        says = ("who-rings-today",)
        cites = ("pathways.md#what-you-will-be-asked", "pathways.md#lado", "pathways.md#sharing-asked")
    else:
        now = "who-rings" if slots["urgency"] == "now" or kind == "protect" else "who-rings-today"
        says = (now, "say-referral", "form-protect")
        cites = ("pathways.md#what-you-will-be-asked", "pathways.md#ways")
    return Section("ready", "Who rings, what to say and have ready", tuple(words[s] for s in says), (), cites)


def _consent(kind: str, slots: Mapping[str, Any], content: Content) -> Section:
    """Consent as safety orders it: advice first where telling is a danger, then by level; a refusal lowers nothing."""
    words, cites = content.phrases, ["pathways.md#consent"]
    says: list[str] = []
    aloud: list[str] = []
    quiet = advice_first(slots, content)
    if quiet:
        says.append(words["consent-advice-first"])
    if feared(slots, content):
        says.append(words["consent-never-the-other"])
    if kind in ("protect", "other"):
        says.append(words["consent-protect"])
        aloud += [words["consent-protect-words"]] if kind == "protect" else []
    elif kind == "unsettled":
        says += [words["consent-unsettled"], words["consent-protect"]]
    else:
        says.append(words["consent-support"])
        aloud.append(words["consent-support-words"])
    if slots.get(f"{COMMON}/family-agrees") == "Refused":
        says.append(words["consent-refused"])
        cites.append("pathways.md#consent-refused")
    return Section("consent", "Agreement, and what to tell the family", tuple(says), () if quiet else tuple(aloud),
                   tuple(cites))


def advice_first(slots: Mapping[str, Any], content: Content) -> bool:
    """Whether a word to the family before advice could raise the danger, or alert somebody."""
    return _turns_on(slots, content, ADVICE_FIRST_CONCERNS, ADVICE_FIRST_FLAGS) or (
        slots.get(f"{COMMON}/family-agrees") == "Not asked, it was not safe to"
    )


def feared(slots: Mapping[str, Any], content: Content) -> bool:
    """Whether there is somebody who must not learn what was said."""
    return _turns_on(slots, content, FEARED_CONCERNS, FEARED_FLAGS) or slots.get(f"{COMMON}/adult-abuse") == "Yes"


def _turns_on(slots: Mapping[str, Any], content: Content, concerns: frozenset[str], flags: frozenset[str]) -> bool:
    heard = [c["tree"] for c in slots["concerns"]]
    covered = {c for t in (*slots["chosen"], *heard) if t in content.trees for c in content.trees[t].covers}
    confirmed = {
        f.flag for f in content.common.red_flags if slots.get(f"{COMMON}/{f.next}") == "Yes" and f.flag in flags
    }
    return bool(concerns & covered or confirmed or flags & {f["id"] for f in slots["red_flags"]})


def _next(kind: str, slots: Mapping[str, Any], content: Content) -> Section:
    if kind == "early":
        return Section("next", "What happens next, and by when", (content.phrases["next-early"],), (),
                       ("early_help.md#taf",))
    return Section("next", "What happens next, and by when", tuple(_when(slots, content)), (),
                   ("pathways.md#after-referral", "pathways.md#timescales"))


def _when(slots: Mapping[str, Any], content: Content) -> Iterator[str]:
    words = content.phrases
    if slots.get(f"{COMMON}/flag-worker") == "Yes":
        yield words["next-lado"]
    yield words["next-referral"]
    councils = {slots.get(f"{COMMON}/{q}") for q in ("council-now", "council-lives")}
    if "Derby" in councils:
        yield words["next-derby"]
    if "Derbyshire" in councils:
        yield words["next-derbyshire"]


def _early_help(slots: Mapping[str, Any], content: Content) -> Section:
    organisation = organisation_of(slots, content.guidance)
    own = organisation is not None and organisation.key == "dchs"
    council = {"Derby": "early_help.md#derby", "Derbyshire": "early_help.md#derbyshire"}
    here = council.get(str(slots.get(f"{COMMON}/council-lives")))
    words = content.phrases
    says = (words["form-early"], words["next-early"], *((words["plus-words"],) if own else ()))
    cites = ("early_help.md#eha", "early_help.md#taf", *(("early_help.md#universal-plus",) if own else ()))
    return Section("early-help", "Early help: the assessment, who leads, the team around the family", says, (),
                   (*cites, *((here,) if here else ())))


def _watch(content: Content) -> Section:
    words = content.phrases
    return Section("watch", "What to watch for, and when to come back", (words["watch-general"], words["watch-when"]))


def _known(section: Section, content: Content) -> Section:
    """Another partnership's knowledge may lack a passage: then it is not cited."""
    cites = tuple(c for c in section.cites if c in content.guidance.passages)
    return Section(section.name, section.heading, section.says, section.aloud, cites)
