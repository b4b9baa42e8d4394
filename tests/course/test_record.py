"""The learner's record: nothing achieved is lost, and nothing on the disk raises."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from raftlab.course import record
from raftlab.course.record import (
    BUSY,
    FILE,
    HINTS,
    LOCK,
    MOST_BYTES,
    MOST_COUNTED,
    MOVED,
    NEWER,
    OUTCOMES,
    STUCK,
    UNREAD,
    UNSAVED,
    Mark,
    Record,
)

ROOT = Path(__file__).parents[2]

counts = st.integers(0, MOST_COUNTED)
any_mark = st.builds(
    Mark,
    outcome=st.sampled_from(OUTCOMES),
    attempts=counts,
    hints=st.integers(0, HINTS),
    asked_for_solution=counts,
    parts=st.sets(counts, max_size=9).map(lambda parts: tuple(sorted(parts))),
    best=st.none() | counts,
)


def passed(mark: Mark) -> Mark:
    return mark.after("passed")


def wrong(mark: Mark) -> Mark:
    return mark.after("wrong")


def one_more_hint(mark: Mark) -> Mark:
    return replace(mark, hints=mark.hints + 1)


def written(folder: Path) -> Any:
    return json.loads((folder / FILE).read_text("utf-8"))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failing(number: int) -> Callable[..., NoReturn]:
    """What stands in for a call that the system refuses."""

    def fail(*_: object, **__: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


def script(body: str, folder: Path) -> list[str]:
    """A command that runs `body` in a process of its own, with a record of `folder`."""
    lines = (
        "import os, signal, sys",
        "from pathlib import Path",
        "from raftlab.course.record import Mark, Record",
        "record = Record(Path(sys.argv[1]))",
        body,
    )
    return [sys.executable, "-c", "\n".join(lines), str(folder)]


# A mark


def test_a_mark_follows_the_latest_attempt() -> None:
    mark = Mark().after("raised").after("wrong")
    assert mark == Mark(outcome="wrong", attempts=2)


@pytest.mark.parametrize("outcome", ["wrong", "raised", "safe", "passed"])
def test_what_was_passed_stays_passed(outcome: str) -> None:
    assert Mark().after("passed").after(outcome) == Mark(outcome="passed", attempts=2)


@given(any_mark)
def test_a_check_that_was_no_attempt_changes_nothing(mark: Mark) -> None:
    assert mark.after("not attempted") == mark


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "brilliant"},
        {"outcome": None},
        {"attempts": -1},
        {"attempts": True},
        {"attempts": 1.0},
        {"hints": HINTS + 1},
        {"asked_for_solution": "2"},
        {"parts": [1]},
        {"parts": (2, 1)},
        {"parts": (1, 1)},
        {"parts": ("1",)},
        {"best": -3},
    ],
    ids=str,
)
def test_what_is_no_mark_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"there |parts|counts"):
        Mark(**fields)


# A record


def test_nothing_is_known_at_first_and_asking_writes_nothing(tmp_path: Path) -> None:
    marks = Record(tmp_path)
    assert marks.marks() == {}
    assert marks.mark("may_vote") == Mark()
    assert not marks.forget("may_vote")
    assert marks.trouble == ()
    assert names_in(tmp_path) == []


def test_a_change_is_returned_and_saved(tmp_path: Path) -> None:
    first = Record(tmp_path)
    assert first.change("may_vote", wrong) == Mark("wrong", 1)
    assert first.change("may_vote", passed) == Mark("passed", 2)
    first.change("advance", lambda mark: replace(mark, parts=(2, 5), best=7))
    assert written(tmp_path) == {
        "format": 1,
        "exercises": {
            "advance": {"parts": [2, 5], "best": 7},
            "may_vote": {"outcome": "passed", "attempts": 2},
        },
    }
    later = Record(tmp_path)
    assert later.marks() == {
        "advance": Mark(parts=(2, 5), best=7),
        "may_vote": Mark("passed", 2),
    }
    assert first.trouble == later.trouble == ()
    assert names_in(tmp_path) == [FILE, LOCK]


def test_the_folder_is_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = Record()
    monkeypatch.chdir(ROOT)  # a notebook may change directory; its record stays
    here.change("may_vote", passed)
    assert written(tmp_path)["exercises"] == {"may_vote": {"outcome": "passed", "attempts": 1}}


def test_to_forget_one_leaves_the_others(tmp_path: Path) -> None:
    marks = Record(tmp_path)
    marks.change("may_vote", passed)
    marks.change("advance", passed)
    assert marks.forget("may_vote")
    assert not marks.forget("may_vote")
    assert Record(tmp_path).marks() == {"advance": Mark("passed", 1)}


def test_a_change_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    Record(tmp_path).change("may_vote", lambda mark: mark.after("not attempted"))
    assert not (tmp_path / FILE).exists()


def test_what_a_change_raises_comes_through_and_leaves_all_as_it_was(tmp_path: Path) -> None:
    marks = Record(tmp_path)
    for _ in range(HINTS):
        marks.change("may_vote", one_more_hint)
    with pytest.raises(ValueError, match="there are 3 hints, not 4"):
        marks.change("may_vote", one_more_hint)
    assert marks.mark("may_vote") == Record(tmp_path).mark("may_vote") == Mark(hints=HINTS)


@settings(max_examples=20)
@given(st.dictionaries(st.text(), any_mark, max_size=3))
def test_marks_are_read_as_they_were_written(marks: dict[str, Mark]) -> None:
    with TemporaryDirectory() as folder:
        for name, mark in marks.items():
            Record(Path(folder)).change(name, lambda _, mark=mark: mark)
        again = Record(Path(folder))
        assert again.marks() == {name: mark for name, mark in marks.items() if mark != Mark()}
        assert again.trouble == ()


def test_what_this_release_does_not_know_is_kept(tmp_path: Path) -> None:
    known = {"outcome": "wrong", "attempts": 1, "mood": ["calm", {"since": 1.5}]}
    unknown = {"outcome": "safe", "colour": "blue"}
    before = {
        "format": 1,
        "exercises": {"may_vote": known, "of_the_future": unknown},
        "learner": "Ada",
    }
    (tmp_path / FILE).write_text(json.dumps(before), "utf-8")
    marks = Record(tmp_path)
    marks.change("may_vote", passed)
    after = {"outcome": "passed", "attempts": 2, "mood": ["calm", {"since": 1.5}]}
    assert written(tmp_path) == {
        "format": 1,
        "exercises": {"may_vote": after, "of_the_future": unknown},
        "learner": "Ada",
    }
    assert marks.trouble == ()


def test_trouble_is_taken_once(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("?", "utf-8")
    marks = Record(tmp_path)
    marks.marks()
    assert marks.trouble == marks.take_trouble() != ()
    assert marks.trouble == marks.take_trouble() == ()


# A crash in the middle of saving


@pytest.mark.parametrize(
    "crash",
    [
        "os.fsync = lambda _: os._exit(9)",
        "os.replace = lambda *_: os._exit(9)",
        pytest.param(
            "os.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL"),
        ),
    ],
)
def test_a_crash_in_the_middle_of_saving_loses_nothing(tmp_path: Path, crash: str) -> None:
    Record(tmp_path).change("may_vote", passed)
    before = (tmp_path / FILE).read_bytes()
    body = f"{crash}\nrecord.change('may_vote', lambda mark: mark.after('wrong'))"
    assert subprocess.run(script(body, tmp_path), cwd=ROOT).returncode not in (0, 1)
    assert (tmp_path / FILE).read_bytes() == before
    assert len(list(tmp_path.glob("*.part"))) == 1  # what the dead left is harmless
    after = Record(tmp_path)
    assert after.change("may_vote", passed) == Mark("passed", 2)
    assert after.trouble == ()


def test_what_was_written_aside_is_removed_when_it_cannot_be_moved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.replace", failing(errno.EIO))
    Record(tmp_path).change("may_vote", passed)
    assert names_in(tmp_path) == [LOCK]


def test_an_interrupt_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = Record(tmp_path)
    marks.change("may_vote", passed)

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", interrupted)
        with pytest.raises(KeyboardInterrupt):
            marks.change("may_vote", passed)
    assert names_in(tmp_path) == [FILE, LOCK]
    assert marks.change("may_vote", passed) == Mark("passed", 2)


# Two notebooks at once


def test_of_two_that_save_at_once_no_update_is_lost(tmp_path: Path) -> None:
    body = """
print("ready", flush=True)
sys.stdin.readline()
for number in range(25):
    record.change("both", lambda mark: mark.after("wrong"))
    record.change(f"own {os.getpid()}", lambda mark: mark.after("wrong"))
print(*record.trouble)
"""
    two = [
        subprocess.Popen(
            script(body, tmp_path),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in two:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in two:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    assert [process.communicate()[0].strip() for process in two] == ["", ""]
    assert Record(tmp_path).marks() == {
        "both": Mark("wrong", 50),
        **{f"own {process.pid}": Mark("wrong", 25) for process in two},
    }


def test_one_that_cannot_have_the_lock_saves_later_and_undoes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PATIENCE", 0.05)
    ours, theirs = Record(tmp_path), Record(tmp_path)
    theirs.change("may_vote", wrong)
    with FileLock(tmp_path / LOCK):
        assert ours.change("may_vote", passed) == Mark("passed", 2)
        assert ours.change("advance", wrong) == Mark("wrong", 1)
        assert ours.take_trouble() == (BUSY,)
    assert ours.mark("may_vote") == Mark("passed", 2)
    assert theirs.change("may_vote", wrong) == Mark("wrong", 2)
    assert ours.change("advance", passed) == Mark("passed", 2)
    assert theirs.marks() == {"advance": Mark("passed", 2), "may_vote": Mark("passed", 3)}
    assert ours.change("advance", wrong) == Mark("passed", 3)  # nothing is done twice
    assert ours.trouble == ()


def test_trouble_that_comes_back_is_told_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PATIENCE", 0.05)
    marks = Record(tmp_path)
    for _ in range(2):
        with FileLock(tmp_path / LOCK):
            marks.change("may_vote", passed)
        assert marks.take_trouble() == (BUSY,)
        marks.change("may_vote", passed)
        assert marks.take_trouble() == ()


def test_a_waiting_change_that_another_notebook_made_impossible_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PATIENCE", 0.05)
    ours, theirs = Record(tmp_path), Record(tmp_path)
    with FileLock(tmp_path / LOCK):
        ours.change("may_vote", one_more_hint)
    for _ in range(HINTS):
        theirs.change("may_vote", one_more_hint)
    assert ours.mark("may_vote") == Mark(hints=HINTS)
    assert ours.change("may_vote", passed) == Mark("passed", 1, hints=HINTS)


# A folder that cannot be written

DENIED = UNSAVED.format("permission denied")


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder in which a mark was saved, that this process may no longer write in."""
    if sys.platform == "win32":
        pytest.skip("Windows has no read-only folders")
    with TemporaryDirectory() as name:
        folder = Path(name)
        Record(folder).change("before", passed)
        (folder / LOCK).unlink()
        folder.chmod(0o555)
        root = os.geteuid() == 0
        try:
            if root:  # whom no permission binds
                os.seteuid(65534)
        except OSError:
            pytest.skip("root cannot become another user here")
        try:
            yield folder
        finally:
            if root:
                os.seteuid(0)
            folder.chmod(0o755)


def test_in_a_read_only_folder_marks_live_in_memory(read_only: Path) -> None:
    marks = Record(read_only)
    assert marks.mark("before") == Mark("passed", 1)
    assert marks.trouble == ()
    assert marks.change("may_vote", wrong) == Mark("wrong", 1)
    assert marks.change("may_vote", passed) == Mark("passed", 2)
    assert marks.change("before", wrong) == Mark("passed", 2)
    assert marks.marks() == {"before": Mark("passed", 2), "may_vote": Mark("passed", 2)}
    assert marks.forget("may_vote")
    assert marks.marks() == {"before": Mark("passed", 2)}
    assert marks.trouble == (
        "Your progress cannot be saved in this folder: permission denied. "
        "It is kept until the kernel stops.",
    )
    assert Record(read_only).marks() == {"before": Mark("passed", 1)}


REFUSALS = {
    "no lock": ("filelock.FileLock.acquire", errno.EACCES),
    "no locks on this disk": ("filelock.FileLock.acquire", errno.ENOLCK),
    "read-only disk": ("pathlib.Path.open", errno.EROFS),
    "full disk": ("os.fsync", errno.ENOSPC),
    "no replacing": ("os.replace", errno.EACCES),
}


@pytest.mark.parametrize(("call", "number"), REFUSALS.values(), ids=REFUSALS)
def test_whatever_the_system_refuses_is_said_once_and_never_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    marks = Record(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(call, failing(number))
        assert marks.change("may_vote", wrong) == Mark("wrong", 1)
        assert marks.change("may_vote", passed) == Mark("passed", 2)
        assert marks.mark("may_vote") == Mark("passed", 2)
        assert marks.take_trouble() == (UNSAVED.format(os.strerror(number).lower()),)
    assert not (tmp_path / FILE).exists()
    marks.change("advance", passed)  # the disk has room again: all is saved
    assert Record(tmp_path).marks() == {"advance": Mark("passed", 1), "may_vote": Mark("passed", 2)}
    assert marks.trouble == ()


def test_a_file_system_without_locks_never_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: object, **__: object) -> NoReturn:
        raise NotImplementedError

    monkeypatch.setattr("filelock.FileLock.acquire", unsupported)
    marks = Record(tmp_path)
    assert marks.change("may_vote", passed) == marks.mark("may_vote") == Mark("passed", 1)
    assert marks.trouble == (UNSAVED.format("it cannot be locked"),)


def test_a_lock_that_cannot_be_let_go_of_counts_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = Record(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("filelock.FileLock.release", failing(errno.EIO))
        marks.change("may_vote", wrong)
    assert marks.mark("may_vote") == Mark("wrong", 1)
    assert marks.trouble == ()


@pytest.mark.parametrize("where", ["not there", "a file", "a file/below"])
def test_a_folder_that_is_none_never_raises(tmp_path: Path, where: str) -> None:
    (tmp_path / "a file").write_text("", "utf-8")
    marks = Record(tmp_path / where)
    assert marks.marks() == {}
    assert marks.change("may_vote", passed) == marks.mark("may_vote") == Mark("passed", 1)
    (sentence,) = marks.trouble
    assert sentence.startswith("Your progress cannot be saved in this folder: ")
    assert names_in(tmp_path) == ["a file"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the folder it stands in")
def test_a_working_directory_that_is_gone_never_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    with monkeypatch.context() as patched:
        patched.chdir(ROOT)
        os.chdir(gone)
        gone.rmdir()
        marks = Record()
        assert marks.change("may_vote", passed) == marks.mark("may_vote") == Mark("passed", 1)
    assert marks.trouble == (UNSAVED.format("no such file or directory"),)


def test_a_file_that_may_not_be_read_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Record(tmp_path).change("may_vote", wrong)
    before = (tmp_path / FILE).read_bytes()
    marks = Record(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("pathlib.Path.open", failing(errno.EACCES))
        assert marks.marks() == {}
        assert marks.change("may_vote", passed) == marks.mark("may_vote") == Mark("passed", 1)
        assert marks.trouble == (UNREAD.format("permission denied"),)
    assert (tmp_path / FILE).read_bytes() == before
    assert marks.mark("may_vote") == Mark("passed", 2)


def test_a_file_that_vanishes_while_it_is_opened_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Record(tmp_path).change("may_vote", wrong)
    monkeypatch.setattr("pathlib.Path.open", failing(errno.ENOENT))
    marks = Record(tmp_path)
    assert marks.marks() == {}
    assert marks.trouble == ()


def test_what_windows_denies_for_a_moment_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, tries = os.replace, []

    def denied_twice(*paths: Path) -> None:
        tries.append(paths)
        if len(tries) <= 2:
            raise PermissionError(errno.EACCES, "Access is denied")
        real(*paths)

    monkeypatch.setattr("os.replace", denied_twice)
    marks = Record(tmp_path)
    marks.change("may_vote", passed)
    assert marks.trouble == ()
    assert Record(tmp_path).marks() == {"may_vote": Mark("passed", 1)}


def test_a_record_that_would_be_too_large_to_read_is_not_written(tmp_path: Path) -> None:
    before = {"format": 1, "exercises": {}, "more": "x" * (MOST_BYTES - 100)}
    (tmp_path / FILE).write_text(json.dumps(before), "utf-8")
    marks = Record(tmp_path)
    marks.change("may_vote" * 20, passed)
    assert marks.trouble == (UNSAVED.format(os.strerror(errno.EFBIG).lower()),)
    assert written(tmp_path) == before


# A file that raftlab did not write so


def with_mark(fields: str) -> str:
    return f'{{"format": 1, "exercises": {{"may_vote": {fields}}}}}'


NONSENSE: dict[str, bytes | str] = {
    "empty": "",
    "no JSON": "format: 1",
    "half-written": '{"format": 1, "exercises": {"may_vote": {"outc',
    "not UTF-8": b'{"format": 1, "exercises": {"\xff": {}}}',
    "UTF-16": with_mark("{}").encode("utf-16"),
    "nothing": "null",
    "a list": "[1, 2]",
    "a text": '"passed"',
    "no format": '{"exercises": {}}',
    "format 0": '{"format": 0, "exercises": {}}',
    "format as text": '{"format": "1", "exercises": {}}',
    "format true": '{"format": true, "exercises": {}}',
    "format 1.0": '{"format": 1.0, "exercises": {}}',
    "no exercises": '{"format": 1}',
    "a list of exercises": '{"format": 1, "exercises": ["may_vote"]}',
    "a mark that is a text": with_mark('"passed"'),
    "a mark that is nothing": with_mark("null"),
    "a mark that is a list": with_mark("[]"),
    "an unknown outcome": with_mark('{"outcome": "brilliant"}'),
    "an outcome that is a list": with_mark('{"outcome": ["passed"]}'),
    "a negative number": with_mark('{"attempts": -1}'),
    "a broken number": with_mark('{"attempts": 1.5}'),
    "true for a number": with_mark('{"attempts": true}'),
    "null for a number": with_mark('{"attempts": null}'),
    "NaN": with_mark('{"attempts": NaN}'),
    "NaN in what is unknown": with_mark('{"mood": [NaN]}'),
    "infinity": with_mark('{"best": Infinity}'),
    "as good as infinity": with_mark('{"mood": 1e999}'),
    "huge": with_mark('{"attempts": 1000000000000}'),
    "huge parts": with_mark('{"parts": [1000000000000]}'),
    "more digits than Python reads": with_mark(f'{{"best": {"9" * 5000}}}'),
    "too many hints": with_mark('{"hints": 4}'),
    "a negative part": with_mark('{"parts": [-1]}'),
    "a part that is a text": with_mark('{"parts": ["1"]}'),
    "parts out of order": with_mark('{"parts": [2, 1]}'),
    "parts that are a text": with_mark('{"parts": "12"}'),
    "parts that are an object": with_mark('{"parts": {}}'),
    "nested too deep": with_mark('{"mood": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    "nested too deep to write": with_mark('{"mood": ' + "[" * 300 + "]" * 300 + "}"),
    "too large": with_mark("{}") + " " * MOST_BYTES,
}


@pytest.mark.parametrize("content", NONSENSE.values(), ids=NONSENSE)
def test_what_makes_no_sense_is_moved_aside_and_said(tmp_path: Path, content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / FILE).write_bytes(raw)
    marks = Record(tmp_path)
    assert marks.marks() == {}
    assert marks.take_trouble() == (MOVED.format(f"{FILE}.unreadable"),)
    assert (tmp_path / f"{FILE}.unreadable").read_bytes() == raw
    assert marks.change("may_vote", passed) == Mark("passed", 1)
    assert marks.trouble == ()
    assert Record(tmp_path).marks() == {"may_vote": Mark("passed", 1)}


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(with_mark('{"hints": 1}'), "utf-8-sig")
    assert Record(tmp_path).marks() == {"may_vote": Mark(hints=1)}


def test_a_folder_in_the_place_of_the_file_is_moved_aside(tmp_path: Path) -> None:
    (tmp_path / FILE / "inside").mkdir(parents=True)
    marks = Record(tmp_path)
    assert marks.change("may_vote", passed) == Mark("passed", 1)
    assert marks.trouble == (MOVED.format(f"{FILE}.unreadable"),)
    assert names_in(tmp_path / f"{FILE}.unreadable") == ["inside"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_in_the_place_of_the_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    marks = Record(tmp_path)
    assert marks.change("may_vote", passed) == Mark("passed", 1)
    assert marks.trouble == (MOVED.format(f"{FILE}.unreadable"),)


def test_nothing_that_was_kept_aside_is_lost(tmp_path: Path) -> None:
    marks = Record(tmp_path)
    names = [f"{FILE}.unreadable", f"{FILE}.unreadable-2", f"{FILE}.unreadable-3"]
    for number, name in enumerate(names):
        (tmp_path / FILE).write_text(f"nonsense {number}", "utf-8")
        marks.change("may_vote", passed)
        assert marks.take_trouble() == (MOVED.format(name),)
    for number, name in enumerate(names):
        assert (tmp_path / name).read_text("utf-8") == f"nonsense {number}"


def test_what_cannot_be_moved_aside_stays_and_marks_live_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pathlib.Path.rename", failing(errno.EACCES))
    (tmp_path / FILE).write_text("nonsense", "utf-8")
    marks = Record(tmp_path)
    assert marks.marks() == {}
    assert marks.change("may_vote", passed) == marks.mark("may_vote") == Mark("passed", 1)
    assert marks.trouble == (STUCK, DENIED)
    assert (tmp_path / FILE).read_text("utf-8") == "nonsense"


@pytest.mark.parametrize(
    "newer",
    ['{"format": 2, "exercises": [{"name": "may_vote"}]}', '{"format": 7, "marks": {}}'],
)
def test_what_a_newer_raftlab_wrote_is_not_touched(tmp_path: Path, newer: str) -> None:
    (tmp_path / FILE).write_text(newer, "utf-8")
    marks = Record(tmp_path)
    assert marks.marks() == {}
    assert marks.change("may_vote", passed) == marks.mark("may_vote") == Mark("passed", 1)
    assert marks.trouble == (NEWER,)
    assert (tmp_path / FILE).read_text("utf-8") == newer
    assert f"{FILE}.unreadable" not in names_in(tmp_path)


@settings(max_examples=100)
@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["format", "exercises", "may_vote", "outcome", "parts", "best"]),
                inner,
            )
        ),
        max_leaves=8,
    ).map(lambda value: json.dumps({"format": 1, "exercises": {"may_vote": value}}).encode())
)
def test_no_content_raises(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / FILE).write_bytes(content)
        marks = Record(Path(folder))
        before = marks.mark("may_vote")
        assert marks.change("may_vote", passed) == before.after("passed")
        again = Record(Path(folder))
        assert again.mark("may_vote") == before.after("passed")
        assert again.trouble == ()
