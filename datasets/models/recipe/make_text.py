"""Writes the training text: build/text.jsonl (to read on) and build/chat.jsonl (questions and answers).

Everything comes from data/ and the generators beside this file, and is the same for the same seed.
"""

import argparse
import json
import random
import re
from collections import Counter

import facts
import overlap
import plots
import sources
import sums
from ko import josa
from paths import BUILD

SWAPS = [
    ("이유는", ["까닭은"]), ("이유가", ["까닭이"]), ("이유를", ["까닭을"]), ("까닭은", ["이유는"]), ("까닭이", ["이유가"]), ("까닭을", ["이유를"]),
    ("무엇인가요?", ["무엇일까요?", "무엇입니까?", "뭔가요?", "뭐예요?"]),
    ("무엇입니까?", ["무엇인가요?", "무엇일까요?"]), ("알려 주세요", ["설명해 주세요", "말해 주세요", "가르쳐 주세요"]), ("설명해 주세요", ["알려 주세요", "말해 주세요"]),
    ("알려 줘", ["말해 줘", "가르쳐 줘"]), ("써 주세요", ["적어 주세요", "작성해 주세요"]), ("왜 ", ["어째서 ", "왜 "]), ("써 줘", ["적어 줘"]),
    ("정리해 주세요", ["간추려 주세요", "정리해 주십시오"]), ("어떻게 다른가요", ["무엇이 다른가요", "어떤 점이 다른가요"]), ("생기나요", ["생길까요", "생깁니까"]),
    ("있나요", ["있을까요", "있습니까"]), ("되나요", ["될까요", "됩니까"]), ("하나요", ["할까요", "합니까"]), ("싶어요", ["싶습니다"]),
]


def reword(rng, question):
    """The same question in other words; the rest of a longer task is left alone."""
    head, sep, body = question.partition("\n")
    for old, new in rng.sample(SWAPS, len(SWAPS)):
        if old in head and rng.random() < 0.5:
            head = head.replace(old, rng.choice(new), 1)
    polite = re.search(r"(요|까|다)[?.]?$", head.strip())
    if polite and rng.random() < 0.25 and not sep:
        head = rng.choice(["질문이 있습니다. ", "궁금한 것이 있어요. ", "저기요, ", "안녕하세요. "]) + head
    if rng.random() < 0.15:
        head = head.rstrip("?.")
    if head.endswith("요?") and rng.random() < 0.15 and not sep:
        head += rng.choice([" 알려 주세요.", " 궁금해요.", " 설명 부탁드려요."])
    return head + sep + body


def word_sentences(plots_, words, rng):
    """"Make a sentence with these words": a sentence of a story, and two nouns that it holds."""
    nouns = [w for slot in ("곳", "물건", "동물", "음식", "과일", "꽃", "나무") for w in words[slot]]
    for sentence in re.split(r"(?<=다\.)\s+", plots.tell(rng.choice(plots_), rng, words)):
        found = [n for n in nouns if re.search(rf"(^|\s){re.escape(n)}(?=[은는이가을를과와에의도로]|\s)", sentence)]
        if len(found) >= 2 and sentence.endswith("다.") and len(sentence) < 60 and "“" not in sentence:
            a, b = rng.sample(found, 2)
            if a not in b and b not in a:
                q = rng.choice([f"‘{a}’[과] ‘{b}’[을] 넣어 한 문장을 써 주세요.", f"‘{a}’, ‘{b}’ 두 낱말이 들어가는 문장을 만들어 주세요.",
                                f"‘{a}’[과] ‘{b}’[이] 모두 들어간 짧은 글을 한 문장으로 써 주세요."])
                return josa(q), sentence
    return None


STORY_TASKS = {
    "숲속 동물의 어려움": ["숲속 동물이 나오는 이야기를 써 주세요.", "서로 돕는 동물들의 동화를 지어 주세요."],
    "거짓말과 욕심": ["욕심을 부리다 뉘우치는 동물의 이야기를 써 주세요.", "정직을 가르치는 짧은 동화를 써 주세요."],
    "옛날이야기 도깨비": ["도깨비가 나오는 옛날이야기를 들려주세요.", "도깨비 이야기를 하나 지어 주세요."],
    "편지": ["멀리 사는 친구에게 보낼 편지를 써 주세요.", "친구에게 안부를 묻는 편지를 써 줘."],
    "감사 편지": ["어른께 드릴 감사 편지를 써 주세요.", "친척 어른께 안부 편지를 써 주세요."],
    "안내문": ["마을 행사를 알리는 안내문을 써 주세요.", "시설 이용 안내문을 하나 써 주세요."],
    "일기": ["오늘 하루를 일기로 써 주세요.", "평범한 하루를 담은 일기를 써 주세요."],
    "친구 대화": ["주말 약속을 잡는 두 친구의 대화를 써 주세요."], "가게 대화": ["가게에서 손님과 주인이 나누는 대화를 써 주세요."],
    "철마다의 풍경": ["마을의 풍경을 묘사해 주세요.", "계절이 느껴지는 풍경을 글로 그려 주세요."], "여행": ["여행을 다녀온 이야기를 써 주세요."],
    "비 오는 날": ["비 오는 날에 있었던 일을 짧은 이야기로 써 주세요.", "비 오는 날의 이야기를 들려주세요."],
    "물건의 하루": ["물건의 눈으로 하루를 적어 보세요.", "집에 있는 물건이 주인공인 글을 써 주세요."],
    "기차역에서": ["기차역에서 벌어지는 짧은 이야기를 써 주세요."], "기사": ["우리 동네 소식을 알리는 기사를 써 주세요."],
    "업무 편지": ["거래처에 보낼 업무 편지를 공손하게 써 주세요."], "가구 만들기": ["가구를 손수 만드는 법을 설명하는 글을 써 주세요."],
    "고장 난 물건 고치기": ["고장 난 물건을 살펴보는 순서를 글로 알려 주세요."], "할머니의 부엌": ["할머니의 부엌을 떠올리는 수필을 써 주세요.", "시골 부엌을 묘사하는 글을 써 주세요."],
    "수필": ["좋아하는 장소에 대한 수필을 써 주세요.", "짧은 수필 한 편을 써 주세요."], "우주 여행 이야기": ["우주를 여행하는 이야기를 써 주세요."],
    "덕목에 대한 글": ["사람에게 중요한 마음가짐에 대해 글을 써 주세요."], "동물 관찰 기록": ["동물을 관찰한 기록을 써 주세요."],
    "식당 대화": ["식당에서 주문하는 대화를 써 주세요."], "병원 대화": ["병원에서 의사와 환자가 나누는 대화를 써 주세요."], "직업 소개 글": ["한 가지 일을 오래 한 사람을 소개하는 글을 써 주세요."],
    "잃어버린 물건 찾기": ["잃어버린 물건을 찾는 이야기를 써 주세요."], "친구와의 다툼": ["친구와 다투었다가 화해하는 이야기를 써 주세요."],
}


def decision(rng, words):
    """A short talk in which something is decided, and the decision as a sentence."""
    s = plots.Slots(rng, words)
    a, b, day, hour, place, food = (s.get(k) for k in ("벗", "벗2", "요일", "시", "곳", "음식"))
    talk = (f"{a}: {day}에 다 같이 {food}[을] 먹을까요?\n{b}: 좋아요. 몇 시가 괜찮아요?\n"
            f"{a}: {hour}면 모두 올 수 있대요.\n{b}: 그럼 {place} 앞에서 만나요.")
    if rng.random() < 0.5:
        return (josa(rng.choice(["다음 대화에서 정해진 것을 한 문장으로 써 주세요.", "아래 대화의 결정을 한 문장으로 정리해 주세요."]) + "\n\n" + talk),
                josa(f"{day} {hour}에 {place} 앞에서 만나 {food}[을] 먹기로 했습니다."))
    return (josa("다음 대화를 읽고 결정된 내용을 목록으로 정리해 주세요.\n\n" + talk),
            josa(f"- 때: {day} {hour}\n- 곳: {place} 앞\n- 할 일: {food} 먹기"))


class Writer:
    """Collects records once each, without anything that is kept out."""

    def __init__(self, banned):
        self.banned, self.seen, self.records = banned, set(), []
        self.counts, self.dropped = Counter(), Counter()

    def add(self, kind, again=False, **record):
        """Takes a record unless it was there before; `again`: even so, to be learnt by heart."""
        key = tuple(record.values())
        text = "\n".join(key)
        if key in self.seen and not again:
            return
        if overlap.shares(text, self.banned):
            self.dropped[kind] += 1
            return
        self.seen.add(key)
        self.records.append({"kind": kind, **record})
        self.counts[kind] += 1

    def write(self, path, rng):
        rng.shuffle(self.records)
        path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in self.records))
        size = sum(len(overlap.syllables("".join(v for k, v in r.items() if k != "kind"))) for r in self.records)
        print(f"{path.name}: {len(self.records):,} records, {size:,} syllables; {dict(self.counts)}; dropped {dict(self.dropped)}")


def write_text(out, rng, scale):
    words, cards = sources.words(), sources.cards()
    entities, sayings = sources.tables("entities.txt"), sources.tables("sayings.txt")
    # Prose that no program wrote is what teaches the most; it is read several times.
    for passage in sources.passages():
        for _ in range(max(1, int(5 * scale))):
            out.add("passage", again=True, text=passage)
    for plot in sources.plots():
        for _ in range(int(200 * scale)):
            out.add("story", text=plots.tell(plot, rng, words))
    days = sources.tables("days.txt")
    for _ in range(int(6000 * scale)):
        out.add("day", text=plots.day(days, rng, words))
    for card in cards:
        for _ in range(int(40 * scale)):
            out.add("card", text=facts.essay(card, rng))
    for kind, (columns, rows) in entities.items():
        for row in rows:
            for _ in range(int(20 * scale)):
                level = rng.choices(facts.LEVELS, [3, 2, 0.3, 5])[0]
                text = facts.describe(kind, columns, row, rng, level)
                if rng.random() < 0.6:
                    other = rng.choice([r for r in rows if r is not row])
                    text += "\n\n" + (facts.contrast(kind, columns, row, other, rng, level) or "")
                out.add("entity", text=text.strip())
    for kind, (_, rows) in sayings.items():
        for row in rows:
            for level in ("ham", "yo", "han"):
                out.add("saying", text=facts.sayings_text(kind, row, rng, level))
    for _ in range(int(2500 * scale)):
        q, a = sums.problem(rng, words)
        out.add("sum", text=f"질문: {q}\n답변: {a}" if rng.random() < 0.5 else f"{q} {a}")


def write_chat(out, rng, scale):
    words, cards, plots_ = sources.words(), sources.cards(), sources.plots()
    entities, sayings = sources.tables("entities.txt"), sources.tables("sayings.txt")
    for q in sources.core():
        sentences = re.split(r"(?<=[다요]\.) ", q["reference"])
        for i in range(int(36 * scale)):
            out.add("core", again=True, question=reword(rng, q["question"]) if i else q["question"], answer=q["reference"])
        # The first sentences alone, where so many are asked for.
        if q["kind"] == "question" and len(sentences) > 2 and "“" not in q["reference"]:
            for n, word in ((1, "한"), (2, "두")):
                for _ in range(max(1, int(4 * scale))):
                    out.add("core", question=f"{reword(rng, q['question'])} {word} 문장으로 답해 주세요.", answer=" ".join(sentences[:n]))
    for asked, told in sources.talks():
        for q in asked:
            for i in range(max(1, int(10 * scale))):
                out.add("talk", again=True, question=reword(rng, q) if i else q, answer=rng.choice(told))
    for card in cards:
        for _ in range(int(36 * scale)):
            for q, a in facts.answer_pairs(card, rng):
                out.add("card", question=reword(rng, q), answer=a)
    for kind, (columns, rows) in entities.items():
        for _ in range(int(20 * len(rows) * scale)):
            for q, a in facts.entity_pairs(kind, columns, rows, rng):
                out.add("entity", question=reword(rng, q), answer=a)
    for kind, (_, rows) in sayings.items():
        for row in rows:
            for level, q in (("ham", "{k} ‘{w}’의 뜻을 알려 주세요."), ("ham", "‘{w}’[은] 무슨 뜻인가요?"), ("yo", "‘{w}’[이] 무슨 뜻이에요?"), ("ban", "‘{w}’의 뜻이 뭐야?")):
                name = {"낱말": "우리말"}.get(kind, kind)
                out.add("saying", question=josa(q.format(k=name, w=row[0])), answer=facts.sayings_text(kind, row, rng, level))
    for _ in range(int(6000 * scale)):
        q, a = sums.problem(rng, words)
        out.add("sum", question=reword(rng, q), answer=a)
    for _ in range(int(2000 * scale)):
        if pair := word_sentences(plots_, words, rng):
            out.add("words", question=pair[0], answer=pair[1])
        q, a = decision(rng, words)
        if rng.random() < 0.4:
            out.add("decision", question=q, answer=a)
    for plot in plots_:
        for _ in range(int(90 * scale)):
            if plot.name in STORY_TASKS:
                out.add("story", question=reword(rng, rng.choice(STORY_TASKS[plot.name])), answer=plots.tell(plot, rng, words))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2024)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full size")
    args = parser.parse_args()
    BUILD.mkdir(parents=True, exist_ok=True)
    _, banned = overlap.kept_out()
    for name, write in (("text", lambda out, rng: write_text(out, rng, args.scale)), ("chat", lambda out, rng: write_chat(out, rng, args.scale))):
        rng = random.Random(f"{args.seed} {name}")
        out = Writer(banned)
        write(out, rng)
        out.write(BUILD / f"{name}.jsonl", rng)


if __name__ == "__main__":
    main()
