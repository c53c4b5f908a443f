"""Another exercise for each seed: other numbers, another order of options, other hidden inputs."""

import re
from dataclasses import replace

import numpy as np

from crmlab.exercises._engine import call
from crmlab.exercises._items import CodeExercise, Drawn, Exercise

__all__ = ["ask", "solve", "vary"]

_OPTION = re.compile(r"^([a-z])\) ", re.MULTILINE)


def vary(item: Exercise | Drawn | CodeExercise, seed: int | None) -> Exercise | CodeExercise:
    """The exercise of a seed; without a seed, that of the book."""
    if seed is None:
        return item.make() if isinstance(item, Drawn) else item
    key = item.make().key if isinstance(item, Drawn) else item.key
    rng = np.random.default_rng([seed, *key.encode()])
    exercise = item.another(rng) if isinstance(item, Drawn) else item
    return _shuffle(exercise, rng) if _is_choice(exercise) else exercise


def ask(item: Exercise | Drawn | CodeExercise, seed: int) -> str:
    """The question of a seed in Markdown, and how it is answered."""
    exercise = vary(item, seed)
    if isinstance(exercise, CodeExercise):
        given = f"{exercise.question}\n\n```python\n{exercise.starter}\n```"
        name = exercise.answer.__name__
        note = "The question is that of the book; the seed draws other hidden inputs."
    else:
        given, name = exercise.question, "answer"
        varied = isinstance(item, Drawn) or _is_choice(exercise)
        note = "" if varied else "This exercise has no other numbers; a seed does not change it."
    key = exercise.key
    check = call(key, seed).replace(f'"{key}"', f'"{key}", {name}')
    parts = [f"**Exercise {key}, seed {seed}**", given, note, f"`exercises.check({check})`"]
    return "\n\n".join(part for part in parts if part)


def solve(exercise: Exercise | CodeExercise, seed: int | None) -> str:
    """The solution; the letters in its text are those of the book, so the drawn one comes first."""
    if seed is None or not _is_choice(exercise):
        return exercise.solution
    return f"{exercise.answer}\nIn the book's order of the options: {exercise.solution}"


def _is_choice(exercise: Exercise | CodeExercise) -> bool:
    return isinstance(exercise, Exercise) and isinstance(exercise.answer, str)


def _shuffle(exercise: Exercise | CodeExercise, rng: np.random.Generator) -> Exercise:
    """Give the options other letters, in the question, the answer and the mistakes."""
    assert isinstance(exercise, Exercise)
    head, *parts = _OPTION.split(exercise.question)
    letters, texts = parts[::2], [text.rstrip("\n") for text in parts[1::2]]
    order = [int(at) for at in rng.permutation(len(letters))]
    became = {letters[old]: letters[new] for new, old in enumerate(order)}
    options = "\n".join(
        f"{letter}) {texts[old]}" for letter, old in zip(letters, order, strict=True)
    )
    return replace(
        exercise,
        question=head + options,
        answer=became[str(exercise.answer)],
        misconceptions=tuple(
            replace(wrong, answer=became[str(wrong.answer)]) for wrong in exercise.misconceptions
        ),
    )
