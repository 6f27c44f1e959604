"""What a practitioner says of a thing: that it is so, may be so, is not so, was so once, or is about someone else.

In the manner of NegEx, clause by clause. A denial counts only from the practitioner; a parent's is "unclear". What
"not" means in "no explanation", "cannot rule out" or "not sure" is no denial of the injury itself: such words are
listed in `words/labels.txt`, class NO_DENIAL, and take nothing back.
"""

from __future__ import annotations

from bot.understanding.lexicon import Lexicon, Pattern
from bot.understanding.matching import Match, Message, Span
from bot.understanding.tokens import TURNS

REACH = 7  # words that a "no" reaches forward
REACH_VERB = 4  # and a "doesn't", which is about its own verb
REACH_BACK = 4  # words that "… not seen" reaches back
_SUBJECTS = frozenset(("he", "she", "they", "mum", "dad", "i", "it", "we", "who", "which", "daddy", "mummy", "says",
                       "said", "told"))  # fmt: skip
_VERBS = frozenset(("isnt", "wasnt", "hasnt", "havent", "hadnt", "didnt", "doesnt", "dont", "aint", "werent", "arent"))
_REPORTS = frozenset(("says", "said", "told", "tells", "thinks", "reports", "reported", "heard", "showed", "saw",
                      "rang", "texted", "sed", "sez", "swears", "reckons", "saying", "messaged"))  # fmt: skip
_PLAIN = Pattern(0, (), 0, False, "", "")
STRENGTH = {"stated": 4, "unclear": 3, "denied": 2, "past": 1, "other": 0}


class Labeller:
    """Reads the cues of one message once and labels each match."""

    def __init__(self, message: Message, words: Lexicon) -> None:
        self.message = message
        self.tokens = message.tokens
        numbers = words.number
        no_denial = self._covered(numbers, "NO_DENIAL")
        self.before = [s for s in self._spans(numbers, "DENIAL") if not self._inside(s, no_denial)]
        self.after = [s for s in self._spans(numbers, "DENIAL_AFTER") if not self._inside(s, no_denial)]
        self.told = self._spans(numbers, "PARENT_SAYS_NO")
        unexplained = self._spans(numbers, "NOEXPLAIN")  # "not sure how" is about the how
        self.hedges = [s for s in self._spans(numbers, "HEDGE") if not self._inside(s, unexplained)]
        self.past = self._spans(numbers, "PAST")
        self.past_all = self._spans(numbers, "PAST_ALL")
        self.present = self._spans(numbers, "PRESENT")
        self.others = self._spans(numbers, "OTHERS")
        self.others_all = self._spans(numbers, "OTHERS_ALL")
        self.cleared = self._spans(numbers, "CLEARED")

    def _spans(self, numbers: dict[str, int], name: str) -> list[Span]:
        return self.message.spans.get(numbers.get(name, -1), [])

    def _covered(self, numbers: dict[str, int], name: str) -> list[Span]:
        return self._spans(numbers, name)

    @staticmethod
    def _inside(span: Span, others: list[Span]) -> bool:
        return any(o[0] <= span[0] and span[1] <= o[1] for o in others)

    def _same_sentence(self, a: int, b: int) -> bool:
        return self.tokens[a].sentence == self.tokens[b].sentence

    def label(self, match: Match) -> str:
        """The label of one match."""
        denied = self._denied(match)
        if denied == "denied" and "never-denied" not in match.pattern.marks:
            return "denied"
        if self._elsewhere(match):
            return "other"
        if self._over(match):
            return "past"
        if denied == "unclear" or "unclear" in match.pattern.marks or self._hedged(match):
            return "unclear"
        return "stated"

    def label_of(self, place: Span) -> str:
        """The label of words that a tree listens for."""
        return self.label(Match(_PLAIN, place, (place,)))

    def queried(self, match: Match) -> bool:
        """Whether a query stands directly before the thing ("?FGM", "query overdose")."""
        first = match.core[0]
        return first > 0 and self.tokens[first - 1].word in ("?", "query", "queried", "suspected", "possible")

    def _denied(self, match: Match) -> str | None:
        core, parts = match.core, match.parts
        for cue in self.before:
            if any(p[0] <= cue[0] <= p[1] for p in parts):
                continue
            reach = REACH_VERB if self.tokens[cue[0]].word in _VERBS else REACH
            if cue[1] < core[0] and core[0] - cue[1] <= reach and self._clear_between(cue[1], core[0], cue):
                return "unclear" if self._from_a_parent(cue) else "denied"
        for cue in self.after:
            if any(p[0] <= cue[0] <= p[1] for p in parts):
                continue
            if cue[0] > core[1] and cue[0] - core[1] <= REACH_BACK and self._clear_between(core[1], cue[0], cue):
                return "unclear" if self._from_a_parent(cue) else "denied"
        for cue in self.told:
            near = core[0] - cue[1] if core[0] > cue[1] else cue[0] - core[1]
            if 0 < near <= 6 and self._same_sentence(cue[0], core[0]):
                return "unclear"
        return None

    def _clear_between(self, first: int, last: int, cue: Span) -> bool:
        if not self._same_sentence(first, last):
            return False
        between = self.tokens[first + 1 : last]
        if any(t.word in TURNS or t.word in (":", "(", ")", "so") for t in between):  # "no cot so baby sleeps with …"
            return False
        # A list goes on over commas ("no marks, burns or bruises"); a verb after the comma begins something new.
        if len(between) > 1 and any(t.word in _SUBJECTS for t in between):
            return False
        commas = [i for i, t in enumerate(between) if t.word in (",", "-", "–")]
        return not commas or len(between) <= 3 or len(between) - commas[-1] <= 3 and len(between) <= 6

    def _from_a_parent(self, cue: Span) -> bool:
        return any(0 <= cue[0] - t[1] <= 4 and self._same_sentence(t[0], cue[0]) for t in self.told)

    def _hedged(self, match: Match) -> bool:
        first, last = match.whole
        sentence = self.tokens[match.core[0]].sentence
        for cue in self.hedges:
            if self.tokens[cue[0]].sentence != sentence or any(p[0] <= cue[0] <= p[1] for p in match.parts):
                continue
            if -6 <= cue[0] - last <= 4 or first - 6 <= cue[1] <= last:
                return True
        return False

    def _over(self, match: Match) -> bool:
        if "never-past" in match.pattern.marks:
            return False
        first, last = match.whole
        sentence = self.tokens[match.core[0]].sentence
        if any(self.tokens[c[0]].sentence == sentence and c[0] - last >= -9 and c[1] - first <= 9
               and not any(p[0] <= c[0] <= p[1] for p in match.parts) for c in self.past):  # fmt: skip
            return not any(self.tokens[c[0]].sentence == sentence and abs(c[0] - match.core[0]) <= 6
                           for c in self.present)  # fmt: skip
        core = self.tokens[match.core[0]].sentence
        said = [self.tokens[c[0]].sentence for c in self.past_all]
        here = any(self.tokens[c[0]].sentence == core for c in self.present)
        return any(0 <= s - core <= 2 or core - s == 1 for s in said) and not here

    def _elsewhere(self, match: Match) -> bool:
        sentence = self.tokens[match.core[0]].sentence
        for cue in self.others:
            # "her friend says …" brings news of the child; "her friend has …" is about the friend.
            reports = any(t.word in _REPORTS for t in self.tokens[cue[1] + 1 : cue[1] + 4])
            near = self.tokens[cue[0]].sentence == sentence and 0 < match.core[0] - cue[1] <= 12
            if near and not reports:
                return True
        return bool(self.others_all)
