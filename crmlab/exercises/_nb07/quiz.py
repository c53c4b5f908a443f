"""Quiz of notebook 07: silence, those still there, leaks, thresholds, effects, and winning back."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_SILENCE = QuizItem(
    question=(
        "A shop calls every customer lost who has not bought for 90 days. Once a year it also "
        "sends a survey on satisfaction. What would find needs earlier?"
    ),
    options=(
        (
            "Read the orders every day, and compare each silence with the customer's own "
            "intervals.",
            "Right: 90 days are long for one and usual for another, and orders come all year.",
        ),
        (
            "A shorter limit of 30 days for everybody.",
            "Then usual pauses of many customers are called lost; the limit should be their own.",
        ),
        (
            "A survey twice a year.",
            "It still waits for months, and those who have turned away answer least.",
        ),
        (
            "A longer limit of 180 days, so that nobody is called lost by mistake.",
            "A frequent buyer would then be silent for half a year before anybody looks.",
        ),
    ),
    concepts=("E4",),
)

_CENSORED = QuizItem(
    question=(
        "To see how long subscribers stay, a report takes the mean tenure of those who have left. "
        "What is wrong with it?"
    ),
    options=(
        (
            "Those still there are missing, and they are the ones who stay long: it is too short.",
            "Right: the Kaplan-Meier curve counts them for as long as they were watched.",
        ),
        (
            "It is too long, because some of those who left had stayed for years.",
            "Those years are real; what is missing are customers who have not left yet.",
        ),
        (
            "Nothing, if enough customers have left.",
            "More leavers make it more precise, and leave it as wrong.",
        ),
        (
            "The median should be taken of those who left.",
            "The median of those who left lacks the same customers.",
        ),
    ),
)

_LEAK = QuizItem(
    question=(
        "A new column raises the AUC of a churn model from 0.62 to 0.93. What should be done first?"
    ),
    options=(
        (
            "Make the column from the rows up to the day alone, and see whether it is the same.",
            "Right: if it differs, it knows what came later, and the model will fail when used.",
        ),
        (
            "Use the model before a rival has it.",
            "Such a jump is a warning; on the real day the later rows are not there.",
        ),
        (
            "Validate it on a random part of the rows.",
            "The random part has the same column with the same leak; it looks as good there.",
        ),
        (
            "Remove the column, since a strong column is always a leak.",
            "Some columns are strong and honest; test when each was known.",
        ),
    ),
)

_SPLIT = QuizItem(
    question=(
        "A model has an AUC of 0.68 on random rows and of 0.61 on a later day. Which number goes "
        "into the proposal?"
    ),
    options=(
        (
            "0.61 with its interval, since the model will be used on later days.",
            "Right: random rows share days and customers with the training.",
        ),
        (
            "0.68, since it uses more of the data.",
            "It uses the same days for learning and for judging, which is not how it is used.",
        ),
        (
            "The mean of both.",
            "One of them answers another question; a mean with it answers none.",
        ),
        (
            "Neither; only the share of right forecasts counts.",
            "That share needs a threshold, and the threshold needs money.",
        ),
    ),
)

_EFFECT = QuizItem(
    question=(
        "The customers with the highest risk got a letter, and 80 % of them left. What does that "
        "say about the letter?"
    ),
    options=(
        (
            "Nothing, without customers of the same risk, drawn by lot, who got no letter.",
            "Right: only the difference from a control group is the effect.",
        ),
        (
            "The letter does not work, since most of them left.",
            "Perhaps 95 % would have left without it; nobody can tell.",
        ),
        (
            "The letter works, since the model expected 90 %.",
            "A forecast can be off by as much; it is no control group.",
        ),
        (
            "The model is good, so the letter went to the right customers.",
            "High risk says who leaves, and not whom a letter moves.",
        ),
    ),
    concepts=("C2",),
)

_HALF = QuizItem(
    question=(
        "Who belongs on a win-back list, if calls are few and the aim is profit within the law?"
    ),
    options=(
        (
            "Customers with consent and a positive expected gain, partial defectors among them.",
            "Right: half-leavers still come, and are easily passed over by a model of leaving.",
        ),
        (
            "All who left, in the order of their last purchase.",
            "Some cost more than they bring, and some have refused to be called.",
        ),
        (
            "Customers of the highest risk, with or without consent.",
            "Consent comes first, and the highest risk need not bring the largest gain.",
        ),
        (
            "Only the best customers of last year who still buy as before.",
            "They would stay; the offer would be given away.",
        ),
    ),
    concepts=("C2",),
)

QUIZ = (_SILENCE, _CENSORED, _LEAK, _SPLIT, _EFFECT, _HALF)
