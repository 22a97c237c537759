"""Codes, dates and numbers as spreadsheets leave them."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.codes import departments_of_postcode, read_codes, read_insee, read_postcode
from ingest.dates import read_date, read_dates
from ingest.decimals import read_decimals


@pytest.mark.parametrize(
    ("written", "insee"),
    [
        ("71153", "71153"),
        (" 71153 ", "71153"),
        ("71153.0", "71153"),
        ("71153,00", "71153"),
        ("7156", "07156"),  # of Ardèche, its zero lost; never of 71
        ("1004.0", "01004"),
        ("2a004", "2A004"),
        ("2B033", "2B033"),
        ("97411", "97411"),
        ("", ""),
        ("715", ""),
        ("711530", ""),
        ("71-53", ""),
        ("Alpha", ""),
        ("71153.5", ""),
        ("²71530", ""),
    ],
)
def test_a_commune_s_code_is_text_whatever_it_went_through(written, insee):
    assert read_insee(written) == insee


@pytest.mark.parametrize(
    ("written", "postcode"),
    [("71200", "71200"), ("1500", "01500"), ("1500.0", "01500"), ("71020 ", "71020"), ("", ""), ("2A000", ""),
     ("7120", "07120"), ("F-71200", "")],
)  # fmt: skip
def test_a_postcode_has_five_digits(written, postcode):
    assert read_postcode(written) == postcode


@pytest.mark.parametrize(
    ("postcode", "departments"),
    [("71200", {"71"}), ("20137", {"2A", "2B"}), ("97400", {"974"}), ("98800", {"988"}), ("", set())],
)
def test_a_postcode_begins_with_its_departement(postcode, departments):
    assert departments_of_postcode(postcode) == departments


@given(st.lists(st.text(max_size=8), max_size=30))
def test_many_codes_are_read_as_one_by_one(texts):
    assert read_codes(texts, read_insee) == [read_insee(text) for text in texts]
    assert all(len(code) in {0, 5} for code in read_codes(texts, read_postcode))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("31/12/2024", "2024-12-31"),
        ("31/12/2024 08:00", "2024-12-31"),
        ("1/2/2024", "2024-02-01"),
        ("31-12-2024", "2024-12-31"),
        ("31.12.2024", "2024-12-31"),
        ("2024-12-31", "2024-12-31"),
        ("2024-12-31T08:00:00+01:00", "2024-12-31"),
        ("2024-12-31 08:00:00.123", "2024-12-31"),
        ("2024/12/31", "2024-12-31"),
        ("20241231", "2024-12-31"),
        ("12/2024", "2024-12"),
        ("2024-12", "2024-12"),
        ("2024", "2024"),
        ("45657", "2024-12-31"),
        ("45657.5", "2024-12-31"),
        ("31-12-24", ""),
        ("31/02/2024", ""),
        ("12/31/2024", ""),
        ("2024-12/31", ""),
        ("0000-00-00", ""),
        ("0099", ""),
        ("9999-12-31", ""),
        ("hier", ""),
        ("", ""),
        ("7", ""),
    ],
)
def test_a_date_is_read_as_far_as_it_is_said(written, read):
    assert read_date(written) == read


@given(st.dates(date(1960, 1, 1), date(2080, 12, 31)))
def test_every_day_is_read_in_all_its_spellings(day):
    number = (day - date(1899, 12, 30)) // timedelta(days=1)
    spellings = [day.isoformat(), day.strftime("%d/%m/%Y"), day.strftime("%Y%m%d"), str(number)]
    assert set(read_dates(spellings)) == {day.isoformat()}


@given(st.text(max_size=20))
def test_no_text_breaks_a_reader(text):
    assert len(read_date(text)) in {0, 4, 7, 10}
    (number,) = read_decimals(pd.Series([text], dtype="str"))
    assert isinstance(float(number), float)


@pytest.mark.parametrize(
    ("written", "read"),
    [("12,5", 12.5), ("12.5", 12.5), ("1 200", 1200.0), ("1\u202f200,5", 1200.5), ("-00000001,2345678", -1.2345678),
     (" 00000046,7654321", 46.7654321), ("1,2,3", math.nan), ("", math.nan), ("x", math.nan), ("1e400", math.inf)],
)  # fmt: skip
def test_french_decimals(written, read):
    assert np.allclose(read_decimals(pd.Series([written], dtype="str")), [read], equal_nan=True)
