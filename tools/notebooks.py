"""Keep the notebooks clean: `python -m tools.notebooks check|clean|run [NOTEBOOK ...]`.

A notebook in the repository keeps its outputs, text and static pictures, so that it can be read
where nothing runs. It does not keep what differs from one run or machine to the next: timings,
random cell ids, the kernel's version, the state and the views of widgets. The execution counts are
those of a run from the first cell to the last, whatever order the cells were run in.

`check` names what is not clean, `clean` cleans in place, `run` runs every cell first. Without a
NOTEBOOK, all of them.
"""

import re
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

LONGEST_CELL = 10
"""Lines of code in a cell. What needs more belongs in the package."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA = {"jupyter", "slideshow", "tags"}
"""The metadata that an author gives a cell on purpose."""

WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

# nbformat draws eight hexadecimal digits, JupyterLab a UUID or its first part.
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){0,3}(-[0-9a-f]{12})?")

FENCED = re.compile(r"^```.*?^```", flags=re.MULTILINE | re.DOTALL)


def cleaned(text: str) -> str:
    """The notebook in `text` as it should be in the repository.

    Raises:
        nbformat.ValidationError: `text` is JSON but no notebook.
        nbformat.reader.NotJSONError: `text` is not even JSON.
    """
    return nbformat.writes(_clean(nbformat.reads(text, as_version=4))) + "\n"


def executed(text: str, folder: Path) -> str:
    """The notebook in `text`, run from its first cell to its last in `folder`, and cleaned.

    Raises:
        nbclient.exceptions.CellExecutionError: a cell raised.
    """
    from nbclient import NotebookClient

    notebook = nbformat.reads(cleaned(text), as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    return cleaned(nbformat.writes(notebook))


def problems(text: str) -> Iterator[str]:
    """What is wrong with the notebook in `text`, a sentence each."""
    if cleaned(text) != text:
        yield "it is not clean; `python -m tools.notebooks clean` cleans it."
    cells = nbformat.reads(text, as_version=4).cells
    prose = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    titles = re.findall(r"^# .", FENCED.sub("", prose), flags=re.MULTILINE)
    if len(titles) != 1:
        yield f"it has {len(titles)} first-level headings, not one."
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        lines = len(cell.source.strip().splitlines())
        if lines > LONGEST_CELL:
            yield f"{cell.id} has {lines} lines; {LONGEST_CELL} are the most."
        if any(output.output_type == "error" for output in cell.outputs):
            yield f"{cell.id} raised when it was last run."
        if any(output.get("name") == "stderr" for output in cell.outputs):
            yield f"{cell.id} wrote to stderr when it was last run."


def main(arguments: list[str]) -> int:
    """Run the command line; returns the exit code, 1 if `check` found anything."""
    parser = ArgumentParser(prog="python -m tools.notebooks", description=__doc__)
    parser.add_argument("task", choices=["check", "clean", "run"])
    parser.add_argument("notebooks", metavar="NOTEBOOK", nargs="*", type=Path)
    options = parser.parse_args(arguments)
    found = 0
    for path in options.notebooks or sorted(NOTEBOOKS.glob("*.ipynb")):
        text = path.read_text("utf-8")
        if options.task == "check":
            wrong = list(problems(text))
            found += len(wrong)
            print(*(f"{path.name}: {problem}" for problem in wrong), sep="\n", end="")
            continue
        new = _executed_apart(text) if options.task == "run" else cleaned(text)
        if new != text:
            path.write_text(new, "utf-8")
            print(f"{path.name}: written anew")
    return 1 if found else 0


def _executed_apart(text: str) -> str:
    """The notebook as a learner finds it: run where no progress of one's own is kept."""
    with TemporaryDirectory() as folder:
        return executed(text, Path(folder))


def _clean(notebook: NotebookNode) -> NotebookNode:
    """`notebook`, changed in place, without anything that is noise."""
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat_minor = 5
    taken = {cell.get("id") for cell in notebook.cells}
    free = (name for n in range(1, 10_000) if (name := f"cell-{n:02}") not in taken)
    counts = count(1)
    for cell in notebook.cells:
        if RANDOM_ID.fullmatch(cell.setdefault("id", "00000000")):
            cell.id = next(free)
        cell.metadata = {key: cell.metadata[key] for key in CELL_METADATA & cell.metadata.keys()}
        if cell.cell_type == "code":
            cell.execution_count = next(counts)
            cell.outputs = [_clean_output(output, cell.execution_count) for output in cell.outputs]
            cell.outputs = [output for output in cell.outputs if output.get("data") != {}]
    return notebook


def _clean_output(output: NotebookNode, execution_count: int) -> NotebookNode:
    """`output`, changed in place, without anything that is noise."""
    if "execution_count" in output:
        output.execution_count = execution_count
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata = {}
    return output


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
