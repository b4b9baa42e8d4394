"""The notebooks in the repository are clean, and the tool that says so can tell."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools import notebooks

PATHS = sorted(notebooks.NOTEBOOKS.glob("*.ipynb"))


def text(*cells: nbformat.NotebookNode, **metadata: object) -> str:
    return nbformat.writes(new_notebook(cells=list(cells), metadata=metadata)) + "\n"


def clean(*cells: nbformat.NotebookNode) -> str:
    return notebooks.cleaned(text(new_markdown_cell("# Title"), *cells))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_the_notebook_is_clean(path: Path) -> None:
    assert list(notebooks.problems(path.read_text("utf-8"))) == []


def test_there_are_notebooks() -> None:
    assert PATHS


def test_noise_is_cleaned_and_the_rest_is_kept() -> None:
    image = '<img alt="three followers" src="data:image/svg+xml;base64,PHN2Zz4=">'
    view = {notebooks.WIDGET_VIEW: {"model_id": "3f"}}
    noisy = text(
        new_markdown_cell("# Title", id="title"),
        new_code_cell(
            "lab",
            id="0f1e2d3c",
            execution_count=7,
            metadata={"execution": {"iopub.execute_input": "noon"}, "tags": ["kept"]},
            outputs=[
                new_output("stream", name="stdout", text="said\n"),
                new_output("display_data", data=view),
                new_output("execute_result", execution_count=7, data={"text/html": image, **view}),
            ],
        ),
        kernelspec={"display_name": "my venv", "name": "mine"},
        widgets={"state": {}},
    )
    result = json.loads(notebooks.cleaned(noisy))
    assert result["metadata"] == notebooks.METADATA
    title, lab = result["cells"]
    assert title == {"cell_type": "markdown", "id": "title", "metadata": {}, "source": ["# Title"]}
    assert lab == {
        "cell_type": "code",
        "execution_count": 1,
        "id": "cell-01",
        "metadata": {"tags": ["kept"]},
        "outputs": [
            {"name": "stdout", "output_type": "stream", "text": ["said\n"]},
            {
                "data": {"text/html": [image]},
                "execution_count": 1,
                "metadata": {},
                "output_type": "execute_result",
            },
        ],
        "source": ["lab"],
    }


def test_cleaning_twice_changes_nothing() -> None:
    once = clean(new_code_cell("1"), new_code_cell("2", id="chosen"))
    assert notebooks.cleaned(once) == once


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (text(new_markdown_cell("# Title")), "not clean"),
        (clean(new_markdown_cell("# Another title")), "2 first-level headings"),
        (clean(new_code_cell("1\n" * 11)), "11 lines"),
        (clean(new_code_cell("1", outputs=[new_output("error", ename="E")])), "raised"),
        (
            clean(new_code_cell("1", outputs=[new_output("stream", name="stderr", text="oh")])),
            "stderr",
        ),
    ],
)
def test_a_problem_is_named(found: str, problem: str) -> None:
    (sentence,) = notebooks.problems(found)
    assert problem in sentence


def test_a_clean_notebook_has_no_problems() -> None:
    fenced = new_markdown_cell("```\n# a comment\n```")
    assert list(notebooks.problems(clean(fenced, new_code_cell("1\n" * 10)))) == []


def test_running_twice_gives_the_same_notebook(tmp_path: Path) -> None:
    source = clean(new_code_cell("print(1)\nprint(2)\n{'a': 3}"))
    once = notebooks.executed(source, tmp_path)
    assert notebooks.executed(once, tmp_path) == once
    outputs = json.loads(once)["cells"][1]["outputs"]
    assert [output.get("text") for output in outputs] == [["1\n", "2\n"], None]
