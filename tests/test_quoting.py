"""Quotes as a reader wants them: each stretch of the message once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.quoting import merged

TEXT = "mother recently discharged from a mother and baby unit; the baby is not on the notice"


def test_overlapping_quotes_become_one_stretch() -> None:
    quotes = ["recently discharged from a mother and", "a mother and baby unit;", "unit; the baby is not"]
    assert merged(quotes, TEXT) == ("mother recently discharged from a mother and baby unit; the baby is not",)


def test_apart_they_stay_apart_in_the_order_they_were_heard() -> None:
    assert merged(["on the notice", "mother recently"], TEXT) == ("on the notice", "mother recently")


def test_a_word_or_two_left_of_the_sentence_come_with_it() -> None:
    assert merged(["not brought to the asthma"], "twice not brought to the asthma clinic. Mum rang") == (
        "twice not brought to the asthma clinic",
    )
    assert merged(["mark on cheek"], "he was 3.5 kg. mark on cheek") == ("mark on cheek",)
    assert merged(["one", "three"], "one two three") == ("one two three",)


def test_words_that_are_not_in_the_text_are_kept() -> None:
    assert merged(["never said"], TEXT) == ("never said",)


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(1, 30)), max_size=6))
def test_every_quoted_letter_stays_quoted(spans: list[tuple[int, int]]) -> None:
    quotes = [TEXT[a : a + n] for a, n in spans]
    found = merged(quotes, TEXT)
    for quote in quotes:
        core = quote.strip(" ,;:.-")
        assert any(core in whole for whole in found), (quote, found)
    assert all(whole in TEXT for whole in found)
