"""Recognisable identifiers are masked; what the concern is about stays readable. Everyone here is invented.

Telephone numbers are those set aside for drama, the NHS numbers are of the range used for tests.
"""

from __future__ import annotations

import json
import time
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logs.identifiers import checks
from logs.privacy import Masked, clean, mask


@pytest.mark.parametrize(
    ("typed", "masked"),
    [
        # telephone numbers
        ("ring mum on 07700 900123 please", "ring mum on [phone number] please"),
        ("07700900123", "[phone number]"),
        ("tel:07700-900-123.", "tel:[phone number]."),
        ("07700 900 123 or 07 700 900 123", "[phone number] or [phone number]"),
        ("01632 960001, (01632) 960001 and 01632 960 001", "[phone number], [phone number] and [phone number]"),
        ("020 7946 0018 / 0115 496 0999 ext 3", "[phone number] / [phone number] ext 3"),
        ("+44 7700 900123", "[phone number]"),
        ("+44 (0)1632 960001", "[phone number]"),
        ("(+44) 1632 960001", "[phone number]"),
        ("0044 7700 900123 and 447700900123", "[phone number] and [phone number]"),
        ("her aunt +353 20 910 1234", "her aunt [phone number]"),
        ("03069 990123 or 0808 157 0123", "[phone number] or [phone number]"),
        ("07700900123 2 children aged 3", "[phone number] 2 children aged 3"),
        ("07700\u00a0900\u200e123", "[phone number]"),
        ("0770090012３", "[phone number]"),
        # NHS numbers
        ("NHS 943 476 5919", "NHS [NHS number]"),
        ("9434765919", "[NHS number]"),
        ("943-476-5919, 943.476.5919", "[NHS number], [NHS number]"),
        ("NHS no: 943 476 5918", "NHS no: [NHS number]"),
        ("NHS number is 94 34 76 59 18", "NHS number is [NHS number]"),
        # postcodes
        ("lives at 3 New Lane ZE1 0AA", "lives at 3 New Lane [postcode]"),
        ("de1 3ab, SW1A1AA, M1 1AE", "[postcode], [postcode], [postcode]"),
        ("DE23\u00a08ZZ.", "[postcode]."),
        # addresses
        ("write to a.b+c@example.nhs.uk.", "write to [e-mail address]."),
        ("<o'neil_1@example.co.uk>", "<[e-mail address]>"),
        ("https://user:secret@example.org/x?y=1", "https://[sign-in details]@example.org/x?y=1"),
        ("http://someone@example.org", "http://[sign-in details]@example.org"),
        ("QQ 12 34 56 C and qq123456c", "[National Insurance number] and [National Insurance number]"),
        # dates of birth
        ("dob 12/03/2019", "dob [date of birth]"),
        ("DOB12.3.19", "DOB[date of birth]"),
        ("D.O.B: 2019-03-12", "D.O.B: [date of birth]"),
        ("date of birth is 12 March 2019", "date of birth is [date of birth]"),
        ("dob 120319 or dob: 12032019", "dob [date of birth] or dob: [date of birth]"),
        ("born on 3rd March 2019", "born on [date of birth]"),
        ("was born 3 May, small", "was born [date of birth], small"),
        ("born March 3rd, 2019 at home", "born [date of birth] at home"),
        ("born at 38/40 on 12/03/2019", "born at 38/40 on [date of birth]"),
        ("12/03/2019 (dob)", "[date of birth] (dob)"),
        ("DOB-12/03/2019, dob.12/03/2019", "DOB-[date of birth], dob.[date of birth]"),
        ("12/03/2019 Sam, 3/4/2020 Ella", "[date of birth] Sam, [date of birth] Ella"),
        ("her sister 12/03/2019 too", "her sister [date of birth] too"),
        ("birthday 1/2/2020, seen 3/4/2026", "birthday [date of birth], seen 3/4/2026"),
        # names
        ("Mrs Khan says", "Mrs [name] says"),
        ("mr Smith, Dr. A. Patel and Ms O'Brien-Smith", "mr [name], Dr. [name] and Ms [name]"),
        ("MRS SMITH", "MRS [name]"),
        ("Miss Smith's flat", "Miss [name]'s flat"),
        ("Mr and Mrs Jones", "Mr and Mrs [name]"),
        ("a boy called Sam is", "a boy called [name] is"),
        ("children called Sam, Ella and Tom, Mum says", "children called [name], [name] and [name], Mum says"),
        ("named Zoë Łukaszewska", "named [name]"),
        ("called “Sam”", "called “[name]”"),
        ("my name is Anna Maria Smith and", "my name is [name] and"),
        ("His name's Tom. Name: Ella", "His name's [name]. Name: [name]"),
        ("known as D'Arcy", "known as [name]"),
        ("named April, called Will", "named [name], called [name]"),
    ],
)
def test_an_identifier_is_replaced_by_its_kind(typed: str, masked: str) -> None:
    assert mask(typed).text == masked


@pytest.mark.parametrize(
    "typed",
    [
        # ages, gestations, times, school years, measurements
        "3 years old, born at 36/40, now 20/40 pregnant, 3/12 ago, 6/52, 2/7",
        "born 3/12 ago at 38+2/40, weight 3.45 kg, 0.4th centile, G2P1+0",
        "Year 2 in 2023/24 and 2024/2025, Y6 1st term, key stage 2",
        "at 14:30, 14.30, 9am, 10.15.30, 0900 and 1700 hours",
        "BP 120/80, 20 30 40 50 60, temp 38.5, 10mg x 3, 150ml 3-4 hourly",
        "score 12 of 27; 2-3 times; 1,200 calls; £1.20; 50%",
        # dates of what happened
        "seen on 12/03/2026, visited 14.03.2026 and missed appointment 2026-03-20",
        "EDD 12/03/2026, LMP 5/6/2025, due 12 March 2026, scan on 3rd May 2026",
        "Visits 3/4/2026, 10/4/2026 and 17/4/2026",
        "he was three on 12/03/2026; meeting Monday 12/03/2026; since 1/2/2026",
        "Baby born in Derby. Visit 12/03/2026",
        "12/03/2026: police came\n14/03/2026 - no answer at the door\n15/03/2026 home visit",
        "form v1.2.24, reference AB-12/03/2019",
        # numbers everybody may know
        "rang 101, 999, 111, 116 123 and 0800 1111",
        "not one of ours: 943 476 5918, 1111111111, 12345",
        "32/13/2019 and 45.67.89 and 1.2.3.4",
        # the law, the levels and other words like postcodes
        "s47 2nd visit, S17 1st, s20 3rd, level L3 2yr old, L2-CD-09, X-02, E45 5ml, B12 1mg",
        "DE23 area, S41, district NG5, room AA1 1AA, QQ1 2AB",
        # names that are none
        "named nurse, Named GP, Named Nurse for Safeguarding, named Professional",
        "called Social Care, called MASH, called 999, called Childline, called the Police, called Mum",
        "I called Starting Point on Monday. Called Dad. Called out. Called May 5th",
        "Mr B and Dr X said. mum has MS. Dad is well. Miss Tuesday's appointment. Dr appointment",
        "Sam and Ella live in Derby with Grandma",
        "the school is called St. my name is not important, name of school",
        "a parent@home, @handle, https://example.org/a@b, user at example",
    ],
)
def test_what_the_concern_is_about_stays(typed: str) -> None:
    assert mask(typed) == Masked(typed)


def test_the_kinds_are_told_once_each_in_the_order_they_are_met() -> None:
    typed = "Mrs Khan 07700 900123, Mr Smith 01632 960001, ZE1 0AA, dob 1/2/2020"
    assert mask(typed).kinds == ("name", "phone number", "postcode", "date of birth")
    assert mask("nothing here").kinds == ()


def test_nothing_of_an_identifier_is_left() -> None:
    masked = mask("Mrs Zebra, dob 11/12/2013, NHS 9434765919, tel +44 (0)1632 960001, ZE1 0AA, z@example.org").text
    assert not set("0123456789@") & set(masked)
    assert "Zebra" not in masked


def test_the_check_digit_tells_an_nhs_number() -> None:
    assert checks("9434765919")
    assert [n for n in range(10) if checks(f"943476591{n}")] == [9]
    assert not checks("1111111111"), "the same digit ten times is a placeholder"


PIECES = st.sampled_from(
    """
    07700 900123 01632 960001 +44 (0) 0044 943 476 5919 9434765919 NHS no: dob born DOB d.o.b. date of birth
    12/03/2019 12.3.19 2019-03-12 3rd March 2019 seen on EDD DE1 3AB de1 s47 2nd S L3 QQ 12 34 56 C Mrs Mr Dr. called
    named name is name: Sam Ella-May O'Brien Smith's SMITH Police and , & . - / ( ) [ ] [name] [phone [date birth]
    a@b.co.uk x@ @y https:// http://u:p@h.org :// April Will 20/40 3/12 Year 2 14:30 é 👶 \u200f \u00a0
    """.split(" ")  # noqa: SIM905
)
GLUE = st.sampled_from(["", " ", "  ", "\n", "\t", ",", "-", "."])
TYPED = st.lists(st.tuples(PIECES, GLUE), max_size=14).map(lambda parts: "".join(a + b for a, b in parts))


@settings(max_examples=600, deadline=None)
@given(TYPED | st.text(max_size=200))
@example("[date of birth] 12/03/2019 seen on 14/03/2024")
@example("DE1 3AB07700900123")
@example("called [name] Smith, 943 476 5919 0770 0900123")
def test_masking_a_second_time_changes_nothing(typed: str) -> None:
    once = mask(typed)
    assert mask(once.text) == Masked(once.text)


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=300))
def test_no_text_is_too_strange(typed: str) -> None:
    mask(typed)
    cleaned = clean(typed)
    assert clean(cleaned) == cleaned
    cleaned.encode()
    mask(cleaned)


LONG = {
    "one word": "a",
    "digits": "1",
    "noughts": "0",
    "mobile": "07 ",
    "phone": "01632 ",
    "decimal": "1.",
    "dates": "1/2/2024 ",
    "e-mail": "a.b@",
    "at": "@",
    "address": "://a",
    "born": "born 12/3/ ",
    "dob": "d.o.b ",
    "called": "called Sam ",
    "listed": "Sam, ",
    "hyphens": "A-",
    "capitals": "Abc ",
    "titles": "Mr ",
    "happened": "visit a ",
    "spaces": " ",
    "brackets": "[",
    "emoji": "👩‍👧",
    "right to left": "\u202eמ",
    "control": "\x00\x07",
    "combining": "e\u0301\u0302",
    "halves": "\ud83d",
    "prefixed": "called Mr dob ",
}


@pytest.mark.parametrize("piece", LONG.values(), ids=LONG.keys())
def test_a_long_text_takes_time_in_proportion(piece: str) -> None:
    def seconds(length: int) -> float:
        text = (f"called {piece * length}")[:length]
        began = time.process_time()
        mask(clean(text))
        return time.process_time() - began

    short = min(seconds(20_000) for _ in range(2))
    assert short < 1.0
    assert seconds(80_000) < 12 * short + 0.02, "four times the text, some four times the time"


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("plain words", "plain words"),
        ("one\r\ntwo\rthree\tfour\n", "one\ntwo\nthree\tfour\n"),
        ("a\x00b\x1b[31mc\x7f\x9f", "ab[31mc"),
        ("line\u2028next\x85more", "line\nnext\nmore"),
        ("e\u0301", "é"),
        ("bro\ud83dken", "bro\ufffdken"),
        ("\u202egnitirw\u202c \u2066x\u2069", "gnitirw x"),
        ("👩‍👧 \u200fשלום\u200e", "👩‍👧 \u200fשלום\u200e"),
    ],
)
def test_clean_text_has_no_control_characters_and_is_composed(typed: str, cleaned: str) -> None:
    assert clean(typed) == cleaned
    assert unicodedata.is_normalized("NFC", clean(typed))


def differing(words: str) -> str:
    return "/differ" + json.dumps({"level": "3", "code": "other", "words": words}, ensure_ascii=False)


@pytest.mark.parametrize(
    ("typed", "kept", "kind"),
    [
        ("lives at\nDE1 2AB", "lives at\n[postcode]", "postcode"),
        ("write to\nann@example.org", "write to\n[e-mail address]", "e-mail address"),
        ("ring her\n07700 900123", "ring her\n[phone number]", "phone number"),
        ('she said "07700 900123"', 'she said "[phone number]"', "phone number"),
    ],
)
def test_words_in_a_payload_are_masked_as_they_were_meant(typed: str, kept: str, kind: str) -> None:
    for payload in (differing(typed), differing(typed).replace('"words"', '"worry"').replace("differ", "answer", 1)):
        found = mask(clean(payload))
        body = json.loads(found.text[7:])  # it is a payload still, so it is read as one
        assert (body.get("words") or body.get("worry")) == kept
        assert found.kinds == (kind,)
        assert mask(found.text) == Masked(found.text)


def test_an_escape_hides_no_identifier_and_no_control_character() -> None:
    found = mask(r'/differ{"level":"3","code":"other","words":"ring 0\u0037700 900123 \u0002 now"}')
    assert json.loads(found.text[7:])["words"] == "ring [phone number]  now"
    broken = mask('/differ{"words":"\\nring 07700 900123"')
    assert "07700" not in broken.text


def test_a_payload_without_identifiers_stays_byte_for_byte() -> None:
    typed = '/differ{"level": "3",  "code":"other","words":"one\\ntwo \\u00e9"}'
    assert mask(typed) == Masked(typed)
