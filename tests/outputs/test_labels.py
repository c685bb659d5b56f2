from itertools import combinations, pairwise

import pytest

from gm_workbench.outputs.labels import Box, place_around, spread


@pytest.mark.parametrize(
    ("wanted", "got"),
    [
        ([20, 60], [20, 60]),  # no collision
        ([50, 52], [41, 61]),  # a block stands at the mean of what its members wanted
        ([52, 50], [61, 41]),  # whatever the order
        ([2, 3], [10, 30]),  # pushed inside at the top
        ([99, 98], [90, 70]),  # pushed inside at the bottom
        ([50, 50, 50], [30, 50, 70]),
    ],
)
def test_spread_moves_labels_apart_within_bounds(wanted, got):
    assert spread(wanted, [20] * len(wanted), 0, 100) == pytest.approx(got)


def test_spread_keeps_the_order_and_no_two_overlap():
    wanted, heights = [10, 12, 13, 60, 61], [10, 30, 10, 10, 20]
    placed = spread(wanted, heights, 0, 200)
    ends = sorted((centre - height / 2, centre + height / 2) for centre, height in zip(placed, heights, strict=True))
    assert placed == sorted(placed)
    assert all(after[0] >= before[1] - 1e-9 for before, after in pairwise(ends))


def test_spread_of_nothing_is_nothing():
    assert spread([], [], 0, 100) == []


def test_box_overlap_is_the_shared_area():
    assert Box(0, 0, 10, 10).overlap(Box(5, 5, 10, 10)) == 25
    assert Box(0, 0, 10, 10).overlap(Box(10, 0, 10, 10)) == 0
    assert Box(-5, 0, 10, 10).outside(Box(0, 0, 100, 100)) == 50


def test_label_of_a_lone_point_stands_at_its_right():
    (box,) = place_around([(50, 50)], [(20, 10)], Box(0, 0, 200, 200))
    assert (box.left, box.top) == (59, 45)


def test_label_near_the_right_edge_stands_at_the_left():
    (box,) = place_around([(190, 50)], [(40, 10)], Box(0, 0, 200, 200))
    assert box.left + box.width <= 190


def test_labels_of_close_points_do_not_overlap():
    boxes = place_around([(100, 100), (104, 102), (98, 108)], [(60, 12)] * 3, Box(0, 0, 300, 300))
    assert all(one.overlap(other) == 0 for one, other in combinations(boxes, 2))
