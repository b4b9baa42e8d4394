"""In a running kernel: a check says so where its function is not the cell's any more.

And nowhere else. A warning that comes in the ordinary flow would soon not be read.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from time import time

import nbformat
import pytest
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import start_new_kernel

PATIENCE = 60  # seconds; a kernel that has not answered by then never will

RIGHT = "def may_vote(node, request):\n    return node.voted_for in (None, request.sender)"
WRONG = "def may_vote(node, request):\n    return True"
CHECK = 'found = check("may_vote", may_vote)'
CHECK_FIRST = 'found = check("may_vote", first)'

AGAIN = "You have defined may_vote again since: this check was given the older one."
CHANGED = "The cell that defines may_vote was changed since it was run"


class Notebook:
    """A kernel, and the file that JupyterLab would have saved."""

    def __init__(self, client: BlockingKernelClient, folder: Path) -> None:
        self.client, self.path = client, folder / "02_leader_election.ipynb"
        self.run(
            f"import os, json; os.chdir({str(folder)!r})\n"
            f"os.environ['JPY_SESSION_NAME'] = {str(self.path)!r}"
        )
        self.run("from raftlab import check")

    def run(self, source: str) -> str:
        """Run a cell, and give what it printed."""
        asked = self.client.execute(source)
        printed = ""
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            assert message["msg_type"] != "error", "\n".join(content["traceback"])
            printed += content["text"] if message["msg_type"] == "stream" else ""
            if content.get("execution_state") == "idle":
                return printed

    def notes(self, source: str) -> list[str]:
        """Run a cell that ends with a check, and give what was noted beside the outcome."""
        notes = json.loads(self.run(f"{source}\nprint(json.dumps(found.notes))"))
        assert isinstance(notes, list)
        return notes

    def save(self, *sources: str, seconds: float = 5) -> None:
        """Save the notebook with these cells, so many seconds after now."""
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        nbformat.write(nbformat.v4.new_notebook(cells=cells), self.path)
        self.touch(seconds)

    def touch(self, seconds: float = 5) -> None:
        os.utime(self.path, (time() + seconds,) * 2)


@pytest.fixture(scope="module")
def client() -> Iterator[BlockingKernelClient]:
    manager, client = start_new_kernel()
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def notebook(client: BlockingKernelClient, tmp_path: Path) -> Notebook:
    notebook = Notebook(client, tmp_path)
    # What the tests before have run is forgotten: it was another notebook.
    notebook.run("from raftlab.course import stale; stale._run_at.clear()")
    return notebook


def printing(source: str) -> str:
    return f"{source}\nprint(json.dumps(found.notes))"


# The ordinary flow


def test_defined_and_checked_in_one_cell(notebook: Notebook) -> None:
    cell = f"{RIGHT}\n\n{CHECK}"
    assert notebook.notes(cell) == []
    notebook.save(printing(cell))
    assert notebook.notes(cell) == []  # and once more
    assert notebook.run("print(found.passed)") == "True\n"


def test_changed_and_run_again(notebook: Notebook) -> None:
    notebook.save(printing(f"{WRONG}\n\n{CHECK}"), seconds=-100)
    assert notebook.notes(f"{WRONG}\n\n{CHECK}") == []
    assert notebook.notes(f"{RIGHT}\n\n{CHECK}") == []  # before it is saved
    notebook.save(printing(f"{RIGHT}\n\n{CHECK}"))
    assert notebook.notes(f"{RIGHT}\n\n{CHECK}") == []
    assert notebook.notes(CHECK) == []


def test_saved_before_it_is_run(notebook: Notebook) -> None:
    assert notebook.notes(f"{WRONG}\n\n{CHECK}") == []
    notebook.save(printing(f"{RIGHT}\n\n{CHECK}"), seconds=-1)
    assert notebook.notes(f"{RIGHT}\n\n{CHECK}") == []


def test_run_all(notebook: Notebook) -> None:
    cells = [WRONG, "x = 1", RIGHT, f"{CHECK}", "y = 2"]
    for seconds in (-100, 5):
        notebook.save(*cells[:3], printing(CHECK), cells[4], seconds=seconds)
        for cell in cells[:3]:
            notebook.run(cell)
        assert notebook.notes(cells[3]) == []
        notebook.run(cells[4])


def test_a_cell_with_magics_and_comments(notebook: Notebook) -> None:
    cell = f"# Mine.\n%config IPCompleter.greedy\n{RIGHT}\n\n{CHECK}   "
    notebook.save(printing(cell))
    assert notebook.notes(cell) == []


def test_what_is_no_function_of_a_cell(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.save(RIGHT)
    for answer in ("lambda node, request: True", "max", "3", "..."):
        assert notebook.notes(f'found = check("may_vote", {answer})') == []


# Defined again since


def test_an_older_function_of_the_same_name(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.run("first = may_vote")
    assert notebook.notes(CHECK_FIRST) == []
    notebook.run(RIGHT)
    (note,) = notebook.notes(CHECK_FIRST)
    assert note.startswith(AGAIN)
    assert notebook.notes(CHECK) == []
    notebook.run("first = may_vote")
    assert notebook.notes(CHECK_FIRST) == []


def test_the_older_name_for_the_newer_function_is_no_mistake(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.run(f"first = may_vote\n{RIGHT}")
    notebook.run("may_vote, first = first, may_vote")
    assert notebook.notes(CHECK_FIRST) == []


def test_the_same_cell_run_again_makes_no_older_function(notebook: Notebook) -> None:
    notebook.run(RIGHT)
    notebook.run("first = may_vote")
    notebook.run(RIGHT)
    assert notebook.notes(CHECK_FIRST) == []


# Changed, saved, and not run


def test_a_cell_that_was_changed_and_saved_and_not_run(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.save(WRONG, CHECK)
    assert notebook.notes(CHECK) == []
    notebook.save(RIGHT, CHECK)
    (note,) = notebook.notes(CHECK)
    assert note.startswith(CHANGED)
    assert "Run that cell, then this one." in note
    assert notebook.run("print(found)").startswith(note)
    notebook.run(RIGHT)
    assert notebook.notes(CHECK) == []


def test_a_notebook_saved_before_the_cell_was_run_says_nothing(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.save(RIGHT, CHECK, seconds=-100)
    assert notebook.notes(CHECK) == []


def test_one_of_several_cells_that_define_it_is_enough(notebook: Notebook) -> None:
    notebook.run(RIGHT)
    notebook.save(WRONG, RIGHT, CHECK)
    assert notebook.notes(CHECK) == []


def test_a_notebook_in_which_nothing_defines_it_says_nothing(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.save(CHECK, "def other(): ...", "def (")
    assert notebook.notes(CHECK) == []


@pytest.mark.parametrize(
    "saved", [b"", b"{", b"[]", b'{"cells": 3}', b'{"cells": [{}]}', b"\xff\xfe", b"[" * 99_999]
)
def test_a_file_that_is_no_notebook_does_no_harm(notebook: Notebook, saved: bytes) -> None:
    notebook.run(WRONG)
    notebook.path.write_bytes(saved)
    notebook.touch()
    assert notebook.notes(CHECK) == []


def test_a_cell_run_once_more_as_it_was_is_not_the_one_that_was_saved(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.save(RIGHT, CHECK, seconds=0)
    notebook.run(WRONG)  # whoever has gone back to it has not saved that yet
    assert notebook.notes(CHECK) == []


def test_of_a_cell_that_ran_before_anyone_looked_nothing_is_said(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.run("stale._run_at.clear()")
    notebook.save(RIGHT, CHECK)
    assert notebook.notes(CHECK) == []


def test_without_its_file_there_is_nothing_to_say(notebook: Notebook) -> None:
    notebook.run(WRONG)
    notebook.save(RIGHT, CHECK)
    assert len(notebook.notes(CHECK)) == 1
    for name in ("", str(notebook.path.parent), "console-1"):
        notebook.run(f"os.environ['JPY_SESSION_NAME'] = {name!r}")
        assert notebook.notes(CHECK) == []
    notebook.run("del os.environ['JPY_SESSION_NAME']")
    assert notebook.notes(CHECK) == []
