"""The `raftlab` command: the learner's folder, what is printed, JupyterLab started and stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path
from threading import Timer

import pytest

from raftlab import cli
from raftlab.course.catalogue import catalogue
from raftlab.course.folder import MEMORY, START, Prepared, chapters, prepare
from raftlab.course.record import FILE, Mark, Record
from raftlab.course.standing import Standing

FIRST = {"00_start.ipynb": b"start", "01_watch.ipynb": b"watch"}
SECOND = {"00_start.ipynb": b"start", "01_watch.ipynb": b"watch, better"}
OFFER = "01_watch.new-0.2.0.ipynb"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MEMORY}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A learner's folder, as the first release leaves it."""
    folder = tmp_path / "deep" / "course"
    prepare(folder, FIRST, "0.1.0")
    return folder


class TestTheFolder:
    def test_is_made_with_every_notebook(self, tmp_path: Path) -> None:
        folder = tmp_path / "new" / "course"
        assert prepare(folder, FIRST, "0.1.0") == Prepared(new=tuple(FIRST))
        assert contents(folder) == FIRST

    def test_is_left_alone_the_second_time(self, folder: Path) -> None:
        before = (folder / MEMORY).stat().st_mtime_ns
        assert prepare(folder, FIRST, "0.1.0") == Prepared()
        assert (folder / MEMORY).stat().st_mtime_ns == before

    def test_keeps_what_the_learner_changed(self, folder: Path) -> None:
        (folder / "01_watch.ipynb").write_bytes(b"mine")
        assert prepare(folder, FIRST, "0.1.0") == Prepared()
        assert contents(folder) == {**FIRST, "01_watch.ipynb": b"mine"}

    def test_gives_back_what_the_learner_deleted(self, folder: Path) -> None:
        (folder / "01_watch.ipynb").unlink()
        assert prepare(folder, FIRST, "0.1.0") == Prepared(new=("01_watch.ipynb",))
        assert contents(folder) == FIRST

    def test_renews_what_the_learner_left_alone(self, folder: Path) -> None:
        assert prepare(folder, SECOND, "0.2.0") == Prepared(renewed=("01_watch.ipynb",))
        assert contents(folder) == SECOND

    def test_takes_a_copy_that_was_only_opened_and_run_for_untouched(self, tmp_path: Path) -> None:
        cell = {"cell_type": "code", "source": ["1 + 1"], "outputs": [], "metadata": {}}
        newer = {"a.ipynb": json.dumps({"cells": [{**cell, "source": "2 + 2"}]}).encode()}
        prepare(tmp_path, {"a.ipynb": json.dumps({"cells": [cell]}).encode()}, "0.1.0")
        saved = {**cell, "source": "1 + 1", "outputs": [{"text": "2"}]}
        autosaved = json.dumps({"cells": [saved], "metadata": {"touched": True}}).encode()
        (tmp_path / "a.ipynb").write_bytes(autosaved)
        assert prepare(tmp_path, {"a.ipynb": autosaved}, "0.1.0") == Prepared()
        assert prepare(tmp_path, newer, "0.2.0") == Prepared(renewed=("a.ipynb",))

    def test_offers_a_newer_edition_beside_a_changed_one_once(self, folder: Path) -> None:
        (folder / "01_watch.ipynb").write_bytes(b"mine")
        offered = {**FIRST, "01_watch.ipynb": b"mine", OFFER: b"watch, better"}
        assert prepare(folder, SECOND, "0.2.0") == Prepared(beside=(OFFER,))
        assert contents(folder) == offered
        # A later release with the same edition has nothing to offer, even if this one was deleted.
        (folder / OFFER).unlink()
        assert prepare(folder, SECOND, "0.3.0") == Prepared()

    def test_never_overwrites_a_file_it_did_not_write(self, tmp_path: Path) -> None:
        mine = {"01_watch.ipynb": b"mine", OFFER: b"also mine"}
        for name, content in mine.items():
            (tmp_path / name).write_bytes(content)
        assert prepare(tmp_path, SECOND, "0.2.0") == Prepared(new=("00_start.ipynb",))
        assert contents(tmp_path) == {**mine, "00_start.ipynb": b"start"}

    @pytest.mark.parametrize(
        "memory",
        [
            b"",
            b"\xff\x00",
            b"[]",
            b"{}",
            b'{"format": 1, "written": 3}',
            b'{"format": 2, "written": {}}',
            b"[" * 100_000,
        ],
    )
    def test_takes_every_copy_for_changed_when_its_memory_is_lost(
        self, folder: Path, memory: bytes
    ) -> None:
        (folder / MEMORY).write_bytes(memory)
        aside = f"{MEMORY}.unreadable"
        assert prepare(folder, SECOND, "0.2.0") == Prepared(beside=(OFFER,), memory_kept_as=aside)
        assert contents(folder) == {**FIRST, OFFER: b"watch, better", aside: memory}
        assert json.loads((folder / MEMORY).read_bytes())["format"] == 1

    def test_is_refused_when_it_cannot_be_written(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("os.access", lambda path, mode: False)  # chmod does not stop root
        with pytest.raises(PermissionError, match="Permission denied"):
            prepare(folder, FIRST, "0.1.0")

    def test_never_holds_half_a_file(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        before = contents(folder)
        monkeypatch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            prepare(folder, SECOND, "0.2.0")
        assert contents(folder) == before

    def test_says_what_was_done(self) -> None:
        prepared = Prepared(("a",), ("b", "c"), ("d.new",), "memory.unreadable")
        assert prepared.sentences() == (
            f"{MEMORY} could not be understood and is now memory.unreadable; "
            "every notebook in the folder is taken to be changed by you.",
            "New in the folder: a.",
            "Newer edition, in place of your untouched copy: b, c.",
            "Newer edition, beside your own copy, which stays as it is: d.new.",
        )


def test_the_chapters_are_valid_notebooks_and_the_first_is_the_start() -> None:
    found = chapters()
    assert next(iter(found)) == START
    assert all(json.loads(content)["nbformat"] == 4 for content in found.values())


class TestTheCommand:
    @pytest.fixture
    def served(self, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, int, bool]]:
        """What JupyterLab would have been started on."""
        served = []

        def serve(folder: Path, port: int, *, browser: bool) -> int:
            served.append((folder, port, browser))
            return 0

        monkeypatch.setattr(cli, "_serve", serve)
        return served

    def test_opens_the_default_folder(self, served, tmp_path, monkeypatch) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        assert cli.main([]) == 0
        assert served == [(tmp_path / "raftlab-course", 8888, True)]

    def test_opens_a_given_folder_port_and_no_browser(self, served, tmp_path, capsys) -> None:
        assert cli.main([str(tmp_path / "here"), "--port", "9000", "--no-browser"]) == 0
        assert served == [(tmp_path / "here", 9000, False)]
        assert f"The course is in {tmp_path / 'here'}\nNew in the folder: {START}" in (
            capsys.readouterr().out
        )

    @pytest.mark.parametrize("name", cli.COMMANDS)
    def test_opens_a_folder_named_like_a_command(self, served, name, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        assert cli.main([f"./{name}"]) == 0
        assert served == [(tmp_path / name, 8888, True)]

    def test_says_in_one_sentence_that_a_folder_cannot_be_written(
        self, served, tmp_path, capsys
    ) -> None:
        (tmp_path / "file").touch()
        assert cli.main([str(tmp_path / "file" / "course")]) == 1
        assert capsys.readouterr().err == (
            f"raftlab: cannot put the course in {tmp_path}/file/course: Not a directory.\n"
        )
        assert served == []

    @pytest.mark.parametrize("name", cli.COMMANDS)
    def test_every_command_is_in_the_help_and_helps(self, name, capsys) -> None:
        for arguments in (["--help"], [name, "--help"]):
            with pytest.raises(SystemExit) as stopped:
                cli.main(arguments)
            assert stopped.value.code == 0
            assert f"raftlab {name}" in capsys.readouterr().out

    @pytest.mark.parametrize("port", ["x", "-1", "65536", "٣"])
    def test_refuses_what_is_no_port(self, served, port, capsys) -> None:
        with pytest.raises(SystemExit) as stopped:
            cli.main([f"--port={port}"])
        assert stopped.value.code == 2
        assert "is not a port" in capsys.readouterr().err

    def test_prints_its_version(self, capsys) -> None:
        with pytest.raises(SystemExit) as stopped:
            cli.main(["--version"])
        assert stopped.value.code == 0
        assert re.fullmatch(r"raftlab \d+\.\d+\.\d+\n", capsys.readouterr().out)

    def test_prints_the_walkthrough(self, capsys) -> None:
        assert cli.main(["walkthrough"]) == 0
        assert "node1: Follower, Term: 0, Log: []" in capsys.readouterr().out


class TestWhatIsRecorded:
    @pytest.fixture
    def begun(self, tmp_path: Path) -> Path:
        """A folder in which may_vote is passed, and a hint was taken for wins_election."""
        record = Record(tmp_path)
        record.change("may_vote", lambda mark: mark.after("wrong").after("passed"))
        record.change("wins_election", lambda mark: replace(mark, hints=1))
        (tmp_path / "02_leader_election.ipynb").write_bytes(b"mine")
        return tmp_path

    def test_progress_is_what_the_folder_records(self, begun: Path, capsys) -> None:
        assert cli.main(["progress", str(begun)]) == 0
        standing = Standing(tuple(catalogue().values()), Record(begun).marks())
        assert capsys.readouterr().out == f"{standing}\n"
        assert standing.headline.startswith("1 of ")

    def test_progress_and_reset_look_into_the_default_folder(
        self, tmp_path, monkeypatch, capsys
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        folder = tmp_path / "raftlab-course"
        for arguments in (["progress"], ["reset", "may_vote"]):
            assert cli.main(arguments) == 1
            assert capsys.readouterr().err.startswith(f"raftlab: there is no folder {folder}")
        folder.mkdir()
        for arguments in (["progress"], ["reset", "may_vote"]):
            assert cli.main(arguments) == 0
        out = capsys.readouterr().out
        assert out.startswith("0 of ")
        assert out.endswith(f"\nNothing is recorded of may_vote in {folder}.\n")

    def test_a_record_that_makes_no_sense_is_told_of(self, tmp_path: Path, capsys) -> None:
        (tmp_path / FILE).write_bytes(b"nonsense")
        assert cli.main(["progress", str(tmp_path)]) == 0
        assert capsys.readouterr().out.startswith(f"{FILE} could not be understood and is now ")

    def test_reset_forgets_one_exercise_and_leaves_the_notebook(self, begun: Path, capsys) -> None:
        assert cli.main(["reset", "may_vote", "--folder", str(begun)]) == 0
        assert capsys.readouterr().out == (
            "What was recorded of may_vote is forgotten: outcome, hints, requests for the "
            "solution.\n"
            "Your answer stands in 02_leader_election.ipynb as before; no notebook was changed.\n"
        )
        assert Record(begun).marks() == {"wins_election": Mark(hints=1)}
        assert (begun / "02_leader_election.ipynb").read_bytes() == b"mine"

    def test_reset_of_what_is_not_recorded_or_not_known(self, begun: Path, capsys) -> None:
        before = Record(begun).marks()
        assert cli.main(["reset", "restart", f"--folder={begun}"]) == 0
        assert capsys.readouterr().out == f"Nothing is recorded of restart in {begun}.\n"
        assert cli.main(["reset", "may_vite", f"--folder={begun}"]) == 1
        assert capsys.readouterr().err == (
            "raftlab: there is no exercise named 'may_vite'. Did you mean 'may_vote'?\n"
        )
        assert Record(begun).marks() == before

    def test_reset_says_that_it_could_not_be_saved(self, begun, monkeypatch, capsys) -> None:
        def full(_descriptor: int) -> None:
            raise OSError(28, "No space left on device")

        before = Record(begun).marks()
        monkeypatch.setattr("os.fsync", full)
        assert cli.main(["reset", "may_vote", f"--folder={begun}"]) == 1
        assert capsys.readouterr().err == (
            "raftlab: may_vote could not be reset. "
            "Your progress cannot be saved in this folder: no space left on device.\n"
        )
        assert Record(begun).marks() == before

    def test_stars_are_no_trouble_to_a_terminal_that_has_none(self, begun: Path) -> None:
        run = subprocess.run(
            [sys.executable, "-m", "raftlab", "progress", str(begun)],
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "may_vote" in run.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_jupyterlab_serves_the_course_until_interrupted(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    command = [sys.executable, "-m", "raftlab", str(folder), "--no-browser", "--port=0"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as process:
        watchdog = Timer(120, process.kill)  # so that a server that hangs is a failure, and ends
        watchdog.start()
        said = [process.stdout.readline() for _ in range(4)]
        (address,) = re.findall(r"listens at (http://127\.0\.0\.1:\d+/\S+\?token=\w+)\n", said[2])
        site, token = re.split(rf"lab/workspaces/raftlab/tree/{re.escape(START)}\?", address)
        with urllib.request.urlopen(f"{site}api/contents?{token}", timeout=60) as answer:
            names = [entry["name"] for entry in json.load(answer)["content"]]
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
    watchdog.cancel()
    assert START in names
    assert said[3] == "Ctrl-C stops it.\n"
    assert rest == f"\nStopped. Your work is in {folder}\n"
    assert process.returncode == 0
