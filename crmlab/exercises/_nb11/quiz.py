"""Quiz of notebook 11: one message, trust, direct and frequent contact, silence, and rank."""

from crmlab.exercises._items import QuizItem

__all__ = ["QUIZ"]

_ONE_MESSAGE = QuizItem(
    question=(
        "Three departments write to customers, by letter, by telephone and by e-mail. Each keeps "
        "its own rule of at most one contact a month. What is missing?"
    ),
    options=(
        (
            "A rule over all channels: a customer hears one company, and tires of all contacts.",
            "Right: the customer may hear from the company three times, with three messages.",
        ),
        (
            "A stricter rule in each department.",
            "Stricter rules apart still add up; the customer has one mailbox and one patience.",
        ),
        (
            "Nothing: the departments offer different things.",
            "What tires is being contacted, whatever is offered; and the messages may differ.",
        ),
        (
            "A fourth channel, for those who have stopped listening.",
            "More contacts do not cure the fatigue of too many.",
        ),
    ),
    concepts=("A11",),
)

_TRUST = QuizItem(
    question=(
        "An e-mail earns 20 won on average this week, and one in 130 readers ends all e-mails "
        "after it. What belongs into the decision to send it?"
    ),
    options=(
        (
            "The 20 won, less what the lost permissions would have brought later.",
            "Right: a relation is judged over its whole time, and trust is spent as money is.",
        ),
        (
            "The 20 won: who ends e-mails would not have bought anyway.",
            "Nobody knows that; they may have bought later, and they can no longer be asked.",
        ),
        (
            "Only the share who end e-mails: trust has no price.",
            "Then nobody would ever be contacted; weigh both, and say the price that is assumed.",
        ),
        (
            "Whether a letter would have cost more.",
            "That compares two channels; whether to contact at all comes first.",
        ),
    ),
    concepts=("B5", "I5"),
)

_SINCE_WHEN = QuizItem(
    question=(
        "Customers who got three contacts in 60 days answer less often than those who got none. "
        "What shows that the contacts are the cause?"
    ),
    options=(
        (
            "A lot decided who got one of them, and those answer less than those left out.",
            "Right: chance made the groups alike in everything else.",
        ),
        (
            "The difference is far beyond chance.",
            "A large difference may be one between customers who were alike in nothing.",
        ),
        (
            "It is the same in two campaigns.",
            "The same customers may be contacted often in both.",
        ),
        (
            "Customers who were contacted often say so in a survey.",
            "Those who answer surveys are those who are not tired.",
        ),
    ),
    concepts=("G3",),
)

_BY_PHONE = QuizItem(
    question=(
        "A company with direct contact plans its call centre: the calls of a half hour keep ten "
        "agents busy on average. Why are ten agents too few?"
    ),
    options=(
        (
            "Calls come at random: an idle minute is lost, and a backlog is never worked off.",
            "Right: spare agents are what answers in time.",
        ),
        (
            "Agents fall ill.",
            "That needs more on the roster; but ten at work would be too few all the same.",
        ),
        (
            "They are enough, since the average fits.",
            "An average fits in the long run; those who call in a busy minute wait now.",
        ),
        (
            "Some customers call twice.",
            "Those calls are counted already; their rhythm is what matters.",
        ),
    ),
    concepts=("G2",),
)

_RANK = QuizItem(
    question=(
        "A card issuer puts its best members through to an agent first. With the same agents, what "
        "happens to the mean wait of all callers?"
    ),
    options=(
        (
            "It stays the same: what the best gain, the others lose together.",
            "Right: it pays because a minute of some costs more, and not because time is saved.",
        ),
        (
            "It falls, since the best are served sooner.",
            "Somebody else is served later instead: the agents are no faster.",
        ),
        (
            "It rises, since rank takes time.",
            "Choosing the next call takes no time; only the order changes.",
        ),
        (
            "It depends on how many are best.",
            "That decides who gains how much; the mean of all stays.",
        ),
    ),
    concepts=("G5",),
)

_SILENT = QuizItem(
    question=(
        "A third of those who are dissatisfied complain. The company wants to find the others "
        "before they leave. What is a sound start?"
    ),
    options=(
        (
            "Look at what complainers did beside complaining, look for it in others, and check "
            "with a small survey how many are found.",
            "Right: and say how many show no signal at all.",
        ),
        (
            "Count complaints: where they fall, customers are satisfied.",
            "They may have given up complaining; most never did.",
        ),
        (
            "Call everybody and ask.",
            "That costs much, and tires those who were content.",
        ),
        (
            "Take customers who show a signal as dissatisfied.",
            "Most of them are not: a signal raises a small probability to a less small one.",
        ),
    ),
    concepts=("E3",),
)

QUIZ = (_ONE_MESSAGE, _TRUST, _SINCE_WHEN, _BY_PHONE, _RANK, _SILENT)
