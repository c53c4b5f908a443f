"""The decision memo of notebook 13: what to put right first, for how much, and how sure that is."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "Which failures does Haneul Learning put right this year, for how much, and what does it "
        "look at first in its own tables?"
    ),
    rubric=(
        (
            "Money",
            "Names what the first factors cost a year, with limits, and what is assumed of them.",
            2,
        ),
        (
            "Order",
            "Says which places of the ranking hold in most of the simulated firms and which do "
            "not.",
            2,
        ),
        (
            "Remedies",
            "Names the remedies within the budget, what they bring less their cost, and one that "
            "does not pay.",
            2,
        ),
        (
            "Own tables",
            "Names a signal of the company's own tables, with a number, and what it cannot tell.",
            2,
        ),
        (
            "Adding up",
            "Says that costs were priced one at a time, and where two remedies save the same.",
            1,
        ),
        (
            "The check",
            "Says what the answers give, and whether weights or missing answers turn it.",
            1,
        ),
    ),
    model="""\
**Do.** Put four failures right: one plan of contacts for all departments (P1), the checklist
settled with the provider (P4), each question put to its kind of solution (P6), linked records (P7).
First put the contacts of all departments into one calendar: 11.2 % of them (10.7 to 11.7) come
within 30 days of another campaign's. Whether the second one sold anything, no table can tell.

**Cost.** 1.8 of 2.0 million won a year. At a strength of 25 % P1 costs 2.35 million (2.02 to 2.68)
and P7 nearly as much. The four bring 3.01 million beyond their cost (2.58 to 3.46). Appraisal and
training for entries (P2) cost more than they bring, so those without an entry go on the list as
average customers instead.

**Risk.** The strength is assumed, and so are the costs of remedies. In 20 simulated firms only the
places of P2 and P6 hold in nine of ten; P1 and P7 change places. Each failure was priced alone: P1
and P7 both end double mail, so their sum is too high. By its answers the company is not ready, 38
of 100; with four answers open it could be 57, and with more weight on IT the verdict turns.

**What would change my mind.** Strengths counted in our own tables. One team that works by the list
for a month beside one that does not. A remedy whose test brings less than it costs.""",
)
