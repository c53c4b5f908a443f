"""The answer key of a notebook: exercises, quiz and memo, and why wrong answers are wrong."""

import html
import inspect

from crmlab.course._pack._words import bullets, code, fold, markdown, prepared, table
from crmlab.course._quiz import draw_quiz
from crmlab.exercises.rooms import Block, CodeExercise, Exercise, Memo, solve, vary

__all__ = ["answers_body"]


def answers_body(title: str, block: Block, seed: int | None) -> str:
    """Write the key of one notebook as HTML.

    Parameters
    ----------
    title : str
        Of the notebook.
    block : Block
        What it asks.
    seed : int, optional
        Key for the variants of this seed. Default: the numbers of the book.
    """
    which = "the numbers of the book" if seed is None else f"the variants of seed {seed}"
    parts = [
        f"<h1>Answers: {html.escape(title)}</h1>",
        f'<p class="quiet">For teachers. With {which}.</p>',
        "<h2>Exercises</h2>",
        *(_exercise(vary(item, seed), seed) for item in block.exercises),
        "<h2>Quiz</h2>",
        _quiz(block, seed),
        "<h2>Decision memo</h2>",
        _memo(block.memo),
    ]
    return "\n".join(parts)


def _exercise(exercise: Exercise | CodeExercise, seed: int | None) -> str:
    kind = "in code" if isinstance(exercise, CodeExercise) else "by hand"
    practises = ", ".join(exercise.concepts)
    notes = [f"objective {exercise.objective}", kind, *([practises] if practises else [])]
    if isinstance(exercise, CodeExercise):
        answer = _code_answer(exercise, seed)
    else:
        answer = _answer(exercise, seed)
    return "\n".join(
        [
            f"<h3>{exercise.key}</h3>",
            f'<p class="quiet">{html.escape(" · ".join(notes))}</p>',
            markdown(exercise.question),
            answer,
        ]
    )


def _answer(exercise: Exercise, seed: int | None) -> str:
    wrong = [(show_answer(one.answer), one.why) for one in exercise.misconceptions]
    if isinstance(exercise.answer, str):
        wrong.sort()  # a seed moves the letters of a choice
    way = prepared(solve(exercise, seed))
    return (
        f"<p><strong>Answer: {html.escape(show_answer(exercise.answer))}</strong>, "
        f"{html.escape(_precision(exercise))}. {html.escape(exercise.right)}</p>"
        f"{way}{table(['Wrong', 'Why'], wrong)}"
    )


def _precision(exercise: Exercise) -> str:
    if isinstance(exercise.answer, float) and exercise.tolerance:
        return f"within {exercise.tolerance:g}"
    return "exactly"


def show_answer(answer: float | str | frozenset[str]) -> str:
    """Write an answer as a teacher reads it.

    Examples
    --------
    >>> show_answer(4500000.0), show_answer(0.72), show_answer(frozenset({"5", "12"}))
    ('4,500,000', '0.72', '12, 5')
    """
    if isinstance(answer, frozenset):
        return ", ".join(sorted(answer))
    if isinstance(answer, str):
        return answer
    return f"{answer:,.0f}" if float(answer).is_integer() else f"{answer:,.4g}"


def _code_answer(exercise: CodeExercise, seed: int | None) -> str:
    mistakes = [_mistake(wrong.answer, wrong.why) for wrong in exercise.mistakes]
    return (
        f"<p><strong>A right answer</strong> (others that return the same on hidden inputs are "
        f"right, too). {html.escape(exercise.right)}</p>"
        f"{code(solve(exercise, seed))}<p>Typical mistakes, and what is said:</p>"
        f"{bullets(mistakes)}"
    )


def _mistake(function: object, why: str) -> str:
    try:
        source = inspect.getsource(function).rstrip()  # type: ignore[arg-type]
    except (OSError, TypeError):
        source = ""
    shown = fold("the code", code(source)) if source.startswith("def ") else ""
    return html.escape(why) + shown


def _quiz(block: Block, seed: int | None) -> str:
    if not block.quiz:
        return "<p>This notebook has no quiz yet.</p>"
    note = "with --seed 0" if seed is None else f"with --seed {seed}"
    parts = [f'<p class="quiet">Letters as <code>crmlab quiz</code> shows them {note}.</p>']
    for number, question in enumerate(draw_quiz(block.quiz, seed=seed or 0), start=1):
        rows = [(f"{o.letter})", o.text, "right" if o.right else "wrong", o.why)
                for o in question.options]  # fmt: skip
        parts.append(f"<h3>Quiz {number}: {question.right.letter}</h3>")
        parts.append(f"<p>{html.escape(question.text)}</p>")
        parts.append(table(["", "Option", "", "Why"], rows))
    return "\n".join(parts)


def _memo(memo: Memo | None) -> str:
    if memo is None:
        return "<p>This notebook has no rubric yet.</p>"
    rubric = [(what, enough, points) for what, enough, points in memo.rubric]
    total = sum(points for *_, points in memo.rubric)
    return (
        f"{markdown(memo.task)}<h3>Rubric: {total} points</h3>"
        f"{table(['Looked for', 'Enough', 'Points'], rubric)}"
        f"<h3>A memo that gets all points</h3>{markdown(memo.model)}"
    )
