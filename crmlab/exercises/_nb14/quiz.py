"""Quiz of notebook 14: the loop, e-CRM, three kinds of CRM, the early loss, and two teams."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_RESPOND = QuizItem(
    question=(
        "A firm learns which customers a letter moves, and writes to all of those and to no others "
        "from then on. What does it no longer learn?"
    ),
    options=(
        (
            "What these customers do without a letter, and whether the others would be moved now.",
            "Right: a loop needs some who are left alone and some who are tried, in each round.",
        ),
        (
            "Nothing is missing: the customers who matter are all contacted.",
            "Then a letter that has stopped working looks as it did, since nobody is left alone.",
        ),
        (
            "Which customers order.",
            "Orders are recorded as before; what a letter adds to them is not.",
        ),
        (
            "What a letter costs.",
            "That stands on the bill.",
        ),
    ),
    concepts=("B3", "F4"),
)

_ONLINE = QuizItem(
    question=(
        "What does e-CRM change in the loop of a firm that has written letters by target group?"
    ),
    options=(
        (
            "What a customer does is seen at once; the next answer can be for one customer, now.",
            "Right: offline the loop turns by campaigns, online by clicks.",
        ),
        (
            "Customers no longer have to be asked or watched.",
            "The loop needs to learn as before; it learns sooner.",
        ),
        (
            "Letters become cheaper.",
            "E-mails are, but a cheap channel is not a loop.",
        ),
        (
            "Tests by lot are no longer needed, since all clicks are recorded.",
            "Clicks say what happened, and not what would have happened without the message.",
        ),
    ),
    concepts=("B4",),
)

_SURVEY = QuizItem(
    question=(
        "A firm asked its customers once, three years ago, what they want, and has acted on it "
        "since. When does reading their needs all the time pay more than the survey?"
    ),
    options=(
        (
            "Where needs change and the firm would do something else if it knew.",
            "Right: without change, or without another choice, more reading only costs.",
        ),
        (
            "Always: newer data are better data.",
            "Reading costs something; it pays by decisions that come out otherwise.",
        ),
        (
            "Where many customers answered the survey.",
            "A survey that was sure at that time can be wrong today.",
        ),
        (
            "Never: a survey by lot has no bias.",
            "It had none for that year.",
        ),
    ),
    concepts=("E4",),
)

_EARLY_LOSS = QuizItem(
    question=(
        "In the first quarters a firm that goes on testing earns less than one that uses its first "
        "test for ever. What does that say?"
    ),
    options=(
        (
            "That testing costs at once and brings later; add up over the whole time planned for.",
            "Right: a long-term profit often begins with a loss.",
        ),
        (
            "That testing does not pay.",
            "Not yet: what it brings comes when customers have changed.",
        ),
        (
            "That the tests were too small.",
            "Larger ones cost more in the same quarters.",
        ),
        (
            "Nothing: profit of the first quarters is luck.",
            "Those who are tried on purpose cost for sure, whatever the luck.",
        ),
    ),
    concepts=("B5", "F4"),
)

_KINDS = QuizItem(
    question=(
        "A firm buys a model that ranks customers well. Staff carry out two thirds of what it "
        "plans, and one order in three is never recorded. Which part comes first?"
    ),
    options=(
        (
            "The operational one: plans must be carried out, and what comes of them recorded.",
            "Right: analysis works on what operations do and write down.",
        ),
        (
            "A better analytical one: the model must allow for missing orders.",
            "It cannot know which are missing, and its plan is still not carried out.",
        ),
        (
            "The collaborative one: customers must be reached by more channels.",
            "More channels leave more undone while staff do not carry out the plan.",
        ),
        (
            "None: the model ranks well.",
            "A rank earns nothing before somebody is contacted.",
        ),
    ),
    concepts=("F1", "F2", "F3"),
)

_PARTS = QuizItem(
    question=(
        "In a picture of a CRM system an arrow leads from *contacts* to the room that judges "
        "campaigns, and one back from there to *contacts*. What does the pair say?"
    ),
    options=(
        (
            "What was done is judged, and the judgement decides what is done next.",
            "Right: the pair closes the loop; without the way back the picture is a report.",
        ),
        (
            "The table is copied, so that it is safe.",
            "The way back holds other rows: contacts that are planned.",
        ),
        (
            "Management sets the goal, and analysts carry it out.",
            "That is about teams; the arrows are data.",
        ),
        (
            "The same data are stored twice, which is a fault.",
            "Nothing is stored twice: one arrow reads what was done, one writes what is next.",
        ),
    ),
    concepts=("F6",),
)

QUIZ = (_RESPOND, _ONLINE, _SURVEY, _EARLY_LOSS, _KINDS, _PARTS)
