"""How well understanding does, layer by layer, and how fast: `python -m bench.understanding`.

The parts it is tuned and trained on flatter it; the honest figures come from `bench.train_understanding --cross` and
from `--unseen`, which prints totals only of messages that nobody who tunes has read.
"""

from __future__ import annotations

import argparse
import statistics
import time

from bench.messages import APART, DEVELOPMENT, Labelled, messages
from bench.scores import Score, line, score
from bot.model import LABELS, URGENCIES
from bot.understanding.deciding import decide
from bot.understanding.hearing import listen
from bot.understanding.learned import model
from bot.understanding.lexicon import lexicon

LAYERS = ("rules", "learned", "both")


def tables(made: Score) -> None:
    """The confusion of urgencies and labels, and each feature's recall."""
    print("    labelled \\ heard   " + "".join(f"{u:>8}" for u in URGENCIES))
    for truth in URGENCIES:
        print(f"    {truth:18} " + "".join(f"{made.confusion[truth, got]:8}" for got in URGENCIES))
    heads = (*LABELS, "not heard")
    print("    label \\ heard      " + "".join(f"{h:>10}" for h in heads))
    for truth in LABELS:
        print(f"    {truth:18} " + "".join(f"{made.labels[truth, got]:10}" for got in heads))
    names = sorted(made.flag_of)
    told = [f"{n} {made.flag_right[n]}/{made.flag_of[n]} +{made.flag_extra[n]}" for n in names]
    for start in range(0, len(told), 7):
        print("    " + "  ".join(f"{t:14}" for t in told[start : start + 7]))


def timings(rows: list[Labelled]) -> None:
    """Milliseconds of CPU a message, for messages of about 50 words, rules and learned layer."""
    words, use = lexicon(), model()
    texts = [r.text for r in rows if 40 <= len(r.text.split()) <= 60] or [r.text for r in rows]
    took = []
    for text in texts * 3:
        began = time.process_time()
        decide(listen(text, words), words, use)
        took.append((time.process_time() - began) * 1000)
    took.sort()
    middle, late = statistics.median(took), took[int(len(took) * 0.95)]
    print(f"{len(texts)} messages of 40 to 60 words: p50 {middle:.2f} ms, p95 {late:.2f} ms, most {took[-1]:.2f} ms")


def main() -> None:
    """Print the tables."""
    asked = argparse.ArgumentParser(description="How well understanding does, layer by layer.")
    asked.add_argument("--unseen", action="store_true", help="totals of the parts kept apart only")
    given = asked.parse_args()
    use = model()
    if given.unseen:
        for part in APART:
            print(f"{part:7} both  " + line(score(messages(part), "both", use)))
        return
    for part in DEVELOPMENT:
        rows = messages(part)
        for layer in LAYERS if rows else ():
            made = score(rows, layer, use)
            print(f"{part} ({len(rows)}) {layer}: {line(made)}")
            tables(made)
    timings([r for part in DEVELOPMENT for r in messages(part)])


if __name__ == "__main__":
    main()
