"""Korean grammar for the text generator: particles by final consonant, and verb endings.

Sentences are written once, in the plain written style (해라체: "잔다.", "좋다.", "새이다."), and
turned into the other styles by `style` and into clauses by `clause`. Particles are written as
[은] [이] [을] [과] [으로] [이라] [아] [이나] [이에] after whatever stands before them, and chosen
by `josa`. Where a plain form has two possible stems ("산다": 사- or 살-), the writer names the
stem: "산다^사".
"""

import re

L, V, T = 19, 21, 28
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
TAILS = ["", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"]

# Particle after a consonant, after a vowel.
PARTICLES = {
    "은": ("은", "는"), "이": ("이", "가"), "을": ("을", "를"), "과": ("과", "와"),
    "으로": ("으로", "로"), "이라": ("이라", "라"), "아": ("아", "야"), "이나": ("이나", "나"),
    "이에": ("이에", "예"), "이란": ("이란", "란"), "이며": ("이며", "며"), "이다": ("이다", "이다"),
    "이랑": ("이랑", "랑"), "이든": ("이든", "든"), "야": ("이야", "야"), "이었": ("이었", "였"),
    "는": ("은", "는"), "가": ("이", "가"), "를": ("을", "를"), "와": ("과", "와"),
}
DIGIT_TAIL = {"0": "ㅇ", "1": "ㄹ", "3": "ㅁ", "6": "ㄱ", "7": "ㄹ", "8": "ㄹ"}
LATIN_TAIL = {"l": "ㄹ", "m": "ㅁ", "n": "ㄴ", "r": "ㄹ"}


def split(c):
    """Initial, vowel and final of a syllable, as indices; None for any other character."""
    n = ord(c) - 0xAC00
    return (n // (V * T), n // T % V, n % T) if 0 <= n < L * V * T else None


def join(i, v, t=0):
    return chr(0xAC00 + (i * V + v) * T + t)


def tail(word):
    """The final consonant a word is pronounced with: "" after a vowel."""
    word = word.rstrip("’‘”“\"') ")
    if not word:
        return ""
    c = word[-1]
    parts = split(c)
    if parts:
        return TAILS[parts[2]]
    return DIGIT_TAIL.get(c) or LATIN_TAIL.get(c.lower(), "")


def josa(text):
    """Resolves every [particle] in `text`."""
    while m := re.search(r"\[(\w+)\]", text):
        closed, open_ = PARTICLES.get(m[1], (m[1], m[1]))
        end = tail(text[: m.start()])
        shut = end and not (m[1] == "으로" and end == "ㄹ")
        text = text[: m.start()] + (closed if shut else open_) + text[m.end():]
    return text


def vowel(c):
    return VOWELS[split(c)[1]]


def with_tail(c, t):
    i, v, _ = split(c)
    return join(i, v, TAILS.index(t))


def with_vowel(c, v, t=""):
    return join(split(c)[0], VOWELS.index(v), TAILS.index(t))


# Plain forms in -ㄴ다 whose stem ends in ㄹ, by their last syllable; and words where it does not.
RIEUL = set("든돈논운연안분민튼푼문번던판산단굴건빈멘빤턴")
NOT_RIEUL = re.compile(
    r"(꾸민|비운|배운|채운|키운|세운|싸운|태운|지운|피운|새운|치운|깨운|외운|메운|띄운|재운|데운|씌운|틔운|우러난|"
    r"보인|쓰인|숙인|모인|끓인|줄인|높인|섞인|쌓인|먹인|속인|붙인|기운|가까워진|누빈|나눈|부순|"
    r"도와준|해준|건넌|던진|굳힌|담근|잠근|이긴|숨긴|남긴|생긴|옮긴|즐긴|당긴|맡긴|안긴|감긴|신긴|웃긴|여긴|넘긴|챙긴|벗긴|튕긴|"
    r"미룬|이룬|다룬|그린|느낀|아낀|견딘|푼다|돋운|돕는|적신|누른|흐른|기댄|감싼|스민)$")
B_REGULAR = set("잡입씹뽑좁접집꼽업")
D_IRREGULAR = set("듣싣긷걷닫")          # 깨닫; 닫다 itself is regular, see below
S_IRREGULAR = set("짓낫붓긋잇젓")
REU_REGULAR = ("따르", "치르", "들르", "다다르", "잠그", "담그", "모으", "우러르")
REO = ("이르", "푸르")


def analyse(word):
    """(stem, kind) of a plain form ending in 다; kind is verb, adjective, past or copula."""
    if "^" in word:
        word, stem = word.split("^")
        return word[: len(word) - len(stem) - 1] + stem, "verb"
    body = word[:-1]
    if not body or split(body[-1]) is None:
        return body + "이", "copula"
    last, t = body[-1], TAILS[split(body[-1])[2]]
    if t == "ㅆ":
        return body, ("past" if body[-1] not in "있겠" else "exist" if last == "있" else "past")
    if last == "없":
        return body, "exist"
    if last == "이" and not body.endswith(("아이",)) or body == "이":
        return body, "copula"
    if last == "니" and body.endswith("아니"):
        return body, "adjective"
    if last == "는" and len(body) > 1 and TAILS[split(body[-2])[2]]:
        return body[:-1], "verb"
    if t == "ㄴ":
        open_ = with_tail(last, "")
        stem = body[:-1] + open_
        if last in RIEUL and not NOT_RIEUL.search(body) or body.endswith("이끈"):
            return body[:-1] + with_tail(last, "ㄹ"), "verb"
        return stem, "verb"
    return body, "adjective"


def infinitive(stem, kind="verb"):
    """The 아/어 form: 가 → 가, 먹 → 먹어, 돕 → 도와, 흐르 → 흘러, 하 → 해."""
    if kind == "copula":
        return stem[:-1] + ("이어" if tail(stem[:-1]) else "여")
    head, c = stem[:-1], stem[-1]
    v, t = vowel(c), TAILS[split(c)[2]]
    if not t:
        if c == "하":
            return head + "해"
        if stem.endswith(REO):
            return stem + "러"
        if c == "르" and not stem.endswith(REU_REGULAR) and head:
            bright = vowel(head[-1]) in "ㅏㅗ"
            return head[:-1] + with_tail(head[-1], "ㄹ") + ("라" if bright else "러")
        if v == "ㅡ":
            bright = head and split(head[-1]) and vowel(head[-1]) in "ㅏㅗ" and c not in "크트뜨" 
            return head + with_vowel(c, "ㅏ" if bright else "ㅓ")
        if v in "ㅏㅓㅐㅔㅕ":
            return stem
        if v == "ㅗ":
            return head + with_vowel(c, "ㅘ")
        if v == "ㅜ":
            return head + ("퍼" if c == "푸" and not head else with_vowel(c, "ㅝ"))
        if v == "ㅚ":
            return head + with_vowel(c, "ㅙ")
        if v == "ㅣ" and (head or c in "치지찌이") and not stem.endswith(("띠", "아니", "희")) and c not in "피기비":
            return head + with_vowel(c, "ㅕ")
        if v == "ㅣ" and head and c in "기비피" and stem not in ("피", "비", "기"):
            return head + with_vowel(c, "ㅕ")
        return stem + "어"
    bright = v in "ㅏㅗㅑ"
    if t == "ㅂ" and c not in B_REGULAR and kind != "past":
        return head + with_tail(c, "") + ("와" if c in "돕곱" else "워")
    if c in D_IRREGULAR and not (c == "닫" and not stem.endswith("깨닫")):
        return head + with_tail(c, "ㄹ") + ("아" if bright else "어")
    if t == "ㅅ" and c in S_IRREGULAR:
        return head + with_tail(c, "") + ("아" if bright else "어")
    if t == "ㅎ" and kind == "adjective" and c != "좋":
        return head + with_vowel(c, {"ㅑ": "ㅒ", "ㅕ": "ㅖ"}.get(v, "ㅐ"))
    return stem + ("아" if bright and kind != "past" and c not in "있겠" else "어")


def add(stem, ending, kind="verb"):
    """Stem + an ending in (으): "으면" → 가면, 먹으면, 만들면; also ㄹ/ㅁ/ㄴ/ㅂ to be joined below."""
    c = stem[-1]
    t = TAILS[split(c)[2]]
    join_ = {"ㄹ까": "ㄹ", "ㄹ": "ㄹ", "ㅁ": "ㅁ", "ㄴ": "ㄴ", "ㅂ니다": "ㅂ", "ㅂ니까": "ㅂ"}.get(ending)
    rest = ending[1:] if join_ else ending
    soft = t and kind not in ("past", "exist", "copula")
    if soft and ending not in ("ㅂ니다", "ㅂ니까"):
        if t == "ㅂ" and c not in B_REGULAR:
            stem, t = stem[:-1] + with_tail(c, "") + "우", ""
        elif c in D_IRREGULAR and not (c == "닫" and not stem.endswith("깨닫")):
            stem, t = stem[:-1] + with_tail(c, "ㄹ"), "ㄷ"
        elif t == "ㅅ" and c in S_IRREGULAR:
            return stem[:-1] + with_tail(c, "") + ("으" + rest if not join_ else with_tail("으", join_) + rest)
        elif t == "ㅎ" and kind == "adjective" and c != "좋":
            stem, t = stem[:-1] + with_tail(c, ""), ""
    if join_:
        if join_ == "ㅂ" and t and t != "ㄹ":
            return stem + "습" + rest
        if t == "ㄹ" and join_ == "ㅁ":
            return stem[:-1] + with_tail(stem[-1], "ㄻ") + rest
        if not t or t == "ㄹ":
            return stem[:-1] + with_tail(stem[-1], join_) + rest
        return stem + with_tail("으", join_) + rest
    return stem + ("으" if t and t != "ㄹ" else "") + ending


def last_word(sentence):
    body = sentence.rstrip()
    body = body[:-1] if body.endswith(".") else body
    head, _, word = body.rpartition(" ")
    return head + " " if head else "", word


def plain(sentence):
    """Drops the ^stem mark."""
    return re.sub(r"\^\w+", "", sentence)


def style(sentence, level):
    """A plain sentence in another style: han (as it is), ham (합니다), yo (해요), ban (해), list (명사형)."""
    if level == "han" or not re.search(r"다(\^\w+)?\.?$", sentence):
        return plain(sentence)
    head, word = last_word(sentence)
    if word.endswith(("니다", "단다")) and tail(word[:-2]) in ("ㅂ", "ㅆ"):
        return plain(sentence)  # said politely, or told to a child, already
    stem, kind = analyse(word)
    if level == "ham":
        out = stem + "습니다" if kind in ("past", "exist") else add(stem, "ㅂ니다", kind)
    elif level == "list":
        out = stem + "음" if kind in ("past", "exist") else add(stem, "ㅁ", kind)
        return head + out
    elif kind == "copula":
        end = tail(stem[:-1])
        out = stem[:-1] + ({"yo": "이에요", "ban": "이야"}[level] if end else {"yo": "예요", "ban": "야"}[level])
        if stem.endswith("것이"):
            out = stem[:-2] + {"yo": "거예요", "ban": "거야"}[level]
    elif stem.endswith("아니"):
        out = stem + {"yo": "에요", "ban": "야"}[level]
    else:
        out = infinitive(stem, kind) + {"yo": "요", "ban": ""}[level]
    return head + out + "."


def clause(sentence, kind_):
    """A plain sentence as a clause: cause (기 때문에), so (아서), and (고), but (지만), if (으면), that (는 것), quote (다고)."""
    head, word = last_word(sentence)
    stem, kind = analyse(word)
    if kind_ == "because":
        out = stem + "기 때문"
    elif kind_ == "and":
        out = stem + "고"
    elif kind_ == "but":
        out = stem + "지만"
    elif kind_ == "so":
        out = stem[:-1] + ("이라서" if tail(stem[:-1]) else "라서") if kind == "copula" else infinitive(stem, kind) + "서"
    elif kind_ == "since":
        out = stem + "으므로" if kind in ("past", "exist") else add(stem, "므로", kind)
    elif kind_ == "if":
        out = stem + "으면" if kind in ("past", "exist") else add(stem, "면", kind)
    elif kind_ == "quote":
        out = (stem + "라고") if kind == "copula" else plain(word) + "고"
    elif kind_ == "fact":
        out = (stem + "라는") if kind == "copula" else plain(word) + "는"
    else:
        raise ValueError(kind_)
    return head + out


def ask(sentence, form):
    """A plain clause as a question: 나요, ㄹ까요, 죠, 니, 는가, 습니까, 는지."""
    head, word = last_word(sentence)
    stem, kind = analyse(word)
    fixed = kind in ("past", "exist")
    drop = stem[:-1] + with_tail(stem[-1], "") if TAILS[split(stem[-1])[2]] == "ㄹ" else stem
    active = kind in ("verb", "past", "exist")
    if form == "나요":
        out = drop + "나요" if active else add(stem, "ㄴ", kind) + "가요"
    elif form == "까요":
        out = (stem + "을까요") if fixed else add(stem, "ㄹ까", kind) + "요"
    elif form == "죠":
        out = stem + "죠" 
    elif form == "니":
        out = drop + ("니" if kind != "copula" else "니")
    elif form == "는가":
        out = drop + "는가" if active else add(stem, "ㄴ", kind) + "가"
    elif form == "습니까":
        out = stem + "습니까" if fixed else add(stem, "ㅂ니까", kind)
    elif form == "는지":
        out = drop + "는지" if active else add(stem, "ㄴ", kind) + "지"
    elif form == "요":
        return style(head + word, "yo").rstrip(".") + "?"
    elif form == "어":
        return style(head + word, "ban").rstrip(".") + "?"
    else:
        raise ValueError(form)
    return head + out + ("" if form == "는지" else "?")
