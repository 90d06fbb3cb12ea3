"""Reads the hand-written sources in data/."""

import json
from dataclasses import dataclass, field

from paths import DATA


@dataclass
class Card:
    """One topic: a title, questions about it as plain clauses, and sentences in the plain style."""
    title: str
    field_: str
    questions: list = field(default_factory=list)
    opening: str = ""
    points: list = field(default_factory=list)
    closing: str = ""


@dataclass
class Plot:
    """A text in steps, each optional or not, with wordings; in a tied plot the n-th wordings belong together."""
    name: str
    tied: bool = False
    steps: list = field(default_factory=list)


def cards():
    found = []
    for path in sorted(DATA.glob("cards_*.txt")):
        for line in path.read_text().splitlines():
            mark, rest = line[:2].strip(), line[2:].strip()
            if mark == "==":
                title, _, field_ = rest.partition(" | ")
                found.append(Card(title, field_))
            elif mark == "?":
                found[-1].questions.append(rest)
            elif mark == "+":
                found[-1].opening = rest
            elif mark == "-":
                found[-1].points.append(rest)
            elif mark == ">":
                found[-1].closing = rest
            elif line.strip():
                raise ValueError(f"{path.name}: cannot read {line!r}")
    return found


def tables(name):
    """{heading: (column names, rows)} of a file of tables."""
    found = {}
    for line in (DATA / name).read_text().splitlines():
        cells = [c.strip() for c in line.split("|")]
        if line.startswith("## "):
            columns, rows = cells[1:], []
            found[cells[0][3:].strip()] = (columns, rows)
        elif line.strip():
            rows.append(cells)
    return found


def words():
    """{slot: words}; an underscore stands for a space inside a word."""
    found = {}
    for line in (DATA / "words.txt").read_text().splitlines():
        name, _, rest = line.partition(": ")
        found[name] = [w.replace("_", " ") for w in rest.split()]
    return found


def plots():
    found = []
    for line in (DATA / "plots.txt").read_text().splitlines():
        if line.startswith("%% "):
            found.append(Plot(line[3:].removesuffix(" !"), line.endswith(" !")))
        elif line.startswith("/ "):
            found[-1].steps[-1][1].append(line[2:])
        elif line.strip():
            optional = line.startswith("? ")
            found[-1].steps.append((optional, [line[2:] if optional else line]))
    return found


def core():
    """Questions of the embedded set with their references, as they were when the models were trained: what is corrected
    there later does not change the training text, and the proof that nothing kept out is in it still holds."""
    return [json.loads(line) for line in (DATA / "core.jsonl").read_text().splitlines()]


def passages():
    """Hand-written prose, its pieces separated by a line of three dashes."""
    found = []
    for path in sorted(DATA.glob("prose_*.txt")):
        found += [p.strip() for p in path.read_text().split("\n---\n") if p.strip()]
    return found


def talks():
    """Hand-written questions and answers: [([wordings], [answers])]."""
    found = []
    for path in sorted(DATA.glob("talk*.txt")):
        for block in path.read_text().strip().split("\n\n"):
            asked = [line[2:] for line in block.splitlines() if line.startswith("Q ")]
            told = [line[2:].replace("\\n", "\n") for line in block.splitlines() if line.startswith("A ")]
            found.append((asked, told))
    return found
