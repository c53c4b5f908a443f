"""How the memo of notebook 03 is judged."""

from crmlab.exercises._items import Memo

__all__ = ["MEMO"]

MEMO = Memo(
    task="The management of Haneul Learning asks: is it worth linking the three systems? Write "
    "half a page: do, cost, risk, what would change my mind.",
    rubric=(
        ("Decision", "says yes or no in the first sentence, and what is done on Monday", 2),
        ("Number of customers", "names 9,257 records and about 5,000 people, and the source", 2),
        ("Money", "copies * mailings * cost, with the assumption that a copy is waste", 2),
        ("Mistakes", "names both: strangers merged (precision), copies left apart (recall)", 2),
        ("Consent", "mails only those who agreed to post, and lets a no count everywhere", 2),
        ("Risk", "a merge can be undone; one view is one place to steal from", 1),
        ("What would change my mind", "a result that can be observed, with its limit", 1),
    ),
    model="""\
**Do.** Yes, link them. From Monday the catalogue goes to linked people who agreed to post. Each
system keeps its records and adds one person id; consent is stored under that id.

**Cost.** 9,257 records are 5,005 people. With 4 catalogues a year at 1,500 won, 17,008 copies go to
somebody who has one already: 25,512,000 won of a bill of 55,542,000 won. Linking costs a clerk who
checks fifty pairs a month; that time is not in our data. (Only 58 % agreed to post, so the lawful
mailing is smaller, and so is the saving.)

**Risk.** Of the merged pairs 0.5 % are two people, all of one family: they would get one
catalogue for two, and one history. Of the true pairs 0.2 % stay apart. We keep the originals,
so that a merge can be undone. The one view holds more complete entries than any
system, so few may see it.

**What would change my mind.** More than five wrong in a hand check of 100 merged pairs, or a test
in which the second catalogue sells more than it costs.""",
)
