"""The decision memo of notebook 11: how often to write, what to test, whom to ask, who answers."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "How often does Haneul Learning write next year, what does it test, whom does it ask, and "
        "how many answer the telephone?"
    ),
    rubric=(
        (
            "Frequency",
            "Names a number of e-mails a year, with its money and the range that fatigue leaves.",
            2,
        ),
        (
            "All channels",
            "Counts contacts per customer over all channels, and says who keeps the count.",
            1,
        ),
        (
            "What is caused",
            "Keeps back a random part of the next calls and e-mails before judging channels.",
            2,
        ),
        (
            "Silent customers",
            "Says how many are asked, with as many drawn by lot beside them, and that most of the "
            "silent show no signal.",
            2,
        ),
        (
            "Agents and rank",
            "Names agents for a promise, and what the others wait if the best go first.",
            2,
        ),
        (
            "Assumptions",
            "Says that the value of a permission, the calls and the patience are assumed.",
            1,
        ),
    ),
    model="""\
**Do.** Write 6 e-mails a year to a customer, evenly spread; marketing counts contacts per customer
over all channels. Keep back a random tenth of the next newsletter and of the next calls. Ask the
100 silent customers with the highest score how they are, and 100 drawn by lot: 7 were dissatisfied
where chance finds 4, so only the comparison shows what the score is worth. Staff 20 agents at the
peak, and put the best tenth through first.

**Cost.** 180 won a customer for e-mails, which earn 75 won beyond that; the orders that a tenth of
a campaign would have brought; 200 calls; 80 half hours of agents for six half hours of a busy day.

**Risk.** A letter lowered the log odds of opening by 0.33, 95 %: 0.13 to 0.53; at these ends 6 or
12 e-mails would be best. The value of a permission, the calls of a day and the patience of callers
are assumed. Of the silent dissatisfied 78 % show no signal. With rank, others wait 1 second more.

**What would change my mind.** A lot that sends 12 instead of 6, where the second half pays.
Controls who order as often as those who were called. Callers who hang up much sooner than after two
minutes.""",
)
