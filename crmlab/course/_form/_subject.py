"""A notebook, with all that belongs to it: what its rules are asked about."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from crmlab._asked import Asked
from crmlab._notebooks import Notebook, course_metadata
from crmlab._parameters import Parameter, read_parameters
from crmlab._sections import Cell, Section, split_sections

__all__ = ["Subject", "Term"]


@dataclass(frozen=True)
class Term:
    """A row of the glossary."""

    term: str
    korean: str
    taught: str


@dataclass(frozen=True)
class Subject:
    """One notebook under examination.

    Attributes
    ----------
    name : str
        Its file name without ending, such as "02_pareto".
    notebook : mapping
        Format 4; sources are single texts.
    exercises : sequence of Asked
        What `crmlab.exercises` holds for it.
    terms : sequence of Term
        The glossary.
    """

    name: str
    notebook: Notebook
    exercises: Sequence[Asked]
    terms: Sequence[Term]

    @property
    def number(self) -> str:
        """Two digits."""
        return self.name[:2]

    @cached_property
    def course(self) -> Mapping[str, Any]:
        """Its metadata: question, objectives, minutes, concepts."""
        return course_metadata(self.notebook)

    @cached_property
    def sections(self) -> list[Section]:
        """Its sections, in order."""
        return split_sections(self.notebook)

    @cached_property
    def core(self) -> list[Section]:
        """Those that are not extra."""
        return [section for section in self.sections if not section.extra]

    @cached_property
    def code(self) -> list[Cell]:
        """Its code cells."""
        return [cell for cell in self.notebook["cells"] if cell["cell_type"] == "code"]

    @cached_property
    def prose(self) -> list[str]:
        """Texts of its Markdown cells."""
        cells = self.notebook["cells"]
        return [cell["source"] for cell in cells if cell["cell_type"] == "markdown"]

    @cached_property
    def parameters(self) -> list[Parameter]:
        """As its cell declares them."""
        return read_parameters(self.notebook, report=self.name)

    @cached_property
    def outputs(self) -> list[Mapping[str, Any]]:
        """All outputs, in order."""
        return [output for cell in self.code for output in cell.get("outputs", [])]

    def nodes(self, *kinds: type[ast.AST]) -> Iterator[tuple[Cell, ast.AST]]:
        """Nodes of the code, with the cell that each stands in."""
        for cell in self.code:
            for node in ast.walk(ast.parse(cell["source"])):
                if isinstance(node, kinds):
                    yield cell, node
