"""Paragraphs, questions and answers from the cards and the tables of entities."""

from ko import ask, clause, josa, plain, style

LEVELS = ("ham", "yo", "ban", "han")
NUMBER = {2: "두", 3: "세", 4: "네", 5: "다섯", 6: "여섯"}


def join(sentences, level):
    return " ".join(style(s, level) for s in sentences)


def first_too(rng, points, level):
    """Points as prose, with a connective now and then."""
    out = []
    for i, p in enumerate(points):
        text = style(p, level)
        if i and rng.random() < 0.3:
            text = rng.choice(["또 ", "그리고 ", "또한 "] if i < len(points) - 1 else ["또 ", "그리고 ", "끝으로 "]) + text
        out.append(text)
    return " ".join(out)


def paragraph(card, rng, level):
    """A card as prose: opening, some of its points in order or not, and its closing."""
    n = rng.randint(max(2, len(card.points) - 2), len(card.points))
    keep = sorted(rng.sample(range(len(card.points)), n))
    points = [card.points[i] for i in keep]
    text = style(card.opening, level) + " " + first_too(rng, points, level)
    if card.closing and rng.random() < 0.7:
        text += " " + style(card.closing, level)
    return text


def essay(card, rng):
    """A card as a short article with a heading or a leading question."""
    level = rng.choices(LEVELS[:2] + ("han",), [3, 2, 5])[0]
    head = rng.random()
    body = paragraph(card, rng, level)
    if head < 0.3:
        return f"{card.title}\n\n{body}"
    question = ask(rng.choice(card.questions), {"ham": "까요", "yo": "까요", "han": "는가"}[level])
    if head < 0.6:
        lead = {"ham": "이 물음의 답을 알아보겠습니다.", "yo": "함께 알아볼까요?", "han": rng.choice(["그 까닭을 알아보자.", "차근차근 살펴보자.", "한번 생각해 보자."])}[level]
        return f"{question} {lead} {body}"
    if head < 0.8:
        return f"질문: {ask(rng.choice(card.questions), rng.choice(['나요', '까요']))}\n답변: {body}"
    return body


FORMS = [("나요", 5), ("까요", 3), ("습니까", 2), ("는가", 1), ("요", 2), ("니", 2), ("어", 2)]
ASKS = {
    "ham": ["{q}", "{q}", "{t}[을] 설명해 주세요.", "{t}[을] 알려 주세요.", "{t}[이] 궁금합니다.", "{t}에 대해 설명해 주세요.",
            "{t}[은] 무엇인가요?", "{q} 자세히 알려 주세요.", "{q} 이유를 설명해 주세요.", "질문이 있습니다. {q}"],
    "yo": ["{q}", "{q}", "{t}[을] 알려 주세요.", "{t}[이] 궁금해요.", "{q} 쉽게 설명해 주세요.", "{t}[이] 뭐예요?", "{q} 해요체로 답해 주세요.",
           "저기, {q}", "{t}에 대해 알고 싶어요."],
    "ban": ["{q}", "{q}", "{t}[을] 알려 줘.", "{t}[이] 궁금해.", "{t}에 대해 말해 줘.", "{q} 반말로 알려 줘.", "{t}[을] 친구에게 말하듯 설명해 줘."],
    "han": ["{q} ‘-다’로 끝나는 문어체로 설명하시오.", "{t}[을] 설명하시오.", "{t}[을] 한다체로 써 주세요.", "{t}[을] 서술하시오."],
}


def question(card, rng, level):
    """A wording of the card's question fit for an answer at that level."""
    allowed = [(f, w) for f, w in FORMS if (f in ("니", "어")) == (level == "ban") or level == "han" and f == "는가"]
    if level in ("yo", "han"):
        drop = {"yo": ("습니까", "는가"), "han": ("요", "니", "어")}[level]
        allowed = [(f, w) for f, w in allowed if f not in drop]
    form = rng.choices([f for f, _ in allowed], [w for _, w in allowed])[0]
    q = ask(rng.choice(card.questions), form)
    asks = [a for a in ASKS[level] if "이유" not in a or " 왜 " in q]
    return josa(rng.choice(asks).format(q=q, t=card.title))


def answer_pairs(card, rng):
    """Questions about one card, with answers in the asked form."""
    level = rng.choices(LEVELS, [6, 3, 2, 1])[0]
    yield question(card, rng, level), paragraph(card, rng, level)
    polite = rng.choice(("ham", "yo"))
    q = ask(rng.choice(card.questions), "나요")
    n = rng.randint(2, min(5, len(card.points)))
    points = [card.points[i] for i in sorted(rng.sample(range(len(card.points)), n))]
    count = NUMBER[n]
    kind = rng.randrange(8)
    if kind == 0:
        lines = "\n".join(f"{i}. {style(p, polite)}" for i, p in enumerate(points, 1))
        yield rng.choice([
            f"{q} {count} 가지를 번호를 매겨 알려 주세요.", f"{q} 번호를 매긴 목록으로 {count} 가지만 써 주세요.",
            josa(f"{card.title}[을] {count} 가지로 정리해 주세요. 번호를 붙여 주세요."), f"{q} {n}가지를 번호 목록으로 답해 주세요."]), lines
    elif kind == 1:
        nominal = rng.random() < 0.3
        lines = "\n".join(f"- {style(p, 'list' if nominal else polite)}" for p in points)
        yield rng.choice([
            f"{q} 글머리 기호로 {count} 항목을 써 주세요.", josa(f"{card.title}[을] 목록으로 {count} 가지 적어 주세요."),
            f"{q} 핵심만 {n}가지 목록으로 정리해 주세요.", f"{q} {count} 가지를 글머리 기호로 나열해 주세요."]), lines
    elif kind == 2:
        yield rng.choice([
            f"{q} 한 문장으로 답해 주세요.", josa(f"{card.title}[을] 한 문장으로 설명해 주세요."), f"{q} 한 문장으로 짧게 알려 주세요."]), style(card.opening, polite)
    elif kind == 3:
        two = [card.opening, rng.choice(card.points)]
        yield rng.choice([f"{q} 두 문장으로 답해 주세요.", josa(f"{card.title}[을] 두 문장으로 설명해 주세요.")]), join(two, polite)
    elif kind == 4:
        keep = sorted(rng.sample(range(len(card.points)), 2))
        three = [card.opening] + [card.points[i] for i in keep]
        word = {"ham": "합니다체", "yo": "해요체"}[polite]
        yield rng.choice([
            f"{q} 세 문장으로 설명해 주세요.", f"{q} 정확히 세 문장으로, {word}를 써서 답해 주세요.",
            josa(f"{card.title}[을] 세 문장, {word}로 써 주세요.")]), join(three, polite)
    elif kind == 5:
        keep = sorted(rng.sample(range(len(card.points)), min(2, len(card.points))))
        text = [card.opening] + [card.points[i] for i in keep]
        yield rng.choice([f"{q} 반말로 서너 문장으로 알려 줘.", josa(f"친한 친구에게 말하듯 반말로 {card.title}[을] 서너 문장으로 말해 줘.")]), \
            join(text + ([card.closing] if card.closing else []), "ban")
    elif kind == 6:
        text = " ".join(plain(s) for s in [card.opening, *card.points[:3]])
        yield from summaries(card, text, rng, polite)
    else:
        source = rng.choice(["han", "yo", "ham", "ban"])
        target = rng.choice([s for s in ("ham", "yo", "ban", "han") if s != source])
        name = {"ham": "합니다체", "yo": "해요체", "ban": "반말", "han": "‘-다’로 끝나는 문어체"}[target]
        s = rng.choice([card.opening, *card.points])
        yield rng.choice([f"다음 문장을 {name}로 바꿔 주세요.", f"아래 문장을 {name}로 고쳐 써 주세요."]) + f"\n\n{style(s, source)}", style(s, target)


def summaries(card, text, rng, polite):
    kind = rng.randrange(4)
    if kind == 0:
        yield rng.choice(["다음 글을 한 문장으로 요약해 주세요.", "아래 글을 한 문장으로 줄여 주세요.", "다음 글의 핵심을 한 문장으로 써 주세요."]) + f"\n\n{text}", style(card.opening, polite)
    elif kind == 1:
        yield rng.choice(["다음 글에 알맞은 제목을 하나만 지어 주세요.", "아래 글을 읽고 제목을 붙여 주세요. 제목만 쓰세요."]) + f"\n\n{text}", card.title
    elif kind == 2:
        yield rng.choice(["다음 글을 세 항목의 목록으로 정리해 주세요.", "아래 글의 핵심을 글머리 기호를 단 세 항목으로 정리해 주세요."]) + f"\n\n{text}", \
            "\n".join("- " + plain(p) for p in card.points[:3])
    else:
        yield "다음 글을 두 문장으로 간추려 주세요." + f"\n\n{text}", join([card.opening, card.points[0]], polite)


USED_WITH = ("가공 재료", "자연 재료", "금속", "문구", "도구", "주방용품", "바느질 도구", "연장")


def say(kind, column, row, value):
    """How a column is said of an entity: a sentence in the plain style."""
    name = row[0]
    if kind not in ("절기", "놀이" if column == "좋은 점" else "") and column in ("특징", "하는 일", "쓰임", "방법", "만드는 법", "보람", "어려움", "조심할 점", "소리 내는 법", "한 일",
                  "성질", "단점",  "돌보는 법", "먹는 법", "좋은 점", "알려진 것"):
        use = kind == "재료" or kind == "물건" and row[1] in USED_WITH
        subject = {"조심할 점": f"{name}[을] {'할' if kind == '운동' else '쓸'} 때에는", "쓰임": f"{name}[으로]는" if use else f"{name}[은]",
                   "돌보는 법": f"{name}[을] 위해서는", "만드는 법": f"{name}[은]",
                   "단점": f"{name}[은] 다만"}.get(column, f"{name}[은]")
        return josa(f"{subject} {value}.")
    text = {
        "줄거리": "{n}[은] {f} 이야기이다.", "좋은 점": "{n}[을] 하면 {v}.", "하는 일": "{n} 무렵에는 {v}.", "갈래": "{n}[은] {v}이다.", "사는 곳": "{n}[은] 주로 {v}에서 산다^살.", "먹이": "{n}[은] {v}[을] 먹는다.",
        "자라는 곳": "{n}[은] {v}에서 자란다.", "꽃이나 열매": "{n}에서는 {v}[을] 볼 수 있다.", "철": "{n}[은] {v}에 한다." if kind == "놀이" else "{n}[은] {v}에 난다.",
        "빛깔": "{n}의 빛깔은 {v}이다.", "맛": "{n}[은] {v}[이] 난다.", "주재료": "{n}의 주된 재료는 {v}이다.",
        "먹는 때": "{n}[은] {v}에 잘 어울린다.", "일하는 곳": "{n}[이] 일하는 곳은 {v}이다.", "필요한 마음": "{n}에게는 {v}[이] 필요하다.",
        "쓰이는 곳": "{n}[은] {v}에서 쓰인다.", "대륙": "{n}[은] {v}에 있다.", "수도": "{n}의 수도는 {v}이다.", "말": "{n}에서는 {v}[을] 쓴다.",
        "이름난 것": "{n}[은] {v}[으로] 이름나 있다.", "소리": "{n}에서는 {v}[이] 난다.", "하는 곳": "{n}[은] {v}에서 한다.",
        "인원": "{n}[은] {v}[이] 한다.", "있는 곳": "{n}[은] {v}에 있다.", "시대": "{n}[은] {v} 때의 인물이다.", "신분": "{n}[은] {v}이다.",
        "있는 것": "{n}에는 {v}[이] 있다.", "들리는 소리": "{n}에서는 {v}[이] 들린다^들리.", "사람들이 하는 일": "사람들은 {n}에서 {v}.",
        "지킬 점": "{n}에서는 {v}.", "지역": "{n}[은] {v}에 있다.", "먹을거리": "{n}에 가면 {v}[을] 맛볼 수 있다.", "볼거리": "{n}의 볼거리로는 {v}[이] 있다.",
        "느끼는 때": "{n}[은] {v} 느낀다.", "몸에 나타나는 것": "{n}[을] 느끼면 {v}.", "다스리는 법": "{n}[을] 느낄 때는 {v}.", "준비물": "{n}에는 {v}[이] 필요하다.",
        "주인공": "{n}의 주인공은 {v}이다.", "가르침": "{n}[은] {v}[을] 일깨워 준다.", "견줄 만한 것": "{n}[은] {v}에 견줄 수 있다.", "드는 때": "{n}[은] {v}에 든다^들.",
        "남긴 것": "{n}[이] 남긴 것으로는 {v}[이] 있다.", "뜻": "{n}의 삶에는 {v}[이] 담겨 있다.", "얻는 곳": "{n}[은] {v}에서 얻는다.",
    }[column]
    if column == "뜻" and kind == "절기":
        text = "{n}[은] {v} 뜻이다."
        value = value.removesuffix("는 것") + "는"
    fact = clause(value + ".", "fact") if column == "줄거리" else ""
    return josa(text.format(n=name, v=value, f=fact))


def describe(kind, columns, row, rng, level):
    """An entity in a paragraph: two facts to a sentence now and then, the name not said each time."""
    name, *values = row
    facts = list(zip(columns, values))
    head, rest = facts[0], facts[1:]
    rng.shuffle(rest)
    said = [say(kind, c, row, v) for c, v in [head, *rest[: rng.randint(2, len(rest))]]]
    topic = josa(f"{name}[은] ")
    out = []
    for s in said:
        bare = s[len(topic):] if s.startswith(topic) else None
        if out and bare and rng.random() < 0.45 and "다만" not in bare and " 반면" not in out[-1] and "고 " not in out[-1]:
            out[-1] = f"{clause(out[-1], 'and')} {bare}"
        elif out and bare and rng.random() < 0.6:
            out.append(bare)
        else:
            out.append(s)
    return join(out, level)


def contrast(kind, columns, a, b, rng, level):
    """Two entities side by side, in prose."""
    said = []
    picks = sorted(rng.sample(range(len(columns)), rng.randint(2, 3)))
    for i in picks:
        if columns[i] == "특징" and rng.random() < 0.5:
            continue
        left, right = say(kind, columns[i], a, a[i + 1]), say(kind, columns[i], b, b[i + 1])
        if a[i + 1] == b[i + 1]:
            continue
        said.append(rng.choice([f"{clause(left, 'but')} {right}", f"{plain(left)} 반면 {right}", f"{clause(left, 'and')} {right}"]))
    opening = josa(rng.choice([f"{a[0]}[과] {b[0]}[은] 서로 다른 점이 있다.", f"{a[0]}[과] {b[0]}[을] 견주어 보면 다른 점이 보인다.",
                               f"{a[0]}[과] {b[0]}[은] 닮은 듯하지만 다르다."]))
    sentences = [opening]
    for s in said:
        first, sep, second = s.partition(". 반면 ")
        sentences += [first + ".", "반면 " + second] if sep else [s]
    return join(sentences, level) if said else None


def table(columns, rows, picks):
    head = "| 구분 | " + " | ".join(r[0] for r in rows) + " |"
    lines = [head, "|" + "---|" * (len(rows) + 1)]
    for i in picks:
        lines.append(f"| {columns[i]} | " + " | ".join(plain(r[i + 1]) for r in rows) + " |")
    return "\n".join(lines)


def entity_pairs(kind, columns, rows, rng):
    """Questions about the entities of one table, with their answers."""
    row = rng.choice(rows)
    name = row[0]
    level = rng.choices(("ham", "yo", "ban"), [5, 3, 1])[0]
    other = rng.choice([r for r in rows if r[0] != name])
    kind_ = rng.randrange(7)
    if kind_ <= 1:
        q = {"ham": ["{n}[은] 무엇인가요?", "{n}에 대해 설명해 주세요.", "{n}[을] 소개해 주세요."], "yo": ["{n}[이] 뭐예요?", "{n}에 대해 알려 주세요.", "{n}[이] 궁금해요."],
             "ban": ["{n}에 대해 알려 줘.", "{n}[이] 궁금해."]}[level]
        if kind == "인물":
            q = {"ham": ["{n}[은] 누구인가요?", "{n}의 업적을 설명해 주세요."], "yo": ["{n}[은] 어떤 사람이에요?"], "ban": ["{n}[이] 누구야?"]}[level]
        if kind in ("도시", "나라", "장소"):
            q = {"ham": ["{n}[은] 어떤 곳인가요?", "{n}[을] 소개해 주세요."], "yo": ["{n}[은] 어떤 곳이에요?", "{n}에 대해 알려 주세요."], "ban": ["{n}[은] 어떤 곳이야?"]}[level]
        yield josa(rng.choice(q).format(n=name)), describe(kind, columns, row, rng, level)
    elif kind_ == 2:
        text = contrast(kind, columns, row, other, rng, level)
        if text:
            q = {"ham": "{a}[과] {b}[은] 어떻게 다른가요?", "yo": "{a}[과] {b}의 차이를 알려 주세요.", "ban": "{a}[과] {b}[은] 뭐가 달라?"}[level]
            yield josa(q.format(a=name, b=other[0])), text
    elif kind_ == 3:
        picks = sorted(rng.sample(range(len(columns)), rng.randint(2, 3)))
        if len({columns[i] for i in picks}) == len(picks):
            names = [columns[i] for i in picks]
            yield josa(rng.choice([f"{name}[과] {other[0]}[을] 표로 비교해 주세요.", f"{name}[과] {other[0]}의 {'[과] '.join(names)}[을] 표로 정리해 주세요.",
                                   f"{name}[과] {other[0]}[을] 비교하는 표를 만들어 주세요."])), table(columns, [row, other], picks)
    elif kind_ == 4:
        n = rng.randint(3, 5)
        column = rng.choice([0, 0, 1])
        value = rng.choice(rows)[column + 1]
        same = [r[0] for r in rows if r[column + 1] == value]
        if (kind, value) == ("과일", "여름"):
            return  # a kept-out question asks for these
        if len(same) >= n and columns[column] in ("갈래", "철", "대륙", "시대"):
            what = {"갈래": value, "철": f"{value}에 {'하는' if kind == '놀이' else '나는'} {kind}", "대륙": f"{value}에 있는 나라", "시대": f"{value} 시대의 인물"}[columns[column]]
        else:
            same, what = [r[0] for r in rows], kind
        chosen = rng.sample(same, n)
        bullet = rng.random() < 0.4
        lines = "\n".join(f"- {c}" if bullet else f"{i}. {c}" for i, c in enumerate(chosen, 1))
        mark = "글머리 기호로" if bullet else "번호를 매겨"
        yield josa(rng.choice([f"{what} {NUMBER[n]} 가지를 {mark} 써 주세요.", f"{what} {NUMBER[n]} 가지만 {mark} 나열해 주세요. 설명은 빼 주세요.",
                               f"{what}[을] {n}가지 {mark} 적어 주세요."])), lines
    elif kind_ == 5:
        i = rng.randrange(len(columns))
        c = columns[i]
        q = {"사는 곳": "{n}[은] 어디에서 사나요?", "먹이": "{n}[은] 무엇을 먹나요?", "수도": "{n}의 수도는 어디인가요?", "말": "{n}에서는 어떤 말을 쓰나요?",
             "철": "{n}[은] 언제 나나요?", "하는 일": "{n}[은] 어떤 일을 하나요?", "쓰임": "{n}[은] 어디에 쓰나요?", "한 일": "{n}[은] 어떤 일을 했나요?",
             "주재료": "{n}[은] 무엇으로 만드나요?", "만드는 법": "{n}[은] 어떻게 만드나요?", "시대": "{n}[은] 어느 때 사람인가요?", "방법": "{n}[은] 어떻게 하나요?",
             "대륙": "{n}[은] 어느 대륙에 있나요?", "맛": "{n}[은] 어떤 맛인가요?", "있는 곳": "{n}[은] 어디에 있나요?", "돌보는 법": "{n}[을] 건강하게 지키려면 어떻게 하나요?"}.get(c)
        if q:
            tail_ = rng.choice(["", "", " 한 문장으로 답해 주세요.", " 짧게 알려 주세요."])
            yield josa(q.format(n=name)) + tail_, style(say(kind, c, row, row[i + 1]), rng.choice(("ham", "ham", "yo")))
    else:
        picks = rng.sample(rows, 3)
        i = rng.randrange(len(columns))
        body = "\n".join(f"| {r[0]} | {plain(r[i + 1])} |" for r in picks)
        if columns[i] != "특징":
            yield josa(f"{picks[0][0]}, {picks[1][0]}, {picks[2][0]}의 {columns[i]}[을] 표로 써 주세요."), f"| 이름 | {columns[i]} |\n|---|---|\n{body}"


def sayings_text(kind, row, rng, level):
    """A proverb, word or idiom explained, with its use."""
    word, meaning, use = row
    if kind == "속담":
        said = [f"‘{word}’[은] {clause(meaning + '.', 'fact')} 뜻의 속담이다.", f"{use} 쓸 수 있다."]
        if use.endswith("사람에게"):
            said[1] = f"{use} 들려줄 수 있다."
    elif kind == "낱말":
        said = [f"‘{word}’[은] ‘{meaning}’[이라]는 뜻의 우리말이다.", f"“{use}.”처럼 쓴다."]
        if rng.random() < 0.5:
            said.reverse()
            said[0] = f"“{use}.”에서 ‘{word}’[은] 순우리말이다."
            said[1] = f"그 뜻은 ‘{meaning}’이다."
    else:
        said = [f"‘{word}’[은] {clause(meaning + '.', 'fact')} 뜻의 사자성어이다.", f"“{use}.”처럼 쓸 수 있다."]
    return josa(join(said, level))
