"""The collector of circular garbage rests while rows are in hand, and works again whatever happened."""

import gc

import pytest

from indicators import collecting


def test_it_rests_within_and_works_afterwards():
    with collecting.paused():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_a_failure_within_does_not_leave_it_resting():
    with pytest.raises(ValueError), collecting.paused():
        raise ValueError

    assert gc.isenabled()


def test_the_inner_of_two_leaves_it_to_the_outer():
    with collecting.paused():
        with collecting.paused():
            pass

        assert not gc.isenabled()
