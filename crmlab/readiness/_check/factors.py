"""The seven ways in which CRM fails, as data: what each is, how it shows, what to do about it."""

from dataclasses import asdict, dataclass

import pandas as pd

__all__ = ["AREAS", "FAILURE_FACTORS", "FailureFactor", "failure_factors"]

AREAS = ("organisation", "process", "IT")


@dataclass(frozen=True)
class FailureFactor:
    """One way in which CRM fails.

    Attributes
    ----------
    id : str
        "P1" to "P7".
    name, korean : str
        In a few words.
    area : str
        Where the cause lies: "organisation", "process" or "IT".
    definition : str
        What is meant, in one sentence.
    symptoms : tuple of str
        What people in the firm would see.
    signal : str
        Function of crmlab that looks for it in the firm's own tables.
    remedy : str
        What ends it.
    first_step : str
        What can be done within a month, without a budget.
    price : str
        Function of crmlab that says what it costs on a simulated firm.
    """

    id: str
    name: str
    korean: str
    area: str
    definition: str
    symptoms: tuple[str, ...]
    signal: str
    remedy: str
    first_step: str
    price: str


FAILURE_FACTORS: tuple[FailureFactor, ...] = (
    FailureFactor(
        id="P1",
        name="no common strategy",
        korean="전사 전략 부재",
        area="organisation",
        definition="Departments run customer projects side by side, without one plan for the firm.",
        symptoms=(
            "Customers get several offers in one week, and complain of it.",
            "Nobody can say how often the firm contacted a customer last year.",
            "Each department reports a success, and the sum exceeds the firm's growth.",
        ),
        signal="readiness.overlap_signal",
        remedy="One plan of contacts for the firm, with a person who may say no.",
        first_step="Put next month's campaigns of all departments into one calendar, and count who "
        "is in more than one.",
        price="readiness.simulate_overlap",
    ),
    FailureFactor(
        id="P2",
        name="staff who do not enter data",
        korean="직원의 미참여",
        area="organisation",
        definition="Those who meet customers do not record what they learn, so that the data lack "
        "it, and lack it most where it matters.",
        symptoms=(
            "Planned visits or calls have no record of what came of them.",
            "A few people make most of the entries.",
            "Staff keep lists of their own.",
        ),
        signal="readiness.entry_signal",
        remedy="Entries count in the appraisal, training goes on, and who enters gets something "
        "back.",
        first_step="Show each team its share of planned entries that exist, and ask the three "
        "lowest teams what stands in the way.",
        price="readiness.simulate_missing_entries",
    ),
    FailureFactor(
        id="P3",
        name="profit, loyalty or value not decided",
        korean="수익성·충성도·가치 미결정",
        area="process",
        definition="The firm has not decided whether profit, loyalty or lifetime value makes a "
        "customer good, and each ranks them differently.",
        symptoms=(
            "Two departments call different customers their best.",
            "Rewards go to those who come often, whatever they cost.",
            "Nobody knows what a customer is expected to bring next year.",
        ),
        signal="readiness.ranking_signal",
        remedy="One measure that steers budgets, written down with the reason.",
        first_step="Rank last year's customers by profit, loyalty and lifetime value, or by the "
        "two you have, and count how many of the best tenth are the same.",
        price="readiness.simulate_wrong_ranking",
    ),
    FailureFactor(
        id="P4",
        name="outsourced without a checklist",
        korean="점검 없는 외주",
        area="IT",
        definition="A system is rented or bought without asking what may be changed in it, what it "
        "connects to, how safe it is, and what leaving it costs.",
        symptoms=(
            "Changes wait for the supplier, and are billed.",
            "Data are copied by hand from one system to another.",
            "Nobody knows how the data would come back.",
        ),
        signal="readiness.sourcing_signal",
        remedy="Customisation, integration, security and exit settled in the contract.",
        first_step="Look up in the contract that stands what may be changed, what connects, how "
        "safe it is and what leaving costs, and ask the supplier for what is open.",
        price="readiness.simulate_outsourcing",
    ),
    FailureFactor(
        id="P5",
        name="processes not changed",
        korean="업무 프로세스 미변화",
        area="process",
        definition="The analysis finds whom to contact, and staff go on working as before.",
        symptoms=(
            "Contacts do not follow the scores.",
            "A test showed a gain that the year's figures do not.",
            "Lists arrive after the work of the week is planned.",
        ),
        signal="readiness.process_signal",
        remedy="The daily work is built around the list, and managers use it themselves.",
        first_step="Let one team work by the list for a month, and compare with a team that does "
        "not.",
        price="readiness.simulate_unchanged_process",
    ),
    FailureFactor(
        id="P6",
        name="the wrong kind of solution",
        korean="솔루션 차이 미인식",
        area="IT",
        definition="Operational systems (to execute), analytical ones (to find out) and "
        "collaborative ones (to meet the customer) are taken for each other.",
        symptoms=(
            "A call-centre system was bought to find out who will leave.",
            "An analysis is asked to send letters.",
            "A system was installed, and the question is still open.",
        ),
        signal="readiness.solution_signal",
        remedy="Each question goes to the kind of system that can answer it.",
        first_step="List the ten questions that the firm asks most, and write beside each the kind "
        "of system it needs: operational, analytical or collaborative.",
        price="readiness.simulate_wrong_solution",
    ),
    FailureFactor(
        id="P7",
        name="customer data not integrated",
        korean="고객 데이터 미통합",
        area="IT",
        definition="One customer has several records, so that the same person is ordinary for one "
        "department and among the best for another.",
        symptoms=(
            "The same letter arrives twice.",
            "A best customer is greeted as a stranger.",
            "The number of customers depends on who is asked.",
        ),
        signal="readiness.identity_signal",
        remedy="Records are linked, and each new one is looked up first.",
        first_step="Count how many records share a phone number or an e-mail address with another.",
        price="readiness.price_split_identities",
    ),
)


def failure_factors() -> pd.DataFrame:
    """List the seven failure factors.

    Returns
    -------
    DataFrame
        Index `factor`, "P1" to "P7": the columns are the attributes of `FailureFactor`; symptoms
        are one text.

    Examples
    --------
    >>> failure_factors().loc["P5", "first_step"]
    'Let one team work by the list for a month, and compare with a team that does not.'
    """
    rows = [asdict(one) | {"symptoms": " ".join(one.symptoms)} for one in FAILURE_FACTORS]
    return pd.DataFrame(rows).rename(columns={"id": "factor"}).set_index("factor")
