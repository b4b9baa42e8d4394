"""The learner's working folder: the chapters copied there, and never a word of theirs lost.

A chapter is replaced only while its cells are, word for word, what raftlab put there. Once the
learner has changed one, a newer edition goes beside it, once. What raftlab put there is remembered
in a small JSON file in the folder. Every file is written aside and moved into place, so none is
ever half-written.
"""

import errno
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from raftlab.sim.files import write_whole

START = "00_start_here.ipynb"
"""The notebook that the course opens on."""

MEMORY = ".raftlab.json"
"""The file in the working folder that remembers what raftlab put there."""

FORMAT = 1
"""The version of that file's format: `{"format": 1, "written": {file name: sha256}}`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `prepare` did: the names of the files it wrote, by the reason for writing them."""

    new: tuple[str, ...] = ()
    """Notebooks that were not in the folder."""
    renewed: tuple[str, ...] = ()
    """Newer editions of notebooks that the learner had not changed."""
    beside: tuple[str, ...] = ()
    """Newer editions of notebooks that the learner has changed, under a name of their own."""
    memory_kept_as: str | None = None
    """Where the folder's memory went, if it could not be understood."""

    def sentences(self) -> tuple[str, ...]:
        """What there is to tell the learner; nothing when nothing changed."""
        told = {
            "New in the folder: {}.": self.new,
            "Newer edition, in place of your untouched copy: {}.": self.renewed,
            "Newer edition, beside your own copy, which stays as it is: {}.": self.beside,
        }
        said = tuple(text.format(", ".join(names)) for text, names in told.items() if names)
        if self.memory_kept_as is None:
            return said
        return (
            f"{MEMORY} could not be understood and is now {self.memory_kept_as}; "
            "every notebook in the folder is taken to be changed by you.",
            *said,
        )


def chapters() -> dict[str, bytes]:
    """The notebooks of this release, by file name, in the order of the course.

    Raises:
        FileNotFoundError: the installation has no notebooks.
    """
    package = files("raftlab")
    inside = package.joinpath("course", "notebooks")
    # An editable install has no copy inside the package; the checkout's own folder serves instead.
    found = _notebooks(inside) or _notebooks(Path(str(package)).parent / "notebooks")
    if not found:
        raise FileNotFoundError("this installation has no notebooks; please install raftlab again")
    return found


def prepare(folder: Path, notebooks: Mapping[str, bytes], release: str) -> Prepared:
    """Bring `folder` up to date with `notebooks`, and say what was done.

    Args:
        folder: the working folder; made if it does not exist.
        notebooks: contents by file name, as from `chapters`.
        release: the version that names an edition put beside a learner's changed copy.

    Raises:
        OSError: the folder cannot be made, read or written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.W_OK):  # even with nothing to write now: the learner will save
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    remembered, memory_kept_as = _recall(folder)
    written = dict(remembered)
    wrote: dict[str, list[str]] = {"new": [], "renewed": [], "beside": []}
    for name, content in notebooks.items():
        reason = _put(folder / name, content, written)
        if reason == "kept" and _digest(content) not in remembered.values():
            name = f"{Path(name).stem}.new-{release}.ipynb"
            reason = "beside" if _put(folder / name, content, written) != "kept" else "kept"
        if reason in wrote:
            wrote[reason].append(name)
    if written != remembered:
        memory = {"format": FORMAT, "written": dict(sorted(written.items()))}
        write_whole(folder / MEMORY, (json.dumps(memory, indent=2) + "\n").encode())
    return Prepared(
        tuple(wrote["new"]), tuple(wrote["renewed"]), tuple(wrote["beside"]), memory_kept_as
    )


def _put(path: Path, content: bytes, written: dict[str, str]) -> str:
    """Write `content` unless the learner's own work is there; note it in `written`.

    Returns:
        "new", "renewed", "same" (it was there already) or "kept" (the learner's work is there).
    """
    current = _current(path)
    digest = _digest(content)
    before = None if current is None else _digest(current)
    if before is not None and before not in (digest, written.get(path.name)):
        return "kept"
    if before != digest:
        write_whole(path, content)
    written[path.name] = digest
    return "same" if before == digest else "new" if before is None else "renewed"


def _recall(folder: Path) -> tuple[dict[str, str], str | None]:
    """What raftlab has put in `folder`; and, if its memory made no sense, where that went."""
    path = folder / MEMORY
    content = _current(path)
    if content is None:
        return {}, None
    with suppress(ValueError, KeyError, TypeError, AttributeError, RecursionError):
        memory = json.loads(content)
        written = {str(name): str(digest) for name, digest in memory["written"].items()}
        if memory["format"] == FORMAT:
            return written, None
    aside = path.with_name(f"{path.name}.unreadable")
    path.replace(aside)
    return {}, aside.name


def _notebooks(folder: Traversable) -> dict[str, bytes]:
    """The notebooks directly in `folder`, sorted by name; none where there is no such folder."""
    if not folder.is_dir():
        return {}
    found = (entry for entry in folder.iterdir() if entry.name.endswith(".ipynb"))
    return {entry.name: entry.read_bytes() for entry in sorted(found, key=lambda e: e.name)}


def _current(path: Path) -> bytes | None:
    """What the file holds; None where there is none."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _digest(content: bytes) -> str:
    """What tells two editions apart: the kinds and the words of a notebook's cells, in order.

    Outputs and metadata do not count: JupyterLab saves a notebook anew that was only opened.
    """
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        cells = [[c["cell_type"], "".join(c["source"])] for c in json.loads(content)["cells"]]
        content = json.dumps(cells).encode()
    return sha256(content).hexdigest()
