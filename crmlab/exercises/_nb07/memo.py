"""The decision memo of notebook 07: whom to call, in which order, and how to know."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "Whom does Haneul Learning call this week, in which order, and how will it know that "
        "calling was worth it?"
    ),
    rubric=(
        (
            "Decision",
            "Names how many are called, by the list of which day, and what orders the list.",
            2,
        ),
        (
            "Who is left out",
            "Leaves out who gave no consent and who costs more than they bring, and says so.",
            2,
        ),
        (
            "Control group",
            "A random part of the list is not called, drawn before the first call.",
            2,
        ),
        (
            "Can the test see it",
            "Compares the effect hoped for with the smallest one that the test finds.",
            1,
        ),
        (
            "Risk and effect",
            "Says that the list goes by risk, and that risk is not the effect of a call.",
            1,
        ),
        (
            "Cost and gain",
            "Names the cost, the expected gain, and the assumption that it rests on.",
            1,
        ),
        (
            "Age",
            "Says that the model has drifted and is trained anew.",
            1,
        ),
    ),
    model="""\
**Do.** By the list of 28 December 2025, call 160 of the 200 customers with the largest expected
gain. All of them agreed to calls for marketing and bring more than they cost; 49 are partial
defectors. The other 40, drawn by lot before the first call, are left alone as control. Nobody
without consent is called. Train the model anew first: 8 of its 12 features have drifted.

**Cost.** At most 4.0 million won: 5,000 for a call and 20,000 for the offer, if every one takes
it. The gain expected is 6.7 million won, if 30 % of those who would leave accept. That share is
assumed, and so is the margin on lost spend.

**Risk.** The list goes by risk. In the camp test going by risk earned 0.3 million won in truth, and
going by uplift 2.1 million; a high risk does not say that a call helps. The calls of one week find
a difference of 25 percentage points in staying, and 15 are hoped for, so it takes three weeks of
this size, and half a year until it is known who stayed.

**What would change my mind.** After that half year, called customers who stay no more often than
the control: then the calls stop. More complaints among those called. A group that gets far fewer
calls than the others, for no reason that we can give.""",
)
