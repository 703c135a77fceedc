"""The quiz: which pictures are real?"""

import numpy as np
import pytest

from ganlib.errors import DataError, GanlibError
from ganlib.lessons.quiz import Quiz, Score

COUNT = 16


REAL, MADE = (200, 10, 30), (10, 200, 30)


@pytest.fixture
def quiz():
    """Real pictures are red, generated ones green."""
    real, generated = (np.full((COUNT, 8, 8, 3), colour, np.uint8) for colour in (REAL, MADE))
    return Quiz(real, generated, COUNT)


def real_ones(quiz):
    """What an answer with one number alone tells about that number."""
    nothing = quiz.score([]).missed
    return [n for n in range(1, COUNT + 1) if quiz.score([n]).missed < nothing]


def tiles(picture, columns=8):
    """The tiles of a sheet from left to right, row by row, as arrays."""
    gap = 8
    height = (picture.height + gap) // (COUNT // columns) - gap
    width = (picture.width + gap) // columns - gap
    return [
        np.asarray(picture)[top : top + height, left : left + width]
        for top in range(0, picture.height, height + gap)
        for left in range(0, picture.width, width + gap)
    ]


def shows(tile, colour):
    return bool((tile == colour).all(axis=-1).any())


def test_each_number_stands_over_the_picture_that_is_scored_under_it(quiz):
    answer = real_ones(quiz)
    for number, tile in enumerate(tiles(quiz.picture()), start=1):
        assert shows(tile, REAL) == (number in answer)
        assert shows(tile, MADE) == (number not in answer)


def test_no_picture_is_shown_twice():
    shades = np.arange(1, 41, dtype=np.uint8)[:, None, None, None] * np.ones((8, 8, 3), np.uint8)
    colours = np.array([1, 2, 0], np.uint8)
    quiz = Quiz(shades * colours, shades * colours[::-1], 40)
    shown = {c for _, c in quiz.picture().getcolors(1 << 20) if 0 in c and sum(c) % 3 == 0}
    assert len(shown - {(0, 0, 0)}) == 40


def test_real_and_generated_are_tossed_evenly():
    images = np.zeros((40, 2, 2, 1), np.uint8)
    real = [len(real_ones(Quiz(images, images, COUNT, seed))) for seed in range(400)]
    # 6,400 tosses: 3,200 and three and a half standard deviations of 40.
    assert abs(sum(real) - 3200) < 140
    assert len(set(real)) > 5


def test_the_right_answer_scores_all_and_its_opposite_nothing(quiz):
    answer = real_ones(quiz)
    assert 1 < len(answer) < COUNT
    score = quiz.score(answer)
    assert (score.right, score.missed, score.fooled) == (COUNT, 0, 0)
    opposite = quiz.score(set(range(1, COUNT + 1)) - set(answer))
    assert (opposite.right, opposite.missed) == (0, len(answer))
    assert opposite.fooled == COUNT - len(answer)
    assert quiz.score(answer[1:]).missed == 1


def test_chance_is_that_of_a_tossed_coin(quiz):
    answer = real_ones(quiz)
    assert quiz.score(answer).chance == pytest.approx(0.5**16)
    assert quiz.score(answer[1:]).chance == pytest.approx(17 * 0.5**16)
    assert quiz.score(set(range(1, 17)) - set(answer)).chance == 1.0
    assert "16 of 16 right" in str(quiz.score(answer))
    assert "in less than 0.1% of all cases" in str(quiz.score(answer))
    assert "in 3.8% of all cases" in str(Score(12, COUNT, 2, 2))


def test_the_solution_frames_right_and_wrong_answers(quiz):
    answer = real_ones(quiz)
    right, wrong = (40, 160, 60), (210, 40, 40)
    assert all(shows(tile, right) for tile in tiles(quiz.solution(answer)))
    judged = enumerate(tiles(quiz.solution(answer[1:])), start=1)
    assert [number for number, tile in judged if shows(tile, wrong)] == answer[:1]


def test_the_seed_decides_what_is_asked():
    real, generated = np.random.default_rng(0).integers(0, 256, (2, 40, 8, 8, 3), dtype=np.uint8)
    pictures = [
        np.asarray(Quiz(real, generated, 12, seed).picture()).tobytes() for seed in (1, 1, 2)
    ]
    assert pictures[0] == pictures[1] != pictures[2]


def test_what_cannot_be_asked_or_answered_is_one_sentence(quiz):
    images = np.zeros((4, 8, 8, 1), np.uint8)
    with pytest.raises(DataError, match="told apart by their shape"):
        Quiz(images, np.zeros((4, 8, 8, 3), np.uint8), 2)
    for count in (0, 5):
        with pytest.raises(DataError, match=f"{count} pictures cannot be made from 4 real and 4"):
            Quiz(images, images, count)
    with pytest.raises(GanlibError, match="answer with a list of numbers"):
        quiz.score(3)
    with pytest.raises(GanlibError, match="there is no picture 17: they go from 1 to 16"):
        quiz.score([1, 17])
