"""The quiz: which pictures are real?"""

import numpy as np
import pytest

from ganlib.errors import DataError, GanlibError
from ganlib.quiz import Quiz

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


def test_the_picture_shows_what_is_scored(quiz):
    answer = real_ones(quiz)
    pixels = {colour: n for n, colour in quiz.picture(scale=2).getcolors(1 << 20)}
    assert pixels[REAL] == len(answer) * 16 * 16
    assert pixels[MADE] == (COUNT - len(answer)) * 16 * 16


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


def test_the_solution_frames_right_and_wrong_answers(quiz):
    answer = real_ones(quiz)
    right, wrong = (40, 160, 60), (210, 40, 40)
    colours = {colour for _, colour in quiz.solution(answer).getcolors(1 << 20)}
    assert right in colours and wrong not in colours
    colours = {colour for _, colour in quiz.solution(answer[1:]).getcolors(1 << 20)}
    assert right in colours and wrong in colours


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
    with pytest.raises(DataError, match="there are 4 and 4"):
        Quiz(images, images, 5)
    with pytest.raises(GanlibError, match="there is no picture 17: they go from 1 to 16"):
        quiz.score([1, 17])
