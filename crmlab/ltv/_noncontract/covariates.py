"""Covariates: what makes customers differ by what is known of them."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from crmlab._errors import InputError, InputTypeError
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import LikelihoodModel
from crmlab.ltv._noncontract.summary import Counts

__all__ = ["CovariateModel", "Values"]

# Parameters by name: one number, or one for each row where covariates make customers differ.
Values = dict[str, Any]


class CovariateModel(LikelihoodModel):
    """A model whose parameters may depend on covariates, through blocks of coefficients."""

    # Which parameter a block of coefficients moves, and in which direction on the log scale.
    _BLOCKS: ClassVar[dict[str, tuple[str, str, float]]] = {}

    purchase_covariates: Sequence[str]
    dropout_covariates: Sequence[str]

    def _covariates(self) -> list[str]:
        """Names of all covariates, each once."""
        names = [*self.purchase_covariates, *self.dropout_covariates]
        if isinstance(self.purchase_covariates, str) or isinstance(self.dropout_covariates, str):
            raise InputTypeError(
                "`purchase_covariates` and `dropout_covariates` must be lists of column names; "
                "got a single text. Write ['age']."
            )
        for group in ("purchase_covariates", "dropout_covariates"):
            asked = list(getattr(self, group))
            twice = [name for at, name in enumerate(asked) if name in asked[:at]]
            if twice:
                raise InputError(f"`{group}` names {twice[0]!r} twice. Name it once.")
        return list(dict.fromkeys(names))

    def _blocks(self) -> list[tuple[str, str, float, list[int]]]:
        """Each block's name, parameter, sign, and columns of the covariate matrix."""
        names = self._covariates()
        asked = {"purchase": self.purchase_covariates, "dropout": self.dropout_covariates}
        return [
            (block, parameter, sign, [names.index(name) for name in asked[group]])
            for block, (group, parameter, sign) in self._BLOCKS.items()
            if asked[group]
        ]

    def _check_covariates(self, rows: Counts) -> None:
        """Raise where a covariate is constant, or follows from others of its block."""
        names = self._covariates()
        if not names:
            return
        for name, column in zip(names, rows.z.T, strict=True):
            if np.ptp(column) == 0:
                raise InputError(
                    f"Covariate {name!r} is constant over all {rows.n_customers:,.0f} customers; "
                    "its effect is not identifiable. Leave it out."
                )
        share = rows.weight / rows.n_customers
        centred = rows.z - share @ rows.z
        centred = centred / np.sqrt(share @ centred**2)
        related = (centred * share[:, None]).T @ centred
        for _, _, _, columns in self._blocks():
            for at in range(1, len(columns)):
                _check_new(columns[at], columns[:at], related, names)

    def _coefficient_names(self) -> list[str]:
        names = self._covariates()
        return [f"{block}:{names[at]}" for block, _, _, columns in self._blocks() for at in columns]

    def _values(self, theta: Floats, rows: Counts) -> Values:
        """Parameters by name; one per row where a covariate acts on them."""
        logs: Values = dict(zip(self._NAMES, theta, strict=False))
        at = len(self._NAMES)
        for _, parameter, sign, columns in self._blocks():
            effect = rows.z[:, columns] @ theta[at : at + len(columns)]
            logs[parameter] = logs[parameter] + sign * effect
            at += len(columns)
        return {name: np.exp(value) for name, value in logs.items()}

    @classmethod
    def _with_coefficients(cls, coefficients: Mapping[str, Mapping[str, float]]) -> Self:
        unknown = [block for block in coefficients if block not in cls._BLOCKS]
        if unknown:
            raise InputTypeError(
                f"`coefficients` must have blocks {', '.join(cls._BLOCKS) or '(none)'}; "
                f"got {', '.join(map(repr, unknown))}."
            )
        groups: dict[str, list[str]] = {"purchase": [], "dropout": []}
        for group in groups:
            for block, values in coefficients.items():
                if cls._BLOCKS[block][0] == group and groups[group] in ([], list(values)):
                    groups[group] = list(values)
        model = cls(**{f"{group}_covariates": names for group, names in groups.items() if names})
        needed = set(model._coefficient_names())
        given = {f"{block}:{name}" for block, values in coefficients.items() for name in values}
        if needed != given:
            raise InputTypeError(
                f"`coefficients` must hold {', '.join(sorted(needed))}; "
                f"got {', '.join(sorted(given))}."
            )
        return model


def _check_new(column: int, others: list[int], related: Floats, names: list[str]) -> None:
    """Raise if a covariate is a mixture of others, by the correlations of all."""
    mixture = np.linalg.solve(related[np.ix_(others, others)], related[others, column])
    if 1 - mixture @ related[others, column] > 1e-10:  # variance that the others leave open
        return
    parts = [names[at] for at, part in zip(others, mixture, strict=True) if abs(part) > 1e-6]
    raise InputError(
        f"Covariate {names[column]!r} follows from {', '.join(map(repr, parts))}: their effects "
        "are not identifiable. Leave it out."
    )
