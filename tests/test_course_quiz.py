"""The quiz: every question asked once, each letter judged by its own reason."""

import pytest

from crmlab import InputError
from crmlab.course import _quiz, ask_quiz, draw_quiz, load_quiz, print_quiz
from crmlab.exercises.rooms import Block, QuizItem, load_blocks

ITEMS = tuple(
    QuizItem(
        f"Question {number}?",
        tuple((f"option {number}{mark}", f"Reason {number}{mark}.") for mark in "RXYZ"),
        concepts=("A4",),
    )
    for number in range(6)
)


@pytest.fixture
def run():
    """Answer with these words; return the score and what was shown."""

    def run(questions, words):
        typed, shown = iter(words), []

        def read(prompt):
            shown.append(prompt)
            try:
                return next(typed)
            except StopIteration:
                raise EOFError from None

        return ask_quiz(questions, read=read, write=shown.append), "\n".join(shown)

    return run


def rights(questions):
    return [question.right.letter for question in questions]


def test_the_first_option_is_right_wherever_it_is_shown():
    for seed in range(20):
        for number, question in enumerate(draw_quiz(ITEMS, seed=seed)):
            assert question.right.text == f"option {number}R"
            assert [option.letter for option in question.options] == list("abcd")
            assert {option.text[-1] for option in question.options} == set("RXYZ")
            assert all(option.why[-2] == option.text[-1] for option in question.options)


def test_a_seed_gives_one_order_and_right_is_at_every_letter():
    assert draw_quiz(ITEMS, seed=3) == draw_quiz(ITEMS, seed=3)
    assert {letter for seed in range(9) for letter in rights(draw_quiz(ITEMS, seed=seed))} == set(
        "abcd"
    )


def test_right_answers_count_in_every_form(run):
    questions = draw_quiz(ITEMS, seed=1)
    forms = ["{}", " {} ", "{})", "({})", "{}.", "{}"]
    words = [
        form.format(letter.upper()) for form, letter in zip(forms, rights(questions), strict=True)
    ]
    score, shown = run(questions, words)
    assert score == 6
    assert shown.endswith("6 of 6 are right.")
    assert all(f"Right. Reason {number}R." in shown for number in range(6))


def test_a_wrong_answer_is_told_its_reason_and_the_right_one(run):
    questions = draw_quiz(ITEMS[:1], seed=1)
    wrong = next(option for option in questions[0].options if not option.right)
    score, shown = run(questions, [wrong.letter])
    assert score == 0
    assert (
        f"Not right. {wrong.why}\nThe answer is {questions[0].right.letter}). Reason 0R." in shown
    )


def test_what_is_no_letter_is_asked_again_and_not_counted(run):
    questions = draw_quiz(ITEMS[:1], seed=1)
    score, shown = run(questions, ["", "e", "ab", "3", *rights(questions)])
    assert score == 1
    assert shown.count("Type one letter: a, b, c, d.") == 4


@pytest.mark.parametrize("end", [[], ["q"], ["Q"]], ids=["closed", "q", "Q"])
def test_an_early_end_is_polite(run, end):
    questions = draw_quiz(ITEMS, seed=1)
    score, shown = run(questions, [rights(questions)[0], *end])
    assert score == 1
    assert shown.endswith("The quiz ends here: 1 of 1 answered are right.")


def test_answers_are_printed_with_every_reason():
    shown = []
    print_quiz(draw_quiz(ITEMS, seed=2), shown.append)
    text = "\n".join(shown)
    assert text.count("right: ") == 6
    assert text.count("wrong: ") == 18
    assert all(f"right: Reason {number}R." in text for number in range(6))


def test_long_lines_are_wrapped():
    long = QuizItem("why " * 60, (("a " * 90, "b " * 90), ("c " * 90, "d " * 90)))
    shown = []
    print_quiz(draw_quiz([long], seed=0), shown.append)
    assert max(len(line) for text in shown for line in text.splitlines()) <= 88


def test_a_notebook_without_a_quiz_is_refused(monkeypatch):
    blocks = {"00": Block(exercises=()), "02": Block(exercises=(), quiz=ITEMS)}
    monkeypatch.setattr(_quiz, "load_blocks", lambda: blocks)
    assert load_quiz("02") == load_quiz("2") == load_quiz("02_pareto") == ITEMS
    for number in ("00", "07", "", "x"):
        with pytest.raises(InputError, match=rf"no quiz of notebook '{number}'; there are 02\."):
            load_quiz(number)


def test_quizzes_of_the_book_have_six_items_with_reasons_and_no_two_options_alike():
    for number, block in load_blocks().items():
        assert len(block.quiz) in (0, 6), number
        for item in block.quiz:
            texts = [text for text, _ in item.options]
            assert len(texts) >= 3
            assert len(set(texts)) == len(texts)
            assert all(why.endswith(".") and why.isascii() for _, why in item.options)
            assert item.question.isascii()
