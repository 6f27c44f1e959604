"""Rules and learned layer together: which hints count, what is raised that no rule named, which concern comes first.

A pattern marked `=> sure`, and every phrase of a tree, is a hit by itself, unless the message as a whole speaks clearly
against it. Every other pattern is a hint: it is heard when the message as a whole speaks for it, and a hint alone is
enough in a message that says little else. Stated it is only where the whole message supports that. What the message
denies, tells of the past or of others, is heard as such and asked about.
"""

from __future__ import annotations

from math import inf, log

from bot.model import MILD
from bot.understanding.hearing import RAISING, Heard, Listened, add_tree, listen
from bot.understanding.learned import Model, Weighed, is_tree, weigh
from bot.understanding.lexicon import Lexicon, lexicon
from bot.understanding.quoting import sentence_of
from bot.understanding.reassuring import without_reassurance, without_what_is_denied

TREE_OF = {
    "X-01": "medical-emergency", "X-02": "injury-not-mobile", "X-03": "physical-abuse", "X-04": "physical-abuse",
    "X-05": "physical-abuse", "X-06": "fgm", "X-07": "fgm", "X-08": "parental-mental-health", "X-09": "self-harm",
    "X-10": "perplexing-illness", "X-11": "sexual-abuse", "X-12": "child-exploitation", "X-13": "domestic-abuse",
    "X-14": "neglect", "X-15": "parental-substance-misuse", "X-16": "was-not-brought", "X-17": "worker-concern",
    "X-18": "concealed-pregnancy", "X-19": "radicalisation", "X-20": "no-access",
}  # fmt: skip
# Log odds, chosen on messages held out of the training (`python -m bench.train_understanding --cross`).
RULES, MOST_BY_RULES = 1.5, 2.5  # how much what the rules heard of a concern counts beside its learned odds
UNTRAINED = -4.0  # odds of a concern that no model knows
NAMED, GUESSED = -5.0, -4.5  # a concern that the rules heard is named; one that they did not is guessed
LIKELY = -1.5  # a guess is good enough to open a conversation with
URGENT = 0.5  # what an urgent flag adds to its concern
DROP = -1.0  # a hint whose own odds are below this is not heard beside one that is supported
ASK_ALSO = -1.5  # a red flag is asked about beside others that were heard
HARDLY = -4.5  # below this, a mere hint is not taken for something denied, past or another person's
SPEAKS_AGAINST = -2.0  # below this at the gate, even a sure hit is a look-alike: of 1,025 of them 16 were urgent
SURELY_CALM = -5.0  # below this at the gate, it is not reassurance that keeps a message calm (263 of 263 were above)
STATED = -2.5  # below this, a mere hint is not taken for stated but for unclear
HAPPENING, SURELY = -4.0, -1.5  # of now: below these a mere hint of it is for today, and is unclear
MENTION, LIKELIEST = -2.5, -3.0  # a red flag was denied, is past or is another person's; the likeliest where none is
DANGER, ASKED_ANYWAY = "X-01", 0.0  # danger is the first question of every conversation: seldom asked about twice
PERSON = -3.0  # somebody asks for a person
WHO = {"adult": -3.0, "not-practitioner": -2.5, "off-topic": -3.0, "unintelligible": -3.0}  # it may not be for us
WORDS = 4  # a message of fewer words is for the rules alone
FEW, SURER = 9, 1.5  # in fewer words than these, a concern that no rule heard must be LIKELY, who writes surer
MOST_CONCERNS = 3  # guessed ones only fill up to these
MOST_ASKED = 3  # red flags that only the learned layer asks about


def decide(heard: Listened, words: Lexicon, use: Model | None) -> Weighed | None:
    """Settle hints, raise what the words as a whole tell of, and weigh the concerns. Changes `heard`."""
    if use is None:
        return None
    weighed = weigh(heard, words, use)
    settle(heard, weighed, use)
    return weighed


def settle(heard: Listened, weighed: Weighed, use: Model) -> None:
    """What the odds make of what was heard. Changes `heard`."""
    if len(heard.message.stems) >= WORDS:
        told = signs(heard, weighed.odds)
        raised = use.gate("raise", told)
        if SURELY_CALM < raised < 0:
            raised = max(raised, _without_reassurance(heard, use), _without_denials(heard, use))
        if raised < 0:
            _leave_hints(heard, weighed, sure=raised < SPEAKS_AGAINST and not _stands_alone(heard, use))
        else:
            _ask(heard, weighed)
            _drop(heard, weighed)
            _hedge(heard, weighed)
            if heard.urgency == "today" and use.gate("now", told) > 0:
                _sooner(heard, weighed)
        _mention(heard, weighed)
    _weigh_trees(heard, weighed)


def _raised(alone: Listened, use: Model) -> float:
    """The odds that something is raised."""
    return use.gate("raise", signs(alone, weigh(alone, lexicon(), use).odds))


def _without_reassurance(heard: Listened, use: Model) -> float:
    """These odds of the message without the clauses that only reassure."""
    rest = without_reassurance(heard.message.text)
    return -inf if rest is None else _raised(listen(rest, lexicon()), use)


def _without_denials(heard: Listened, use: Model) -> float:
    """These odds without the denials that a "but" ends, where the rules hear something in what is left."""
    rest = without_what_is_denied(heard.message.text)
    if rest is None:
        return -inf
    alone = listen(rest, lexicon())
    return -inf if alone.urgency == "none" else _raised(alone, use)


def _stands_alone(heard: Listened, use: Model) -> bool:
    """Whether the sentence of a sure hit, read by itself, does not speak against it: reassuring words before or after
    take nothing back (safety, promise 3)."""
    for name, flag in heard.flags.items():
        for quote in flag.quotes if flag.sure else ():
            alone = listen(sentence_of(heard.message.text, quote), lexicon())
            alone.flags.setdefault(name, flag)
            if _raised(alone, use) >= SPEAKS_AGAINST:
                return True
    return False


def signs(heard: Listened, odds: dict[str, float]) -> dict[str, float]:
    """What the gates weigh: the learned odds of the gravest things, and what the rules heard."""
    raising = {n: f for n, f in heard.flags.items() if f.label in RAISING}
    by_flag = sorted((odds.get(n, -5.0) for n in TREE_OF), reverse=True)
    return {
        "urgent": odds["urgent"],
        "now": odds["now"],
        "flag": by_flag[0],
        "second": by_flag[1],
        "net": max(odds.get(n, -5.0) - max(0.0, odds.get(f"not:{n}", -5.0)) for n in TREE_OF),
        **{label: odds.get(label, -5.0) for label in MILD},
        "hit": float(bool(raising)),
        "hits": float(min(3, len(raising))),
        "sure": float(any(f.sure for f in raising.values())),
        "agreed": max((odds.get(n, -5.0) for n in raising), default=-5.0),
        "now-hit": float(heard.urgency == "now"),
        "long": log(1 + len(heard.message.text)),
    }


def _label(weighed: Weighed) -> str:
    """How the message most likely puts what it does not say to be so."""
    return max(MILD, key=lambda label: weighed.odds.get(label, -9.0))


def _leave_hints(heard: Listened, weighed: Weighed, sure: bool) -> None:
    """Hints without support raise nothing, nor do sure hits (`sure`) that the whole message speaks against. Where the
    message denies, tells of the past or of others, they are asked as such before any other question; where it does none
    of these they are not heard."""
    cues = heard.labeller
    cued = "past" if cues.past or cues.past_all else "other" if cues.others else "denied" if cues.before else None
    likely = _label(weighed) if weighed.odds.get(_label(weighed), -9.0) > 0 else cued
    for name, flag in list(heard.flags.items()):
        if flag.label in RAISING and (sure or not flag.sure):
            label = flag.mentioned or (likely if weighed.odds.get(f"not:{name}", 0.0) > HARDLY else None)
            if label:
                flag.label, flag.urgency = label, "none"
            else:
                del heard.flags[name]


def _quotes(heard: Listened, weighed: Weighed, target: str) -> list[str]:
    places = weighed.because(target) or weighed.because("urgent")
    found = [_around(heard, first, last) for first, last in places]
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
    """Ask about the red flags that the words as a whole tell of and no rule heard; at least one stands."""
    odds = weighed.odds
    raising = [n for n, f in heard.flags.items() if f.label in RAISING]
    likely = sorted((n for n in TREE_OF if n in odds), key=lambda n: -odds[n])
    wanted = [n for n in likely if odds[n] > ASK_ALSO and n not in raising][:MOST_ASKED]
    if not raising and not wanted:
        wanted = likely[:1]
    for name in wanted:
        flag = heard.flags.setdefault(name, Heard())
        for quote in _quotes(heard, weighed, name):
            flag.add(quote, "unclear", "today")
        heard.learned.add(name)
    if wanted and not raising:
        tree = max((t for t in odds if is_tree(t)), key=lambda t: odds[t], default=TREE_OF[wanted[0]])
        if tree not in heard.trees:
            heard.guessed.add(tree)
        add_tree(heard, tree, heard.flags[wanted[0]].quotes[0], 0.5, "none")


def _drop(heard: Listened, weighed: Weighed) -> None:
    """Beside a red flag that the whole message supports, a mere hint that it speaks against is not heard."""
    odds = weighed.odds
    raising = [n for n, f in heard.flags.items() if f.label in RAISING]
    if max((odds.get(n, -9.0) for n in raising), default=-9.0) < 0:
        return
    for name in raising:
        if not heard.flags[name].sure and heard.flags[name].urgency != "now" and odds.get(name, 0.0) < DROP:
            del heard.flags[name]


def _hedge(heard: Listened, weighed: Weighed) -> None:
    """A hint says what may be meant. That it is stated, and that it is happening now, the whole message must support:
    "cuts her arms sometimes" may be, "cut her arms, needs stitches" is. Both are acted on (safety: unclear counts)."""
    odds = weighed.odds
    for name, flag in heard.flags.items():
        if flag.sure or flag.label not in RAISING:
            continue
        if min(odds.get("stated", 0.0), odds.get(name, 0.0)) < STATED:
            flag.label = "unclear"
        if flag.urgency == "now" and odds["now"] < SURELY:
            flag.label = "unclear"
            flag.urgency = "now" if odds["now"] > HAPPENING else "today"


def _mention(heard: Listened, weighed: Weighed) -> None:
    """What is denied, past or another person's is quoted and asked, also where no rule heard it; a mere hint of it that
    the whole message speaks against is not."""
    odds = weighed.odds
    for name, flag in list(heard.flags.items()):
        if flag.label in MILD and not flag.sure and max(odds.get(name, 0.0), odds.get(f"not:{name}", 0.0)) < HARDLY:
            del heard.flags[name]
    mild = {name: odds.get(f"not:{name}", -9.0) for name in TREE_OF if name not in heard.flags}
    wanted = [name for name, said in mild.items() if said > (ASKED_ANYWAY if name == DANGER else MENTION)]
    mild.pop(DANGER, None)
    likeliest = max(mild, key=lambda name: mild[name], default=None)
    if likeliest and not wanted and mild[likeliest] > LIKELIEST:
        wanted = [likeliest]
    for name in wanted:
        flag = heard.flags.setdefault(name, Heard())
        for quote in _quotes(heard, weighed, f"not:{name}"):
            flag.add(quote, _label(weighed), "none")
        heard.learned.add(name)


def _sooner(heard: Listened, weighed: Weighed) -> None:
    """The words as a whole say that it is happening: the likeliest raised flag is for now."""
    raised = [n for n, f in heard.flags.items() if f.urgency != "none"]
    heard.flags[max(raised, key=lambda n: weighed.odds.get(n, -9.0))].urgency = "now"


def _weigh_trees(heard: Listened, weighed: Weighed) -> None:
    """A concern's score is its learned odds and what the rules heard of it; what neither supports is not named."""
    odds = {t: o for t, o in weighed.odds.items() if is_tree(t)}
    for tree, found in list(heard.trees.items()):
        found.score = RULES * min(found.score, MOST_BY_RULES) + odds.get(tree, UNTRAINED)
        if found.score < NAMED and found.urgency == "none" and len(heard.trees) > 1:
            del heard.trees[tree]
    for tree, learned in odds.items():
        if learned > (GUESSED if len(heard.message.stems) >= FEW else LIKELY) and tree not in heard.trees:
            heard.guessed.add(tree)
            heard.trees[tree] = Heard([], "unclear", "none", learned)
    kept = {tree for tree, _ in ranked(heard)}
    for tree in heard.guessed & kept:
        if not heard.trees[tree].quotes:
            heard.trees[tree].quotes += _quotes(heard, weighed, tree)[:1]


def _surer(heard: Listened) -> float:
    """A few words say little of who writes them, or whether a person is wished for."""
    return SURER if len(heard.message.stems) < FEW else 0.0


def wants_person(weighed: Weighed | None, heard: Listened) -> bool:
    """Whether the words as a whole ask for a person."""
    if weighed is None or len(heard.message.stems) < WORDS:
        return False
    return weighed.odds.get("person", -9.0) > PERSON + _surer(heard)


def not_for_us(weighed: Weighed | None, heard: Listened, words: Lexicon) -> str | None:
    """Who it may be, where no rule said so: it is asked about, and danger is watched all the same."""
    if weighed is None or len(heard.message.stems) < WORDS:
        return None
    found = {w: weighed.odds.get(f"who:{w}", -9.0) - at - _surer(heard) for w, at in WHO.items()}
    if heard.message.spans.get(words.number["CHILDSURE"]):
        found.pop("adult", None)
    if heard.message.spans.get(words.number["OWN_ROLE"]):
        found.pop("not-practitioner", None)
    if any(f.label in RAISING for f in heard.flags.values()):
        found.pop("off-topic", None)
    likeliest = max(found, key=lambda w: found[w], default=None)
    return likeliest if likeliest and found[likeliest] > 0 else None


def ranked(heard: Listened) -> list[tuple[str, Heard]]:
    """The concerns, gravest first: those that an urgent flag tells of, then by how much was said."""
    found = sorted(heard.trees.items(), key=lambda t: (-(t[1].score + URGENT * (t[1].urgency != "none")), t[0]))
    return [one for place, one in enumerate(found) if place < MOST_CONCERNS or one[0] not in heard.guessed]
