"""The exercises of lessons 01 to 04 refuse plausible wrong answers, and say what is wrong."""

import re
from collections import Counter
from pathlib import Path

import pytest
from test_notebooks import EXERCISES, ROOT, verdicts

FILES = sorted((Path(__file__).parent / "wrong_answers").glob("*.py"))
HEAD = re.compile(r"^# %% exercise-(\d+): (.+)\n", re.MULTILINE)


def wrong_answers():
    """A lesson's file, an exercise's number, a part of the sentence that refuses, and the code."""
    for file in FILES:
        parts = HEAD.split(file.read_text(encoding="utf-8"))[1:]
        for number, sentence, code in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            yield file, int(number), sentence, code


ANSWERS = list(wrong_answers())
NAMES = [f"{file.stem[:2]}-{number}-{sentence}" for file, number, sentence, _ in ANSWERS]


def test_every_exercise_has_two_wrong_answers_at_least():
    counts = Counter((file.stem[:2], number) for file, number, _, _ in ANSWERS)
    assert counts.keys() == {(f"0{n}", e) for n in (1, 2, 3, 4) for e in EXERCISES}
    assert min(counts.values()) >= 2


@pytest.mark.parametrize(("file", "number", "sentence", "code"), ANSWERS, ids=NAMES)
def test_a_wrong_answer_is_refused_with_its_reason(file, number, sentence, code, monkeypatch):
    # Only few steps, but for the ring of lesson 01, of which nothing but a training can say it.
    if "needed" not in sentence:
        monkeypatch.setenv("GANLIB_QUICK_MINUTES", "0.02")
    told = verdicts(ROOT / "notebooks" / f"{file.stem}.ipynb", number, code)
    assert any("not yet" in line and sentence in line for line in told), told
