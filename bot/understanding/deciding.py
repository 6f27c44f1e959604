"""Rules and learned layer together: which hints count, what is raised that no rule named, which concern comes first.

A pattern marked `=> sure`, and every phrase of a tree, is a hit by itself. Every other pattern is a hint: it is heard
when the message as a whole speaks for it, and a hint alone is enough in a message that says little else.
"""

from __future__ import annotations

from bot.model import URGENCIES
from bot.understanding.hearing import RAISING, Heard, Listened, add_tree
from bot.understanding.learned import Model, Weighed, weigh
from bot.understanding.lexicon import Lexicon

TREE_OF = {
    "X-01": "medical-emergency", "X-02": "injury-not-mobile", "X-03": "physical-abuse", "X-04": "physical-abuse",
    "X-05": "physical-abuse", "X-06": "fgm", "X-07": "fgm", "X-08": "parental-mental-health", "X-09": "self-harm",
    "X-10": "perplexing-illness", "X-11": "sexual-abuse", "X-12": "child-exploitation", "X-13": "domestic-abuse",
    "X-14": "neglect", "X-15": "parental-substance-misuse", "X-16": "was-not-brought", "X-17": "worker-concern",
    "X-18": "concealed-pregnancy", "X-19": "radicalisation", "X-20": "no-access",
}  # fmt: skip
TREE_WEIGHT = 0.8  # how much the learned odds of a concern count beside what the rules heard


def decide(heard: Listened, words: Lexicon, use: Model | None) -> Weighed | None:
    """Settle hints, raise what the words as a whole tell of, and weigh the concerns. Changes `heard`."""
    if use is None:
        return None
    weighed = weigh(heard.message, heard.labeller, words, use)
    raising = [f for f in heard.flags.values() if f.label in RAISING]
    together = weighed.odds["urgent"] + use.hint * min(2, len(raising)) ** 0.7
    if together < use.raise_at:
        _leave_hints(heard)
    elif not raising:
        _ask(heard, weighed)
    if heard.urgency == "today" and weighed.odds["now"] > use.now_at:
        _sooner(heard, weighed)
    _weigh_trees(heard, weighed)
    return weighed


def _leave_hints(heard: Listened) -> None:
    """Hints without support raise nothing. Where the message denies, tells of the past or of others, they are asked as
    such before any other question; where it does none of these they are not heard."""
    cues = heard.labeller
    likely = "past" if cues.past or cues.past_all else "other" if cues.others else "denied" if cues.before else None
    for name, flag in list(heard.flags.items()):
        if flag.label in RAISING and not flag.sure:
            if label := flag.mentioned or likely:
                flag.label, flag.urgency = label, "none"
            else:
                del heard.flags[name]


def _quotes(heard: Listened, weighed: Weighed) -> list[str]:
    found = [_around(heard, first, last) for first, last in weighed.because]
    return list(dict.fromkeys(q for q in found if q.strip())) or [heard.message.text.strip()[:80]]


def _around(heard: Listened, first: int, last: int) -> str:
    """The words at a place and two on either side within its sentence: one word alone says nothing to a reader."""
    tokens = heard.message.tokens
    sentence = tokens[first].sentence
    while first > 0 and tokens[first - 1].sentence == sentence and last - first < 3:
        first -= 1
    while last + 1 < len(tokens) and tokens[last + 1].sentence == sentence and last - first < 5:
        last += 1
    return heard.message.quote(first, last)


def _ask(heard: Listened, weighed: Weighed) -> None:
    name = max((t for t in weighed.odds if t.startswith("X-")), key=lambda t: weighed.odds[t])
    flag = heard.flags.setdefault(name, Heard())
    for quote in _quotes(heard, weighed):
        flag.add(quote, "unclear", "today")
    heard.learned = name
    tree = max(
        (t for t in weighed.odds if t not in ("urgent", "now") and not t.startswith("X-")),
        key=lambda t: weighed.odds[t],
        default=TREE_OF[name],
    )
    if tree not in heard.trees:
        heard.guessed.add(tree)
    add_tree(heard, tree, flag.quotes[0], 0.5, "none")


def _sooner(heard: Listened, weighed: Weighed) -> None:
    """The words as a whole say that it is happening: the likeliest raised flag is for now."""
    raised = [n for n, f in heard.flags.items() if f.urgency != "none"]
    heard.flags[max(raised, key=lambda n: weighed.odds.get(n, -9.0))].urgency = "now"


def _weigh_trees(heard: Listened, weighed: Weighed) -> None:
    for tree, odds in weighed.odds.items():
        if tree in ("urgent", "now") or tree.startswith("X-"):
            continue
        if tree in heard.trees:
            heard.trees[tree].score += TREE_WEIGHT * odds
        elif odds > 0.0:
            places = weighed.because or ((0, 0),)
            quote = _around(heard, *places[0]) if heard.message.tokens else heard.message.text.strip()
            heard.guessed.add(tree)
            heard.trees[tree] = Heard([quote] if quote else [], "unclear", "none", TREE_WEIGHT * odds)


def ranked(heard: Listened) -> list[tuple[str, Heard]]:
    """The concerns, gravest first: those that an urgent flag tells of, then by how much was said."""
    return sorted(
        heard.trees.items(), key=lambda t: (-(t[1].score + 1.5 * (URGENCIES.index(t[1].urgency) > 0)), t[0])
    )
