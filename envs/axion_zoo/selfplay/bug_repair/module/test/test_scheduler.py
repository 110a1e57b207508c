import pytest
from scheduler import Impossible, Job, idle, length, order, schedule

DIAMOND = [Job("d", needs=("b", "c")), Job("c", needs=("a",)), Job("b", needs=("a",)), Job("a")]


@pytest.mark.parametrize(
    ("jobs", "names"),
    [
        ([], []),
        ([Job("b"), Job("a")], ["a", "b"]),
        ([Job("a"), Job("b", priority=1)], ["b", "a"]),
        ([Job("a", priority=-1), Job("b")], ["b", "a"]),
        ([Job("a", needs=("b",)), Job("b")], ["b", "a"]),
        (DIAMOND, ["a", "b", "c", "d"]),
        ([Job("a", priority=9, needs=("z",)), Job("b", priority=5), Job("z")], ["b", "z", "a"]),
        ([Job("a", needs=("c",)), Job("b", needs=("c",), priority=2), Job("c"), Job("d")], ["c", "b", "a", "d"]),
    ],
)
def test_order(jobs, names):
    assert order(jobs) == names


def test_order_leaves_jobs_as_they_are():
    jobs = list(DIAMOND)
    order(jobs)
    assert jobs == DIAMOND
    assert jobs[0].needs == ("b", "c")


@pytest.mark.parametrize(
    ("jobs", "reason"),
    [
        ([Job("a", needs=("x",))], "a needs x, which is not there"),
        ([Job("a", needs=("y", "x"))], "a needs x, which"),
        ([Job("a", needs=("b",)), Job("b", needs=("a",))], "a circle: a, b$"),
        ([Job("a", needs=("a",)), Job("b")], "a circle: a$"),
        ([Job("c", needs=("b",)), Job("a"), Job("b", needs=("c",))], "a circle: b, c$"),
    ],
)
def test_impossible(jobs, reason):
    with pytest.raises(Impossible, match=reason):
        order(jobs)


def test_one_worker():
    jobs = [Job("a", 2), Job("b", 3, priority=1), Job("c")]
    assert schedule(jobs) == {"b": (0, 3, 0), "a": (3, 5, 0), "c": (5, 6, 0)}


def test_two_workers():
    jobs = [Job("a", 4), Job("b", 1), Job("c", 2), Job("d", 1)]
    assert schedule(jobs, 2) == {"a": (0, 4, 0), "b": (0, 1, 1), "c": (1, 3, 1), "d": (3, 4, 1)}


def test_waits_for_what_it_needs():
    jobs = [Job("a", 3), Job("b", 2, needs=("a",)), Job("c", 1)]
    assert schedule(jobs, 2) == {"a": (0, 3, 0), "c": (0, 1, 1), "b": (3, 5, 0)}


def test_waits_for_the_first_that_ends():
    jobs = [Job("a", 3), Job("b", 5), Job("c", 1, needs=("a",)), Job("d", 1, needs=("b",))]
    assert schedule(jobs, 3) == {"a": (0, 3, 0), "b": (0, 5, 1), "c": (3, 4, 0), "d": (5, 6, 0)}


def test_priority_before_name_among_the_ready():
    jobs = [Job("a"), Job("b"), Job("c", priority=7, needs=("a",)), Job("d")]
    assert list(schedule(jobs)) == ["a", "c", "b", "d"]


def test_schedule_of_a_diamond():
    times = schedule(DIAMOND, 2)
    assert length(times) == 3
    assert idle(times, 2) == 2
    assert times["d"][0] == 2


def test_nothing_to_do():
    assert schedule([], 2) == {}
    assert length({}) == 0
    assert idle({}, 3) == 0


@pytest.mark.parametrize("workers", [0, -1])
def test_nobody_works(workers):
    with pytest.raises(Impossible, match="nobody works"):
        schedule([Job("a")], workers)


def test_schedule_refuses_circles():
    with pytest.raises(Impossible, match="circle"):
        schedule([Job("a", needs=("a",))], 2)


def test_length_and_idle():
    times = {"a": (0, 4, 0), "b": (1, 3, 1)}
    assert length(times) == 4
    assert idle(times, 2) == 2
    assert idle(times, 3) == 6
