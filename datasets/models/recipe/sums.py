"""Arithmetic and small puzzles with worked answers; names, things and numbers drawn anew each time."""

from ko import josa

THINGS = [("사과", "개"), ("귤", "개"), ("배", "개"), ("공책", "권"), ("연필", "자루"), ("빵", "개"), ("우유", "병"), ("지우개", "개"),
          ("떡", "개"), ("엽서", "장"), ("색종이", "장"), ("달걀", "개"), ("양말", "켤레"), ("동화책", "권"), ("과자", "봉지"), ("물감", "개"),
          ("만두", "개"), ("김밥", "줄"), ("꽃", "송이"), ("모자", "개")]
COUNT = ["", "한", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"]
DAYS = ["월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일"]


def won(n):
    return f"{n:,}원"


def clock(minutes):
    h, m = divmod(minutes, 60)
    return f"{h}시간 {m}분" if h and m else f"{h}시간" if h else f"{m}분"


def shopping(rng, name):
    (a, ca), (b, cb) = rng.sample(THINGS, 2)
    pa, pb = rng.randrange(3, 30) * 100, rng.randrange(3, 30) * 100
    na, nb = rng.randint(2, 6), rng.randint(1, 5)
    total = pa * na + pb * nb
    paid = -(-(total + 100) // 5000) * 5000
    q = rng.choice([
        f"{a}[은] 한 {ca}에 {won(pa)}, {b}[은] 한 {cb}에 {won(pb)}입니다. {a} {na}{ca}[과] {b} {nb}{cb}[을] 사면서 {won(paid)}을 내면 거스름돈을 얼마 받나요?",
        f"{name}[은] {won(pa)}짜리 {a} {na}{ca}, {won(pb)}짜리 {b} {nb}{cb}[을] 골랐습니다. {won(paid)}을 내면 얼마를 거슬러 받습니까?"])
    a_ = (f"{a}: {pa:,} × {na} = {won(pa * na)}, {b}: {pb:,} × {nb} = {won(pb * nb)}입니다. "
          f"합은 {won(total)}이고, {paid:,} − {total:,} = {won(paid - total)}을 거슬러 받습니다.")
    return q, a_


def speed(rng, name):
    v, half = rng.choice([4, 5, 20, 40, 50, 60, 80, 90, 100]), rng.randint(2, 9)
    d = v * half / 2
    d = int(d) if d == int(d) else d
    what = "걸어서" if v < 10 else rng.choice(["자동차로", "버스로", "기차로"]) if v > 30 else "자전거로"
    t = clock(half * 30)
    return (f"시속 {v}킬로미터로 {what} {d}킬로미터를 가려면 시간이 얼마나 걸리나요?",
            f"시간은 거리를 속력으로 나누어 구합니다. {d} ÷ {v} = {half / 2:g}이므로 {t}[이] 걸립니다.")


def sale(rng, name):
    price, off = rng.randrange(2, 60) * 1000, rng.choice([10, 20, 25, 30, 40, 50])
    cut = price * off // 100
    return (f"정가가 {won(price)}인 {rng.choice(['옷', '신발', '가방', '책상', '의자', '시계', '모자'])}[을] {off}% 할인하면 얼마인가요?",
            f"할인되는 돈은 {price:,} × {off / 100:g} = {won(cut)}입니다. 따라서 내야 할 돈은 {price:,} − {cut:,} = {won(price - cut)}입니다.")


def rectangle(rng, name):
    a, b = rng.randint(2, 30), rng.randint(2, 30)
    what, unit, square = rng.choice([("텃밭", "미터", "제곱미터"), ("종이", "센티미터", "제곱센티미터"), ("방", "미터", "제곱미터"), ("꽃밭", "미터", "제곱미터"), ("액자", "센티미터", "제곱센티미터")])
    return (f"직사각형 모양의 {what}[이] 있습니다. 가로는 {a}{unit}, 세로는 {b}{unit}입니다. 둘레와 넓이를 각각 구하면 얼마인가요?",
            f"둘레는 ({a} + {b}) × 2 = {(a + b) * 2}{unit}이고, 넓이는 {a} × {b} = {a * b}{square}입니다.")


def unknown(rng, name):
    x, a, m = rng.randint(2, 40), rng.randint(2, 20), rng.randint(2, 9)
    y = (x + a) * m
    return (f"어떤 수에 {a}[을] 더하고 {m}[을] 곱했더니 {y}[이] 되었습니다. 어떤 수는 얼마인가요?",
            f"거꾸로 계산합니다. {y} ÷ {m} = {x + a}이고, {x + a} − {a} = {x}입니다. 따라서 어떤 수는 {x}입니다.")


def series(rng, name):
    n = rng.choice([10, 20, 30, 40, 50, 60, 80, 200])
    return (f"1부터 {n}까지의 자연수를 모두 더하면 얼마인가요?",
            f"양 끝의 수를 하나씩 짝지으면 짝마다 합이 {n + 1}입니다. 이런 짝이 {n // 2}개 있으므로 {n + 1} × {n // 2} = {n * (n + 1) // 2:,}입니다.")


def share(rng, name):
    per, n, m = rng.choice([2, 3, 4, 5, 10, 12.5, 15, 20, 25, 30]), rng.randint(4, 20), rng.randint(21, 60)
    total = per * n
    stuff, made = rng.choice([("밀가루", "쿠키"), ("쌀가루", "송편"), ("설탕", "사탕"), ("찹쌀", "인절미"), ("메밀가루", "전병")])
    return (f"{made} {n}개를 만드는 데 {stuff} {total:g}그램이 듭니다. {m}개를 만들려면 몇 그램이 듭니까?",
            f"한 개에는 {total:g} ÷ {n} = {per:g}그램이 듭니다. 따라서 {m}개에는 {per:g} × {m} = {per * m:g}그램이 듭니다.")


def duration(rng, name):
    a, b = rng.randrange(6, 12) * 60 + rng.randrange(0, 60, 5), rng.randrange(13, 22) * 60 + rng.randrange(0, 60, 5)
    def at(m):
        h, r = divmod(m, 60)
        return f"{'오전' if h < 12 else '오후'} {h if h <= 12 else h - 12}시" + (f" {r}분" if r else "")
    noon = 12 * 60
    return (f"{at(a)}에 시작해 {at(b)}에 끝났다면 모두 얼마나 걸렸나요?",
            f"{at(a)}부터 낮 12시까지는 {clock(noon - a)}이고, 낮 12시부터 {at(b)}까지는 {clock(b - noon)}입니다. 둘을 더하면 {clock(b - a)}입니다.")


def average(rng, name):
    subjects = rng.sample(["국어", "수학", "영어", "과학", "사회", "음악"], 3)
    want = rng.randint(75, 95)
    a, b = want + rng.randint(-8, 8), want + rng.randint(-8, 8)
    c = want * 3 - a - b
    if not 40 <= c <= 100:
        return average(rng, name)
    if rng.random() < 0.5:
        return (f"{subjects[0]} {a}점, {subjects[1]} {b}점, {subjects[2]} {c}점의 평균은 몇 점인가요?",
                f"세 점수를 더하면 {a} + {b} + {c} = {want * 3}점입니다. 이를 3으로 나누면 평균은 {want}점입니다.")
    return (f"{subjects[0]} {a}점, {subjects[1]} {b}점입니다. {subjects[2]}까지 세 과목의 평균이 {want}점이 되려면 {subjects[2]}[은] 몇 점이어야 하나요?",
            f"총점이 {want} × 3 = {want * 3}점이어야 합니다. 두 과목의 합은 {a} + {b} = {a + b}점이므로 {want * 3} − {a + b} = {c}입니다. {subjects[2]}에서 {c}점을 받아야 합니다.")


def dice(rng, name):
    s = rng.choice([2, 3, 4, 5, 6, 8, 9, 10, 11, 12])
    ways = [(i, s - i) for i in range(1, 7) if 1 <= s - i <= 6]
    return (f"주사위 두 개를 던질 때 눈의 합이 {s}[이] 될 확률은 얼마인가요?",
            f"모든 경우는 6 × 6 = 36가지입니다. 합이 {s}인 경우는 {', '.join(map(str, ways))}의 {len(ways)}가지입니다. 따라서 확률은 {len(ways)}/36입니다.")


def plain_sum(rng, name):
    op = rng.choice("+−×÷")
    a, b = rng.randint(2, 99), rng.randint(2, 99)
    if op == "−":
        a, b = max(a, b), min(a, b)
    if op in "×÷":
        a, b = rng.randint(2, 30), rng.randint(2, 12)
    value = {"+": a + b, "−": a - b, "×": a * b, "÷": a}[op]
    if op == "÷":
        a = a * b
    word = {"+": f"{a}[과] {b}[을] 더하면", "−": f"{a}에서 {b}[을] 빼면", "×": f"{a}에 {b}[을] 곱하면", "÷": f"{a}[을] {b}[으로] 나누면"}[op]
    return (rng.choice([f"{a} {op} {b}[은] 얼마인가요?", f"{word} 얼마인가요?", f"{word} 얼마예요?"]), f"{a} {op} {b} = {value}입니다.")


def left(rng, name):
    thing, c = rng.choice(THINGS)
    n = rng.randint(10, 60)
    a, b = rng.randint(2, n // 2), rng.randint(1, n // 3)
    return (f"{name}[은] {thing} {n}{c}[을] 가지고 있었습니다. 친구에게 {a}{c}[을] 주고 동생에게 {b}{c}[을] 주었습니다. 몇 {c}[이] 남았나요?",
            f"준 것은 모두 {a} + {b} = {a + b}{c}입니다. {n} − {a + b} = {n - a - b}이므로 {n - a - b}{c}[이] 남았습니다.")


def divide(rng, name):
    thing, c = rng.choice(THINGS)
    k, each = rng.randint(3, 9), rng.randint(2, 12)
    rest = rng.randrange(0, k)
    n = k * each + rest
    more = f" {rest}{c}[이] 남습니다." if rest else " 남는 것은 없습니다."
    return (f"{thing} {n}{c}[을] {COUNT[k]} 명에게 똑같이 나누어 주면 한 명이 몇 {c}씩 받고 몇 {c}[이] 남나요?",
            f"{n} ÷ {k} = {each}{f' … {rest}' if rest else ''}이므로 한 명이 {each}{c}씩 받습니다.{more}")


def weekday(rng, name):
    today, n = rng.randrange(7), rng.randint(2, 30)
    later = (today + n) % 7
    weeks = n // 7
    if n < 7:
        how = f"{DAYS[today]}에서 하루씩 {n}번 넘기면 {DAYS[later]}입니다."
    else:
        how = f"일주일은 7일이므로 {n}일은 {weeks}주와 {n % 7}일입니다. {DAYS[today]}에서 {n % 7}일 뒤는 {DAYS[later]}입니다."
    return f"오늘이 {DAYS[today]}이면 {n}일 뒤는 무슨 요일인가요?", how


def order(rng, name):
    from sources import words
    names = rng.sample(words()["벗"], 4)
    what, more, less = rng.choice([("키", "크", "작"), ("나이", "많", "적"), ("가방", "무겁", "가볍")])
    adj = {"크": "크다", "많": "많다", "무겁": "무겁다"}[more]
    pairs = [(0, 1), (1, 2), (2, 3)]
    rng.shuffle(pairs)
    told = " ".join(f"{names[a]}[은] {names[b]}보다 {what}[이] {adj}." for a, b in pairs)
    big = {"크": "큰", "많": "많은", "무겁": "무거운"}[more]
    return (f"{told} {what}[이] {big} 사람부터 차례로 말해 주세요.",
            f"{what}[이] {big} 사람부터 차례로 늘어놓으면 {', '.join(names)}입니다.")


def syllogism(rng, name):
    group, member, trait = rng.choice([("새", "참새", "날개가 있다"), ("물고기", "붕어", "아가미가 있다"), ("곤충", "개미", "다리가 여섯 개이다"),
                                       ("포유류", "고래", "새끼에게 젖을 먹인다"), ("나무", "소나무", "줄기가 있다"), ("사각형", "정사각형", "변이 네 개이다")])
    if rng.random() < 0.5:
        return (f"모든 {group}[은] {trait}. {member}[은] {group}이다. 그렇다면 {member}[은] {trait}[이라]고 할 수 있나요?".replace("다[이라]고", "다고"),
                f"그렇습니다. 모든 {group}[이] 그렇고 {member}[은] {group}이므로, {member}[도] {trait[:-1]}다고 할 수 있습니다.".replace("이다고", "이라고"))
    return (f"모든 {group}[은] {trait}. 그렇다면 {trait[:-1]}다는 것만으로 어떤 것이 {group}[이라]고 할 수 있나요?".replace("이다는", "이라는"),
            f"그렇게 말할 수 없습니다. 모든 {group}[이] 그렇다고 해서 그런 것이 모두 {group}인 것은 아닙니다.")


MAKERS = [shopping, shopping, speed, sale, rectangle, unknown, series, share, duration, average, dice, plain_sum, left, divide, weekday, order, syllogism]


def problem(rng, words):
    q, a = rng.choice(MAKERS)(rng, rng.choice(words["이름"]))
    return josa(q), josa(a)
