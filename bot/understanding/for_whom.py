"""Who is writing, whether this place is for them, and whether they ask for a person."""

from __future__ import annotations

from functools import cache

from bot.understanding.lexicon import FOLDER, Lexicon, lines_of
from bot.understanding.matching import Message, Span

# The commonest words, which alone say nothing.
_COMMON = frozenset(
    """a about after again all also am an and any are as at be been before being but by can could day did do does doing
    done dont down each for from get go going got had has have he her here hers him his how i if im in into is it its
    just know last like me more my new next no not now of off ok on once one only or other our out over please she so
    some still than thanks that the their them then there these they this time to today too under until up us very was
    we week well were what when where which who why will with would yes yet you your""".split()  # noqa: SIM905
)


_NOT_ASKING = frozenset(("rings", "calls", "called", "rang", "rung", "wants", "talks", "phones", "speaks", "needs"))
_REPORTING = frozenset(("says", "said", "told", "tells", "sed", "saying", "texted", "disclosed", "wrote", "ask"))


def _spans(message: Message, words: Lexicon, name: str) -> list[Span]:
    return message.spans.get(words.number.get(name, -1), [])


def asks_for_person(message: Message, words: Lexicon) -> bool:
    """Whether someone wants to talk with a person, in any words; what a child wants is not the practitioner's wish."""
    tokens = message.tokens
    for first, last in _spans(message, words, "PERSONWANTED"):
        if tokens[first].word in _NOT_ASKING:
            continue
        before = {t.word for t in tokens[max(0, first - 4) : first]}
        if before & {"she", "he", "mum", "dad", "they", "pupil", "wants", "girl", "boy"} and not before & {"i", "can"}:
            continue
        if before & {"didnt", "wont", "refuses", "doesnt", "wouldnt", "refusing", "not", "cant", "never", "dont"}:
            continue
        following = {t.word for t in tokens[last + 1 : last + 2]}
        if following & {"her", "him", "mum", "dad", "them", "parents", "family"}:
            continue
        return True
    return False


@cache
def _plain_words() -> frozenset[str]:
    text = (FOLDER / "not_misspelt.txt").read_text(encoding="utf-8")
    return frozenset(w for line, _ in lines_of(text) for w in line.split())


def _unintelligible(message: Message, words: Lexicon) -> bool:
    typed = [(t.word, root) for t, root in zip(message.tokens, message.stems, strict=True) if t.word.isalpha()]
    if not typed:
        return not any(t.word[0].isalnum() for t in message.tokens)
    common = sum(word in _COMMON for word, _ in typed)
    content = sum(
        len(word) > 1 and word not in _COMMON and (word in words.exact or root in words.stems or word in _plain_words())
        for word, root in typed
    )
    if len(typed) <= 3 and common + content:
        return False
    return (common + content) / len(typed) < 0.3 or (content == 0 and len(typed) >= 8)


def _first_person(message: Message, words: Lexicon) -> bool:
    tokens = message.tokens
    for name in ("FIRSTPERSONCHILD", "FIRSTPERSONPARENT"):
        for first, last in _spans(message, words, name):
            before = {t.word for t in tokens[max(0, first - 7) : first]}
            if before & _REPORTING:
                continue
            if tokens[first - 1].word in ("'", '"', "‘", "“", ":") and first:
                continue
            if not before & {"pupil", "pt", "caseload", "client", "she", "he"} and last >= first:
                return not _spans(message, words, "PUPILWORD")
    return False


def not_for_us(message: Message, words: Lexicon, anything: bool) -> str | None:
    """adult, not-practitioner, off-topic, unintelligible, or None. Never decides anything alone: it is asked about."""
    if _unintelligible(message, words):
        return "unintelligible"
    if _first_person(message, words):
        return "not-practitioner"
    about_children = bool(_spans(message, words, "CHILDSURE"))
    if _spans(message, words, "ADULTMATTER") and not about_children and _spans(message, words, "ADULTSURE"):
        return "adult"
    if _spans(message, words, "OFFTOPIC") and not anything and not _spans(message, words, "CHILDTOPIC"):
        return "off-topic"
    return None
