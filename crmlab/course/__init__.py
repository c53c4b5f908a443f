"""What a class needs around the notebooks: copies, minutes, quiz, slides and answer keys."""

from crmlab.course._concepts import concept_faults, concept_homes
from crmlab.course._copies import Copies, copies_folder, copy_notebooks, reset_notebook
from crmlab.course._quiz import ask_quiz, draw_quiz, load_quiz, print_quiz

__all__ = [
    "Copies",
    "ask_quiz",
    "concept_faults",
    "concept_homes",
    "copies_folder",
    "copy_notebooks",
    "draw_quiz",
    "load_quiz",
    "print_quiz",
    "reset_notebook",
]
