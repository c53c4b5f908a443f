"""Answers to every exercise, notebook by notebook."""

from exercise_cases import nb00, nb02, nb03, nb06

CASES = nb00.CASES | nb02.CASES | nb03.CASES | nb06.CASES
