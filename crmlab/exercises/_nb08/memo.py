"""The decision memo of notebook 08: what to offer next, to whom, and how to know."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task=(
        "What does Haneul Learning offer next, to whom, and how will it know that the offers "
        "sell something that would not have been sold?"
    ),
    rubric=(
        (
            "Decision",
            "Names how many customers get an offer of what, and what orders the offers.",
            2,
        ),
        (
            "Who is left out",
            "Counts those without consent, and those for whom no offer is worth its cost.",
            2,
        ),
        (
            "Against popularity",
            "Compares the offers with the best-seller on later days, in money, with an interval.",
            2,
        ),
        (
            "Control group",
            "A random part gets no offer, drawn before the first one is sent.",
            2,
        ),
        (
            "Up-selling",
            "Says that the premium version leaves less, and that moves up are as by chance.",
            1,
        ),
        (
            "Unseen",
            "Says that spending elsewhere is unseen, so that the open wallet is no forecast.",
            1,
        ),
    ),
    model="""\
**Do.** On 30 June 2025 send 2,328 customers by e-mail the product with the largest expected
margin among those that they do not own; all of them agreed to marketing by e-mail. Most of them
get P010, a set of workbooks. 582 more, drawn by lot before, get nothing. Left out are 1,436
without consent and 16 for whom no product is expected to leave the 300 won that an offer costs.
On the order page, show what stands together: board games beside science kits, art materials
beside picture books.

**Cost.** 0.7 million won, at 300 won an offer (assumed). On the half year after that day such
offers would have brought 952 won of margin per customer, the best-seller for everybody 657: 295
more, 95 %: 144 to 445. They hit fewer customers, and dearer products.

**Risk.** Nobody was sent an offer in these data: about 5 of 100 buy the product anyway, and only
the control group shows what is added. The offer pays from 1.5 more purchases per 100 on; one
round of this size sees 2.7, so it takes several. The premium version is not pushed. It costs most
and leaves less than the standard one, and moves up are as many as by chance.

**What would change my mind.** After 180 days, no more purchases of the offered products than
among those who got nothing. More people who withdraw their consent. The open wallet is no reason
to go on: what customers spend elsewhere is unseen.""",
)
