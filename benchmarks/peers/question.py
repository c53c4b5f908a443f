"""The form of a question, and the environments in which peers are asked."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

QUESTIONS = Path(__file__).parent / "questions"

# Kept apart where packages need different versions of the same third one.
ENVIRONMENTS = {
    "segments": (
        "openretailscience==0.48.1", "rfm==1.0.9", "scikit-learn==1.9.1", "pandas==2.3.3",
        "numpy==2.4.6", "matplotlib==3.11.2",
    ),
    "money": (
        "inequality==1.1.2", "quantecon==0.11.4", "scikit-bio==0.7.4", "ineqpy==0.4.1",
        "pandas==3.1.1", "numpy==2.4.6",
    ),
    "scores": ("empulse==0.13.1", "kds==0.1.3", "pandas==3.1.1", "numpy==2.4.6"),
    "survival": (
        "lifelines==0.30.3", "scikit-survival==0.28.0", "statsmodels==0.15.0", "survival==2.0.0",
        "pandas==2.3.3", "numpy==2.4.6",
    ),
    "uplift": (
        "scikit-uplift==0.5.1", "causalml==0.18.0", "econml==0.17.0",
        "tea-tasting==1.14.0", "scipy==1.17.1", "pandas==3.1.1", "numpy==2.4.6",
        "scikit-learn==1.9.1", "statsmodels==0.15.0",
    ),
    "campaigns": (
        "statsmodels==0.15.0", "numpy-financial==1.0.0", "pyxirr==0.10.8", "scipy==1.17.1",
    ),
    "calls": (
        "pyworkforce==0.5.1", "erlanglib==1.2.0", "ortools==9.15.6755", "joblib==1.6.0",
        "pandas==3.1.1", "numpy==2.4.6",
    ),
    "value": ("lifetimes==0.11.3", "pandas==2.3.3", "numpy==2.4.6"),
    "baskets": (
        "mlxtend==0.25.0", "rusket==0.1.101", "pyfim==6.28", "polars==2.1.0", "pyarrow==26.0.1",
        "pandas==3.1.1", "numpy==2.4.6",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Peer:
    """One package asked: what is prepared, the snippet whose last line asks, what to know of it."""

    package: str
    code: str
    note: str = ""
    prepared: str = ""


@dataclass(frozen=True)
class Question:
    """A question with its input, the answer that a reader can check by hand, and who is asked.

    `right` is the answer where there is one; else several conventions are in use, and `why` says
    which and what crmlab does.
    """

    ask: str
    environment: str
    data: str
    why: str
    crmlab: Peer
    peers: tuple[Peer, ...]
    right: str | None = None

    def source(self, peer):
        """Return the whole snippet: the input, what is prepared, the question."""
        return "\n".join(part for part in (self.data, peer.prepared, peer.code) if part)

    def pin(self, peer):
        """Return the package with the version that is asked."""
        pins = ENVIRONMENTS[self.environment]
        return next(pin for pin in pins if pin.startswith(f"{peer.package}=="))


def read_topic(path):
    """Return the title of a file of questions, and the questions."""
    topic = tomllib.loads(path.read_text(encoding="utf-8"))
    prepared = topic.get("prepared", {})

    def peer(package, code, note=""):
        return Peer(package, code.strip(), note, prepared.get(package, "").strip())

    def question(peer_tables, ask, crmlab, data, why, **others):
        return Question(
            ask=ask, data=data.strip(), why=" ".join(why.split()), crmlab=peer("crmlab", crmlab),
            peers=tuple(peer(**table) for table in peer_tables), **others,
        )  # fmt: skip

    return topic["title"], tuple(
        question(table.pop("peer"), **table) for table in topic["question"]
    )


TOPICS = dict(read_topic(path) for path in sorted(QUESTIONS.glob("*.toml")))
EVERY_QUESTION = [question for topic in TOPICS.values() for question in topic]
