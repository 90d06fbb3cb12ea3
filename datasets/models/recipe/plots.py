"""Stories, letters, notices, news and dialogues from the plots: slots bound once a text."""

import re

from ko import clause, josa, style, tail

SEASONS = {
    "봄": dict(꽃="진달래 개나리 민들레 제비꽃 라일락 목련", 과일="딸기 앵두", 달="3월 4월 5월"),
    "여름": dict(꽃="해바라기 장미 나팔꽃 봉숭아 채송화 수국 접시꽃", 과일="수박 참외 복숭아 자두 살구 포도", 달="6월 7월 8월"),
    "가을": dict(꽃="코스모스 국화 구절초 쑥부쟁이", 과일="사과 배 감 포도 대추", 달="9월 10월 11월"),
    "겨울": dict(꽃="동백꽃 수선화 매화", 과일="귤 사과 배 곶감", 달="12월 1월 2월"),
}
COLOURS = {
    "진달래": "분홍빛", "개나리": "노란", "민들레": "노란", "제비꽃": "보랏빛", "라일락": "보랏빛", "목련": "하얀",
    "해바라기": "노란", "장미": "붉은", "나팔꽃": "푸른", "봉숭아": "붉은", "채송화": "분홍빛", "수국": "푸른",
    "접시꽃": "붉은", "코스모스": "분홍빛", "국화": "노란", "구절초": "하얀", "쑥부쟁이": "보랏빛", "동백꽃": "붉은",
    "수선화": "노란", "매화": "하얀",
}
NAMES = ("이름", "벗")


class Slots:
    """What each slot of one text stands for; {곳2} differs from {곳}."""

    def __init__(self, rng, words):
        self.rng, self.words, self.bound = rng, words, {}
        season = rng.choice(list(SEASONS))
        self.season = season
        self.lists = {k: v.split() for k, v in SEASONS[season].items()}
        self.lists["철"] = [w for w in words["철"] if season in w]
        self.lists["날씨"] = [w for w in words["날씨"] if self.fits(w)]

    def fits(self, weather):
        if "눈이" in weather:
            return self.season == "겨울"
        if "후덥" in weather or "소나기" in weather:
            return self.season == "여름"
        if "볕이 따뜻" in weather or "볕이 좋은" in weather:
            return self.season != "여름"
        return "찬 바람" not in weather or self.season in ("가을", "겨울")

    def get(self, slot):
        if slot == "고운꽃":
            flower = self.get("꽃")
            return f"{COLOURS.get(flower, '고운')} {flower}"
        if slot in ("이름이", "벗이"):
            name = self.get(slot[:-1])
            return name + ("이" if tail(name) else "")
        if slot not in self.bound:
            base = slot.rstrip("23")
            options = self.lists.get(base) or self.words[base]
            used = set(self.bound.values())
            self.bound[slot] = self.rng.choice([w for w in options if w not in used] or options)
        return self.bound[slot]


def fill(text, slots):
    while m := re.search(r"<([^<>]*)>", text):
        text = text[: m.start()] + slots.rng.choice(m[1].split("|")) + text[m.end():]
    # 걱정 and 마음 are predicates: "몹시 {걱정}."
    text = re.sub(r"\{(\w+)\}", lambda m: slots.get(m[1]), text)
    return josa(text)


def restyle(text, level):
    """Every sentence of a narrative in another style; what is said between quotation marks stays."""
    parts = re.split(r"(?<=[가-힣]\.) (?![^“]*”)", text)
    return " ".join(style(p, level) if re.search(r"다(\^\w+)?\.$", p) else p for p in parts)


def tell(plot, rng, words):
    """One text: a wording for each step, in paragraphs."""
    slots = Slots(rng, words)
    lines = []
    thread = rng.randrange(6)
    for optional, wordings in plot.steps:
        if optional and rng.random() < 0.5:
            continue
        wording = wordings[thread % len(wordings)] if plot.tied else rng.choice(wordings)
        lines.append(fill(wording, slots))
    spoken = "대화" in plot.name
    letter = "편지" in plot.name or plot.name in ("안내문", "기사", "뉴스 해설")
    level = "han"
    if not spoken and not letter:
        level = rng.choices(["han", "ham", "yo"], [6, 3 if "동물" in plot.name or "옛날" in plot.name else 1, 0.7])[0]
        if plot.name in ("수필", "일기", "마을의 변화", "동물 관찰 기록", "직업 소개 글", "할머니의 부엌", "만들기 안내", "가구 만들기", "고장 난 물건 고치기", "설명 시장"):
            level = "han"
    lines = [re.sub(r"\^\w+", "", l) if level == "han" else restyle(l, level) for l in lines]
    if spoken:
        return "\n".join(lines)
    if letter and plot.name not in ("기사", "뉴스 해설"):
        head = lines[0]
        return head + "\n\n" + " ".join(lines[1:-1]) + "\n\n" + lines[-1]
    # Paragraphs of two to four steps.
    out, at = [], 0
    while at < len(lines):
        step = rng.choice([2, 3, 3, 4])
        out.append(" ".join(lines[at: at + step]))
        at += step
    return "\n\n".join(out) if rng.random() < 0.7 else " ".join(lines)


def day(parts, rng, words):
    """A day in a few sentences: what was done from morning to evening, and why."""
    slots = Slots(rng, words)
    name = slots.get("이름이")
    head = {"아침": ["아침에", "이른 아침", "해가 뜨자"], "낮": ["낮에", "점심때", "오후에"], "저녁": ["저녁에", "해가 지자", "밤이 되자"]}
    out = []
    for time in ("아침", "낮", "저녁"):
        for _ in range(rng.choice([0, 1, 1, 1, 2])):
            deed = fill(rng.choice(parts[time][1])[0], slots)
            other = fill(rng.choice(parts[time][1])[0], slots)
            for slot in [s for s in slots.bound if rng.random() < 0.4 and not s.startswith("이름")]:
                del slots.bound[slot]
            start = rng.choice([f"{rng.choice(head[time])} ", "" if out else f"{slots.get('요일')} {rng.choice(head[time])} "])
            subject = f"{name}[은] " if not out or rng.random() < 0.4 else ""
            if rng.random() < 0.45 and deed != other:
                out.append(josa(f"{start}{subject}{clause(deed + '.', 'and')} {other}."))
            else:
                out.append(josa(f"{start}{subject}{deed}."))
        if rng.random() < 0.5:
            cause, effect = (fill(x, slots) for x in rng.choice(parts["까닭"][1]))
            subject = f"{name}[은] " if not out or rng.random() < 0.4 else ""
            out.append(josa(rng.choice([f"{cause}. 그래서 {subject}{effect}.", f"{clause(cause + '.', 'because')}에 {subject}{effect}.",
                                        f"{subject}{effect}. {clause(cause + '.', 'because')}이다."])))
    if out and rng.random() < 0.6:
        out.append(josa(rng.choice([f"{name}[은] {slots.get('마음')}.", "참 " + rng.choice(["긴", "바쁜", "즐거운", "평범한", "조용한"]) + " 하루였다.",
                                    f"내일은 {slots.get('일')}[을] 먼저 하기로 했다."])))
    level = rng.choices(["han", "ham", "yo"], [5, 1, 1])[0]
    return restyle(" ".join(out), level) if level != "han" else re.sub(r"\^\w+", "", " ".join(out))
