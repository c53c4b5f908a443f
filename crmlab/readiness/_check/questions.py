"""The questions that a firm answers before it begins: three for each factor, one for each area."""

import pandas as pd

from crmlab.readiness._check.factors import AREAS, FAILURE_FACTORS

__all__ = ["readiness_questions"]

# By factor: what is asked of organisation, process and IT.
_ASKED = {
    "P1": (
        "Does one person or board decide how often and about what customers are contacted?",
        "Is each campaign compared, by customer, with those of other departments beforehand?",
        "Does one table hold the contacts of all departments?",
    ),
    "P2": (
        "Does it count in the appraisal whether staff enter what they learn about customers?",
        "Do those who enter data get something back that helps them the same week?",
        "Can you see, by person, which share of planned entries was made?",
    ),
    "P3": (
        "Is it written down whether profit, loyalty or lifetime value makes a customer good?",
        "Do budgets for customers follow that measure?",
        "Are profit, loyalty and lifetime value known for each customer?",
    ),
    "P4": (
        "Is somebody in the firm responsible for what the supplier of the system delivers?",
        "Is it checked each year that the supplier does what was settled?",
        "Were customisation, integration, security and exit settled before the choice?",
    ),
    "P5": (
        "Do managers plan the week by what the analysis found?",
        "Do staff contact the customers that the list names first?",
        "Do staff see the list, or the score, in the tool they work with?",
    ),
    "P6": (
        "Is it written down which questions a system is to answer before it is bought?",
        "Does each question go to the kind of system that is made for it?",
        "Is there a system of each kind: operational, analytical, collaborative?",
    ),
    "P7": (
        "Is one unit responsible for who is who among the customers?",
        "Is a customer looked up, over all systems at once, before a record is opened?",
        "Are the records of all systems linked, or can they be searched in one place?",
    ),
}
# A yes to the first cannot stand beside a no to the second.
_PRESUPPOSES = {
    "P1.2": "P1.3",  # what is compared must be known
    "P2.1": "P2.3",  # what is appraised must be seen
    "P3.2": "P3.1",
    "P4.2": "P4.3",
    "P5.2": "P5.3",  # who follows a list has seen it
    "P6.2": "P6.3",
    "P7.2": "P7.3",
}
# What the simulated company would say: it grew by branches, and its analysts are new.
_EXAMPLE = {
    "P1": ("no", "no", "yes"),
    "P2": ("no", "partly", "yes"),
    "P3": ("no", "no", "partly"),
    "P4": ("yes", "no", "partly"),
    "P5": ("partly", "no", "partly"),
    "P6": ("yes", "partly", "yes"),
    "P7": ("no", "no", "no"),
}


def readiness_questions() -> pd.DataFrame:
    """List the questions of the readiness check.

    Each is answered "yes", "partly" or "no"; yes is ready.

    Returns
    -------
    DataFrame
        Index `question`, "P1.1" to "P7.3": the `factor` it belongs to, its `area` ("organisation",
        "process" or "IT"), the `text`, the question that a yes `presupposes` (empty where none),
        and the answer of an `example`, the simulated company.

    See Also
    --------
    assess : what the answers say.

    Examples
    --------
    >>> questions = readiness_questions()
    >>> len(questions), questions.loc["P5.2", "text"]
    (21, 'Do staff contact the customers that the list names first?')
    """
    rows = [
        (f"{factor.id}.{at + 1}", factor.id, area, text, answer)
        for factor in FAILURE_FACTORS
        for at, (area, text, answer) in enumerate(
            zip(AREAS, _ASKED[factor.id], _EXAMPLE[factor.id], strict=True)
        )
    ]
    table = pd.DataFrame(rows, columns=["question", "factor", "area", "text", "example"])
    table = table.set_index("question")
    table.insert(3, "presupposes", table.index.map(lambda each: _PRESUPPOSES.get(each, "")))
    return table
