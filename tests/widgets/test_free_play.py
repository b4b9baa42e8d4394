"""Free play without a browser: every scenario opens, and what was open is closed."""

import pytest

from raftlab import free_play
from raftlab.raft import Role
from raftlab.sim.gallery import GALLERY
from raftlab.widgets.free_play import BY_CLOCK, SCENARIOS, FreePlay


@pytest.fixture(scope="module")
def play() -> FreePlay:
    return free_play()


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_opens_with_a_picture_and_says_what_to_see(
    play: FreePlay, name: str
) -> None:
    play.scenario.value = name
    play.begin.click()
    assert play.see.value == SCENARIOS[name].see
    assert "<svg" in play.lab.stage.frame["svg"]
    assert play.lab.stage.frame["notice"] == ""


def test_every_famous_run_is_there() -> None:
    assert {famous.title for famous in GALLERY.values()} <= set(SCENARIOS)


@pytest.mark.parametrize("size", range(1, 10))
def test_the_cluster_has_as_many_nodes_as_asked_for(size: int) -> None:
    play = free_play()
    play.size.value = size
    lab = play.open()
    assert len(lab.panel.history.cluster.nodes) == size
    play.scenario.value = "A leader elected"
    leaders = [n for n in play.open().panel.history.cluster.nodes if n.role is Role.LEADER]
    assert [node.name for node in leaders] == ["node1"]


def test_the_same_seed_is_the_same_run_by_the_clock() -> None:
    headlines = []
    for seed in (4, 4, 5):
        play = free_play()
        play.time.value, play.seed.value = BY_CLOCK, seed
        lab = play.open()
        for _ in range(20):
            lab.panel.step()
        headlines.append([lab.panel.history.now.time, lab.panel.frame().explanation.headline])
    assert headlines[0] == headlines[1] != headlines[2]


def test_what_cannot_be_chosen_is_disabled() -> None:
    play = free_play()
    assert (play.size.disabled, play.seed.disabled) == (False, True)
    play.time.value = BY_CLOCK
    assert not play.seed.disabled
    play.scenario.value = GALLERY["figure_8"].title
    assert play.size.disabled
    assert play.time.disabled
    assert play.seed.disabled


def test_the_lab_that_was_open_is_closed() -> None:
    play = free_play()
    first = play.lab
    controls = [first.stage, first.scrubber, first.controls.step, first.controls.note]
    assert play.open() is play.lab
    assert all(widget.comm is None for widget in controls)
    assert play.lab.stage.comm is not None


def test_a_condition_of_ones_own_stands_first() -> None:
    def two_terms(cluster) -> bool:
        return max(node.current_term for node in cluster.nodes) > 1

    lab = free_play(until=two_terms).lab
    assert lab.controls.until.options[0][0] == "two_terms"
    assert lab.controls.until.value is lab.controls.until.options[0][1]
