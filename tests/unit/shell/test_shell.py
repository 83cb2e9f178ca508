"""Commands: what they write, what they say, how they end, and that they go on where they were stopped."""

from __future__ import annotations

import csv
import gc
import re
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import deepvis_widgets as dv
from deepvis_widgets.__main__ import main
from deepvis_widgets.shell import explain
from deepvis_widgets.shell.pictures import found_pictures

METHODS = ("cam", "gradient")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three pictures, one in a folder of its own, and a file that is none."""
    folder = tmp_path / "photos"
    (folder / "more").mkdir(parents=True)
    for name, seed in (("a.png", 3), ("b.png", 4), ("more/a.png", 5)):
        dv.scene("wolf", "snow", seed=seed).image.save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    return folder


def words(photos: Any, out: Path, *more: str) -> list[str]:
    return [
        "explain",
        "--model",
        "husky-wolf",
        "--images",
        str(photos),
        "--out",
        str(out),
        "--methods",
        *METHODS,
        *more,
    ]


def table(out: Path) -> list[dict[str, str]]:
    with (out / "table.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def files(out: Path) -> set[str]:
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}


def test_explain_writes_maps_a_table_and_a_page(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(words(photos, out, "--target", "wolf")) == 0
    pictures = ("a.png", "b.png", "more/a.png")
    maps = {f"maps/{method}/{name}.png" for method in METHODS for name in pictures}
    assert files(out) == {"table.csv", "report.html", *maps}
    net = dv.load("husky-wolf")
    for row in table(out):
        picture = photos / row["picture"]
        found = dv.explain(net, picture, row["method"], target="wolf")
        assert float(row["low"]) == pytest.approx(float(found.heatmap.min()), rel=1e-3, abs=1e-6)
        assert float(row["high"]) == pytest.approx(float(found.heatmap.max()), rel=1e-3, abs=1e-6)
        assert float(row["share"]) == pytest.approx(float(net.bars(net.view(picture))[1]), rel=1e-3)
        assert (row["target"], row["problem"]) == ("wolf", "")
        with Image.open(out / row["map"]) as shown:
            assert np.abs(np.asarray(shown.convert("RGB"), int) - np.asarray(found.image().convert("RGB"))).max() <= 2
    page = (out / "report.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg") == 6 and 'href="maps/cam/more/a.png.png"' in page
    assert not re.search(r'(src|href)="(https?:)?//', page) and "<script" not in page
    said = capsys.readouterr()
    assert "3 pictures, 6 maps" in said.out and said.err == "", "no bar where there is no terminal"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The methods that were run from now on, one for each map."""
    found: list[str] = []
    tell = explain.write_map
    monkeypatch.setattr(
        explain, "write_map", lambda file, image, row: (found.append(row.method), tell(file, image, row))
    )
    return found


def test_what_is_there_with_the_same_question_is_not_computed_again(
    photos: Path, tmp_path: Path, runs: list[str]
) -> None:
    out = tmp_path / "out"
    assert main(words(photos, out)) == 0
    first = table(out)
    assert len(runs) == 6
    assert main(words(photos, out)) == 0
    assert len(runs) == 6 and table(out) == first
    (out / "maps/cam/a.png.png").unlink()
    content = (out / "maps/gradient/a.png.png").read_bytes()
    (out / "maps/gradient/a.png.png").write_bytes(content[: len(content) // 2])  # as a full disk leaves it
    assert main(words(photos, out)) == 0
    assert runs[6:] == ["cam", "gradient"] and table(out) == first
    dv.scene("husky", "snow", seed=9).image.save(photos / "b.png")  # another picture under the same name
    assert main(words(photos, out)) == 0
    assert len(runs) == 10
    assert main(words(photos, out, "--target", "husky")) == 0
    assert main(words(photos, out, "--target", "husky", "--set", "gradient.score=probability")) == 0
    assert len(runs) == 16 + 3


def test_pictures_that_fail_are_listed_and_the_others_are_done(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (photos / "b.png").write_bytes(b"\x89PNG cut off")
    out = tmp_path / "out"
    assert main(words(photos, out)) == 1
    said = capsys.readouterr()
    assert said.err.count("failed: b.png") == 2 and "4 maps" in said.out
    problems = [row["problem"] for row in table(out) if row["picture"] == "b.png"]
    assert len(problems) == 2 and all("b.png" in problem for problem in problems)
    assert len(files(out)) == 4 + 2


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--target", "unicorn"], "unicorn"),
        (["--methods", "tea_leaves"], 'There is no method "tea_leaves"'),
        (["--methods", "activation_maximization"], "makes pictures of its own"),
        (["--set", "cam"], "METHOD.NAME=VALUE"),
        (["--set", "gradient.score=colour"], "colour"),
        (["--weights", "no-such-file.safetensors"], "no-such-file"),
        (["--images", "no-such-folder"], "There is no file or folder"),
        (["--wrong"], "--help"),
    ],
)
def test_bad_usage_is_one_sentence(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: Sequence[str], sentence: str
) -> None:
    out = tmp_path / "out"
    try:
        code = main(words(photos, out, *more))
    except SystemExit as end:
        code = int(str(end.code))
    said = capsys.readouterr().err.strip()
    assert code == 2 and sentence in said and "\n" not in said and "Traceback" not in said
    assert not out.exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.write_text("a file is there")
    assert main(words(photos, out)) == 2
    assert capsys.readouterr().err == f'The folder "{out}" cannot be made (File exists); give --out another.\n'
    assert out.read_text() == "a file is there"


@pytest.mark.parametrize("out", ["page", "no such folder/page.html"])
def test_a_page_s_path_is_looked_at_before_the_network(out: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["handout", "--model", "no-such-network", "--image", "none.png", "--out", out]) == 2
    said = capsys.readouterr().err
    assert ".html" in said or "no such folder" in said, said


def test_a_stop_leaves_no_half_file_and_says_how_to_go_on(
    photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, saved = tmp_path / "out", []
    save = Image.Image.save

    def stopped(image: Image.Image, file: Any, *given: Any, **more: Any) -> None:
        save(image, file, *given, **more)
        saved.append(file)
        if len(saved) == 5:
            raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", stopped)
    assert main(words(photos, out)) == 130
    assert "goes on from here" in capsys.readouterr().err
    done = files(out)
    assert done and all(name.startswith("maps/") and name.endswith(".png.png") for name in done)
    monkeypatch.undo()
    assert main(words(photos, out)) == 0
    assert len(files(out)) == 8


def test_a_folder_of_any_size_holds_one_picture_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted is what is alive of all that was read and computed, whatever it costs."""
    folder, alive, most = tmp_path / "photos", [], []
    folder.mkdir()
    for number in range(12):
        Image.new("RGB", (64, 64), (20 * number, 0, 0)).save(folder / f"{number:02}.png")
    monkeypatch.setattr(explain, "_row", watched(explain._row, alive, most))
    assert main(["explain", "--model", "husky-wolf", "--images", str(folder), "--out", str(tmp_path / "out")]) == 0
    assert len(most) == 12 and max(most[2:]) <= max(most[:2]) <= 3


def watched(make: Any, alive: list[Any], most: list[int]) -> Any:
    def row(task: Any, picture: Any, view: Any, name: str) -> Any:
        alive.append(weakref.ref(view))
        found = make(task, picture, view, name)
        gc.collect()
        most.append(sum(1 for each in alive if each() is not None))
        return found

    return row


def test_pictures_are_found_one_after_the_other(photos: Path, tmp_path: Path) -> None:
    found = found_pictures([str(photos)])
    assert isinstance(found, Iterator)
    assert [each.name for each in found] == ["a.png", "b.png", "more/a.png"]
    both = found_pictures([str(photos), str(photos / "more" / "a.png")])
    assert [each.name for each in both] == ["photos/a.png", "photos/b.png", "photos/more/a.png", "a.png"]


@pytest.mark.parametrize("command", [[], ["explain"], ["handout"], ["atlas", "build"]])
def test_help_has_examples_that_are_understood(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    from deepvis_widgets.__main__ import parser

    with pytest.raises(SystemExit) as end:
        main([*command, "--help"])
    assert end.value.code == 0
    examples = re.findall(r"^  python -m deepvis_widgets (.*)$", capsys.readouterr().out, re.M)
    assert examples
    for example in examples:
        assert callable(parser().parse_args(example.split()).run)


DOCS = Path(__file__).parents[3] / "docs" / "shell.md"
COMMANDS = re.findall(r"^python -m deepvis_widgets (.*)$", DOCS.read_text(encoding="utf-8"), re.M)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_commands_of_the_docs_run(command: str, photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dv.scene("wolf", "snow", seed=3).image.save(photos.parent / "wolf.png")
    monkeypatch.chdir(photos.parent)
    assert main(command.split()) == 0
