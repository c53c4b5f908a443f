"""Quiz of notebook 13: plans, entries, processes, solutions, records, checks."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_PLAN = QuizItem(
    question=(
        "Each department reports that its campaign paid. The firm's sales did not grow as much as "
        "the reports add up to. Which failure should be looked for first?"
    ),
    options=(
        (
            "Departments contact the same people, and each counts the same orders as its own.",
            "Right: put the contacts of all into one table, and count who is in more than one.",
        ),
        (
            "The analysts made a mistake in adding up.",
            "Check that, too; but the sum exceeds because one order is counted more than once.",
        ),
        (
            "The firm has too few campaigns.",
            "More of them to the same people make the gap wider.",
        ),
        (
            "The contacts were too cheap.",
            "What a contact costs does not explain sales that are not there.",
        ),
    ),
    concepts=("P1",),
)

_ENTRIES = QuizItem(
    question=(
        "An insurer spends 20 million dollars on a system into which planners must type every "
        "contact. The forms fill up, and hardly anybody uses them. What is a remedy?"
    ),
    options=(
        (
            "Entries count in the appraisal, training goes on, and planners get something back.",
            "Right: and look at whose entries are missing, since those are not like the others.",
        ),
        (
            "More fields on the form, so that nothing is forgotten.",
            "More work without a reason to do it gives more empty fields.",
        ),
        (
            "Leave out customers without an entry: the rest are enough.",
            "Those without an entry are often the dissatisfied: the list then lacks them.",
        ),
        (
            "A larger computer.",
            "Nobody had trouble with its speed; the work of the planners had not changed.",
        ),
    ),
    concepts=("P2",),
)

_PROCESS = QuizItem(
    question=(
        "A test showed that the list brings five orders per 100 contacts more. A year later sales "
        "have not moved. What should be looked at first?"
    ),
    options=(
        (
            "Whether those who were contacted are those on the list.",
            "Right: a list that nobody works by earns nothing, however good it is.",
        ),
        (
            "A better model.",
            "A better list does not help where the old one was not used.",
        ),
        (
            "Whether the test was large enough.",
            "Do that as well; but no test size brings in what was never carried out.",
        ),
        (
            "Whether the list was too long.",
            "The length changes the gain per contact, not whether anybody uses it.",
        ),
    ),
    concepts=("P5",),
)

_KINDS = QuizItem(
    question=(
        "A firm puts most of its budget into analysis. Its contacts are not recorded by customer. "
        "Why is that the wrong order?"
    ),
    options=(
        (
            "Analysis learns from what operational systems record; without records it has nothing.",
            "Right: execute and write down first, then learn from it.",
        ),
        (
            "Analysis is always dearer than it is worth.",
            "It pays where it has data to learn from and somebody acts on it.",
        ),
        (
            "An operational system can answer the questions of the analysis as well.",
            "It shows one customer at a time; what contacts cause takes many of them.",
        ),
        (
            "Collaborative systems have to come before both.",
            "They join channels, and each channel must record its contacts for that.",
        ),
    ),
    concepts=("P6", "F1"),
)

_RECORDS = QuizItem(
    question=(
        "A customer is among the best in the shop and unknown to the call centre. What does that "
        "cost beside the letter that comes twice?"
    ),
    options=(
        (
            "Care goes past the customer: split into two records, neither ranks among the best.",
            "Right: a part of the best is overlooked, and their places go to others.",
        ),
        (
            "Nothing: the money arrives all the same.",
            "So far it did; what care would keep next year is what is lost.",
        ),
        (
            "Two discounts in place of one.",
            "It may be so; but more often the customer gets none of what the best get.",
        ),
        (
            "The price of storing two records.",
            "Storage is cheap; treating a best customer as a stranger is not.",
        ),
    ),
    concepts=("P7",),
)

_CHECK = QuizItem(
    question=(
        "By its answers a firm scores 55 of 100, with four answers missing. Another choice of "
        "weights gives 48. What should it conclude?"
    ),
    options=(
        (
            "The verdict is open: answer the four, and look at the widest gaps, not at the sum.",
            "Right: what to do next hardly depends on weights; the verdict does.",
        ),
        (
            "It is ready, since 55 is more than half.",
            "Limits are a convention, and the missing answers may move the score below.",
        ),
        (
            "It is not ready, since the lower number is the safe one.",
            "Neither is safe; a verdict that turns with the weights is not a finding.",
        ),
        (
            "It should take the mean of both.",
            "A mean of two conventions is a third one.",
        ),
    ),
    concepts=("P8",),
)

QUIZ = (_PLAN, _ENTRIES, _PROCESS, _KINDS, _RECORDS, _CHECK)
