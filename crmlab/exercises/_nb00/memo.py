"""How the memo of notebook 00 is judged."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task="May the export of the first shop go into Monday's sales report? Nobody has called the "
    "shop yet. Write half a page: do, cost, risk, what would change my mind.",
    rubric=(
        ("Decision", "send or hold, by the rule that was fixed before looking", 2),
        ("Money", "revenue, and what waits for an answer, both in dollars and as a share", 2),
        ("Questions", "what is asked, of whom, and the one with the most money first", 2),
        ("Left out", "names guests and pending orders, and where their money belongs", 2),
        ("Risk", "an order marked as paid passes every check; late refunds are still to come", 1),
        ("Rate", "one rate serves a whole year, so the converted part is rough", 1),
        ("What would change my mind", "a result that can be observed, with its limit", 1),
    ),
    model="""\
**Do.** Hold the file and call the shop on Monday morning. Ask first which pending orders were paid
later (205 USD), then who the guests were (88 USD). Read the file again with the answers, and attach
the table of what is left out.

**Cost.** One call and a second run, perhaps half an hour. At stake are 293 USD, 10.3 % of revenue
and waiting money together; we tolerate 1 %.

**Risk.** The shop may guess, and an order marked as paid passes every check: ask for the day of the
payment. Refunds of the last weeks are still to come. Euros are converted at 1.08 for the year.

**What would change my mind.** If no more than 1 % waited, I would send 2,542 USD today and print
the share on the first page. If next month asks the same questions, the shop needs a question
at the checkout.""",
)
