"""What a learner meets in a running kernel: a search that shows how far it is, and stops."""

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager, start_new_kernel

PATIENCE = 60  # seconds; a kernel that has not answered by then never will


@pytest.fixture
def kernel() -> Iterator[tuple[KernelManager, BlockingKernelClient]]:
    manager, client = start_new_kernel()
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def messages(client: BlockingKernelClient) -> Iterator[dict[str, Any]]:
    """What the kernel publishes until it is idle again."""
    while True:
        message = client.get_iopub_msg(timeout=PATIENCE)
        yield message
        if message["content"].get("execution_state") == "idle":
            return


def test_a_search_shows_a_bar_and_stops_when_the_kernel_is_interrupted(kernel) -> None:
    manager, client = kernel
    client.execute("from raftlab import *; found = search(fresh(3), seconds=600); found.stopped")
    shown, streams, closed, asked = [], [], False, False
    for message in messages(client):
        closed = closed or message["msg_type"] == "comm_close"
        data = message["content"].get("data", {})
        shown += [data["text/plain"]] if "text/plain" in data else []
        streams += [message["content"]["text"]] if message["msg_type"] == "stream" else []
        # The bar's own widget speaks as often as it moves.
        if message["msg_type"] == "comm_msg" and not asked:
            asked = True
            manager.interrupt_kernel()
    assert shown[-1] == "'you interrupted it'"
    assert closed  # the bar is gone
    assert streams == []  # no warning, no bar in text beside the widget


def test_an_endless_rule_is_stopped_and_the_kernel_lives(kernel) -> None:
    _, client = kernel
    code = (
        "from raftlab import *\n"
        "def may_vote(node, request):\n"
        "    while True: pass\n"
        "explore(fresh(3), RAFT.but(may_vote=may_vote)).fault.rule"
    )
    client.execute(code)
    shown = [m["content"]["data"]["text/plain"] for m in messages(client) if "data" in m["content"]]
    assert shown == ["'may_vote'"]


def test_a_result_shows_itself_as_a_card(kernel) -> None:
    _, client = kernel
    client.execute("from raftlab import *; explore(fresh(3), bounds=Bounds(terms=1, in_flight=1))")
    (data,) = [m["content"]["data"] for m in messages(client) if "data" in m["content"]]
    assert data["text/plain"].startswith("Nothing broke in 2,864 clusters.")
    assert 'class="raftlab-verdict"' in data["text/html"]


def test_a_check_shows_a_card_and_buttons_and_lives_through_an_endless_rule(
    kernel, tmp_path
) -> None:
    _, client = kernel
    code = (
        f"import os; os.chdir({str(tmp_path)!r})\n"
        "from raftlab import check\n"
        "def may_vote(node, request):\n"
        "    while True:\n"
        "        try: 1\n"
        "        except: pass\n"
        "check('may_vote', may_vote)"
    )
    client.execute(code)
    said = list(messages(client))
    shown = [m["content"]["data"] for m in said if m["msg_type"] == "display_data"]
    assert "had not come back after 2 s" in shown[0]["text/plain"]
    assert "raftlab-verdict" in shown[0]["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown[1]
    client.execute("check('may_wote', may_vote)")
    (error,) = [m["content"] for m in messages(client) if m["msg_type"] == "error"]
    assert error["traceback"][0].startswith("UnknownExercise: There is no exercise named")
    assert len(error["traceback"]) == 2  # the sentence, and the learner's line
