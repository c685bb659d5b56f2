"""Numbers of persons as they are delivered, judged by the one rule of `identity`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from gm_workbench.intake.identity import as_numbers, judge
from gm_workbench.intake.reasons import Reason
from gm_workbench.intake.rows.persons import holds_number, own_and_other, whole_numbers
from gm_workbench.vocabulary.schemas import DataKind

from .test_pipeline import cost, costs, frame


@pytest.mark.parametrize("kind", [DataKind.REAL, DataKind.SYNTHETIC])
def test_both_rooms_judge_every_number_alike(kind):
    numbers = np.random.default_rng(8).integers(100_000, 1_200_000_000, 20_000)
    texts = [str(number) for number in numbers]
    own, other = own_and_other(whole_numbers(pa.array(texts)), kind)
    verdict = judge(as_numbers(texts), kind)
    assert (verdict.other.tolist(), verdict.wrong.tolist()) == (other.tolist(), (~own & ~other).tolist())


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("123456782", 123456782),
        ("12345672", 12345672),
        ("1234560", 1234560),
        ("123456", -1),
        ("1234567820", -1),
        ("1234.56.782", 123456782),
        ("123 456 782", 123456782),
        ("123\u00a0456\u202f782", 123456782),
        ("12345672.0", 12345672),  # without the point it would be another number of nine digits
        ("12345672,00", 12345672),
        ("1.23456782", -1),
        ("1,23456782", -1),
        ("-123456782", -1),
        ("2024-04-03", -1),
        ("03-04-2024", -1),
        ("2024-04-03T00:00:00", -1),
        ("1e8", -1),
        ("", -1),
    ],
)
def test_number_is_read_with_signs_between_and_nothing_else_is(text, number):
    assert whole_numbers(pa.array([text])).tolist() == [number]


def test_two_lost_zeros_are_restored_and_counted(read_real):
    rows = read_real(costs(cost("001234560", place="0855"), cost("1234560", month="2", place="0855")), "costs")
    assert frame(rows, "costs")["person"].unique().tolist() == read_real.names.each(["001234560"], "person")
    assert [(fault.reason, fault.count) for fault in rows.faults] == [(Reason.REPAIRED, 1)]


@pytest.mark.parametrize(
    ("text", "holds"),
    [("bel 111222333", True), ("op 2024-01-07 en 06-01-2024", False), ("1112.22.333!", True), ("111222334", False)],
)
def test_free_text_holds_a_number_unless_it_is_a_day(text, holds):
    assert holds_number(pa.array([text])).tolist() == [holds]
