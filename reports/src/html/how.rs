//! How the numbers of a table were made, said beneath it.

use super::phrase::Phrase;

/// Prefill and decode.
pub(super) fn speed() -> Phrase {
    Phrase::both(
        "llama-bench와 같은 방식입니다. 무작위 토큰을 넣고, 같은 모양으로 미리 한 번 돌린 뒤 재며, 토큰 고르기는 시간에 넣지 않습니다. 프리필(pp)은 프롬프트를 읽는 속도, 디코드(tg)는 답을 한 토큰씩 만드는 속도입니다. 컴퓨터가 다른 일을 하고 있었다면 느려집니다. 측정 앞뒤의 점검에서 속도가 달라졌으면 경고에 적었습니다.",
        "As llama-bench does it: random tokens, a warm-up of the same shape, no sampling inside the timing. Prefill (pp) is the speed of reading a prompt, decode (tg) that of writing an answer token by token. Other work on the machine slows both; where the probe before and after a cell moved, a warning says so.",
    )
}

/// Speed on the Korean questions.
pub(super) fn korean() -> Phrase {
    Phrase::both(
        "한국어 질문에 하나씩 답하게 해 잰 초당 한글 음절 수입니다. 토큰 하나에 담기는 한글의 양이 모델마다 다르므로, 모델끼리는 토큰 속도가 아니라 한글 속도로 견주어야 합니다. 영어로 답하면 0에 가까워집니다.",
        "Hangul syllables a second, measured on Korean questions answered one at a time. How much Hangul a token holds differs between models, so compare models by syllables a second, not by tokens. An answer in English brings it near 0.",
    )
}

/// Memory.
pub(super) fn memory() -> Phrase {
    Phrase::both(
        "프로세스의 최대 상주 메모리(VmHWM)입니다. 가중치는 메모리에 사상(mmap)되므로 ‘파일’로 잡히며, 메모리가 모자라면 운영 체제가 이를 내보내고 다시 읽을 수 있습니다. GPU에 올린 몫은 GPU 메모리에 따로 나타납니다.",
        "The peak resident set of the process (VmHWM). Weights are memory-mapped and count as file-backed; when memory runs short the system can drop them and read them again. What lies on a GPU is shown separately.",
    )
}

/// Energy.
pub(super) fn energy() -> Phrase {
    Phrase::both(
        "프로세서의 RAPL과 NVIDIA GPU의 NVML 계측기를 시간을 재는 구간의 바로 앞뒤에서 읽었습니다. 모델을 올려놓고 아무것도 계산하지 않을 때의 전력을 먼저 재어, 시험이 걸린 시간만큼 뺐습니다. 되풀이한 시험의 에너지를 모두 더해 토큰 수로 나누었고, 구간은 되풀이를 부트스트랩한 것입니다. 계측기는 기계 전체의 것이라 다른 프로그램의 몫을 가려내지 못합니다. 전원 장치, 메인보드, 팬, 화면이 쓰는 전력은 들어 있지 않으므로 콘센트에서 재는 값보다 작습니다.",
        "The meters of the processor (RAPL) and of NVIDIA GPUs (NVML), read right before and after the timed part. The power drawn with the model loaded and nothing computed was measured first and is subtracted for as long as the test took. All joules of the repetitions over all their tokens; the interval is a bootstrap over repetitions. The meters are those of the whole machine and cannot tell programs apart. What the power supply, main board, fans and screen draw is not in them, so a meter at the wall shows more.",
    )
}

/// Perplexity and bits.
pub(super) fn perplexity() -> Phrase {
    Phrase::both(
        "llama-perplexity의 기본 방식과 같아서 숫자를 그대로 견줄 수 있습니다. 한 모델의 정밀도끼리만 비교하십시오. 토큰을 나누는 방식이 다르면 퍼플렉시티는 비교할 수 없고, 음절당 비트나 바이트당 비트로 보아야 합니다. 청크 수를 제한한 스위트에서는 모델마다 채점한 범위도 조금씩 다릅니다.",
        "Computed as llama-perplexity does by default, so the numbers compare directly. Compare only precisions of one model. Across tokenizers perplexity means nothing; use bits per syllable or per byte. Where a suite limits the chunks, models are scored on slightly different stretches of a text.",
    )
}

/// Distance from the baseline.
pub(super) fn fidelity() -> Phrase {
    Phrase::both(
        "한 모델을 여러 정밀도로 나란히 계산해, 퍼플렉시티를 채점하는 자리마다 다음 토큰의 확률 분포를 기준의 것과 견줍니다. 숫자의 정의는 llama-perplexity의 --kl-divergence와 같습니다. 다만 로그 확률을 16비트로 줄여 파일에 적지 않으므로 F16과 F32처럼 가까운 것도 구별합니다. 잡음 바닥은 기준을 다시 계산했을 때와 한 토큰씩 계산했을 때 생기는 차이입니다. 구간은 자리들이 서로 독립이라고 보므로 실제보다 좁을 수 있습니다. 글의 순서는 여럿을 견주는 데 따른 보정을 하지 않고 매긴 것입니다.",
        "One model at several precisions is evaluated side by side, and at each position that perplexity scores the distribution of the next token is compared with the baseline’s. The figures are defined as in llama-perplexity’s --kl-divergence; no log-probabilities are cut to 16 bits and written to a file, so that even F16 and F32 are told apart. The noise floor is what the baseline differs from itself when it is evaluated again, and one token at a time. Intervals take positions as independent and can be too narrow. Which text suffers most is not corrected for comparing several.",
    )
}

/// Number ranges of weights.
pub(super) fn numbers() -> Phrase {
    Phrase::both(
        "그대로 측정한 모델 파일마다 가중치를 하나도 빠뜨리지 않고 읽어 셌습니다. 양자화한 텐서에서는 블록이 나타내는 값을 보고, 정수나 배정밀도(F64) 텐서는 건너뜁니다. F16과 BF16 아래의 숫자는 각 값을 그 형식으로 바꾸었을 때 생기는 일이며, 가장 가까운 수로 반올림하되 한가운데면 짝수 쪽을 택합니다. 표본이 아니라 전부를 세었으므로 구간이 없습니다. 가중치만 본 것이어서, 계산 도중의 값이 넘치는지는 알 수 없습니다.",
        "Every weight of each model file that was measured as it is was read and counted. Of quantised tensors the values are those that the blocks stand for; tensors of integers or doubles are passed over. What stands under F16 and BF16 is what casting each value to that format would do, rounding to nearest and ties to even. All values are counted and none is sampled, so there are no intervals. Only weights are looked at: whether values overflow while the model computes is another question.",
    )
}

/// The verdicts on the claims.
pub(super) fn claims() -> Phrase {
    Phrase::both(
        "가중치가 F32가 아닌 셀을 같은 모델의 F32 셀과 견주었습니다. 속도, 에너지, 정밀도는 95% 구간을 보고, 크기와 개수는 정확한 값이므로 미리 정한 기준을 보고 판정합니다. ‘맞지 않음’은 주장이 확인되지 않았다는 뜻이며, 반대가 맞다는 뜻은 아닐 수 있습니다. 판정이 여러 건인 데 따른 보정은 하지 않았습니다. 기준은 METHODOLOGY.md에, 모든 값과 그 출처는 claims.csv에 있습니다.",
        "Each cell whose weights are not F32 stands against an F32 cell of the same model. Speed, energy and precision are judged by 95% intervals; sizes and counts are exact and judged by margins fixed beforehand. “Fails” means that a claim is not shown, which is not always that the contrary is. Nothing is corrected for the number of verdicts. The rules are in METHODOLOGY.md; every number and where it comes from is in claims.csv.",
    )
}

/// Answer scores.
pub(super) fn scores() -> Phrase {
    Phrase::both(
        "핵심 내용은 질문에 딸린 핵심을 답이 짚은 비율, 지킨 조건은 질문이 건 조건을 답이 지킨 비율, 주제를 벗어난 문장은 답의 문장 가운데 질문의 낱말에서 멀어진 것의 비율입니다. 모두 낱말을 찾는 규칙으로 셉니다. 모범 답안의 −ln p는 모델이 모범 답안의 토큰을 평균 얼마나 뜻밖으로 여기는지를 보인 값으로, 낮을수록 모범 답안을 그럴듯하게 봅니다. 토큰을 나누는 방식이 같은 모델끼리만 견줄 수 있습니다.",
        "Key points: the share of the question’s key points that an answer makes. Constraints met: the share of its constraints that the answer keeps. Off topic: the share of the answer’s sentences that stray from the words of the question. All three are rules that look for words. The reference’s −ln p says how surprising the model finds a token of the reference answer on average; lower means likelier, and it compares only models with one tokenizer.",
    )
}

/// What a precision does to answers.
pub(super) fn texts() -> Phrase {
    Phrase::both(
        "기준은 가장 많은 정보를 담은 정밀도의 답입니다. 두 답의 토큰이 처음으로 달라지는 곳을 찾고, 길이와 점수는 질문마다 차이를 내어 평균했습니다. 답이 끝나는 것도 토큰 하나로 칩니다. 한쪽만 먼저 끝나면 거기서 갈라진 것입니다. 구간은 질문을 부트스트랩한 것이고, p는 윌콕슨 부호순위 검정의 값을 표 전체에 대해 홀름의 방법으로 보정한 것입니다. 한도에서 잘린 답은 잘린 데까지만 같다고 할 수 있습니다.",
        "The baseline is the precision that holds the most information. The first token that differs is found, and length and scores are averaged as differences by question. The end of an answer counts as a token: where only one ends, they part there. Intervals are bootstraps over questions; p is that of Wilcoxon’s signed-rank test, corrected by Holm’s method over the whole table. Answers cut at the limit are known to be identical only up to there.",
    )
}

/// Loading.
pub(super) fn load() -> Phrase {
    Phrase::both(
        "모델 파일을 읽기 시작해 계산할 수 있게 될 때까지의 시간을 되풀이해 재고 중앙값을 적었습니다. 파일이 페이지 캐시에 얼마나 남아 있었는지도 불러올 때마다 재어, 그 가운데 가장 작은 값을 적었습니다.",
        "The time from opening the model file until it can be evaluated; the median over repetitions. How much of the file the page cache held was looked up before every load, and the smallest share is shown.",
    )
}

/// The table of all cells.
pub(super) fn summary() -> Phrase {
    Phrase::both(
        "디코드는 시퀀스 하나로 가장 얕은 깊이에서, 프리필은 가장 긴 프롬프트로 잰 중앙값입니다. 첫 토큰까지 걸린 시간과 한글 속도는 한국어 질문에 하나씩 답할 때의 중앙값이고, 최대 메모리는 프로세스의 최대 상주 메모리, 퍼플렉시티와 음절당 비트, KL 발산은 첫 말뭉치 전체의 값, 핵심 내용은 모든 질문의 평균입니다. ★는 같은 기계에서 같은 조건으로 잰 셀 가운데 가장 좋은 값과, 95% 구간이 겹쳐 그것과 가릴 수 없는 값에 붙였습니다. 메모리는 1% 안쪽이면 가릴 수 없다고 봅니다. 모든 셀을 가릴 수 없거나 구간이 없는 셀이 있으면 붙이지 않았습니다. 막대의 길이는 그 열에서 가장 큰 값에 대한 비율입니다. 열마다의 자세한 방법은 아래 표에 있습니다.",
        "Decode is the median with one sequence at the smallest depth, prefill that of the longest prompt. First token and Korean speed are medians over Korean questions answered one at a time; peak memory is the peak resident set of the process; perplexity, bits per syllable and KL divergence are over the first whole corpus, key points the mean over all questions. ★ marks the best value among cells of one machine measured in the same way, and those whose 95% interval overlaps with it; memory within 1% is not told apart. Nothing is marked where no cell can be told from the others or an interval is missing. The length of a bar is the share of the largest value of its column. The tables below say more of each column.",
    )
}

/// What the cells use of the machine.
pub(super) fn hardware() -> Phrase {
    Phrase::both(
        "메모리의 몫은 셀의 최대 상주 메모리를 기계의 메모리로 나눈 것입니다. 읽은 대역폭은 가중치의 바이트 수에 디코드 속도를 곱한 것으로, 토큰 하나를 만들 때 가중치를 모두 읽는다고 본 값입니다. 임베딩 표처럼 일부만 읽는 텐서가 있거나 전문가 혼합(MoE) 모델이면 실제보다 크고, 작은 모델은 가중치가 캐시에 담겨 메모리 대역폭을 넘을 수 있습니다. 점검한 대역폭은 셀을 재기 앞뒤에 짧게 잰 메모리 읽기 속도 가운데 큰 값입니다. GPU에 올린 층이 있으면 CPU의 점검과 견줄 수 없으므로 비율을 적지 않습니다.",
        "The share of memory is the peak resident set over the memory of the machine. The bandwidth reached is the bytes of the weights times the decode rate, as if every token read all weights: too high where a tensor is read in part, as a table of embeddings is, and for mixtures of experts; and the weights of a small model fit into caches, which are faster than memory. The bandwidth of the probe is the higher of two short readings before and after the cell. Where layers are on a GPU the probe of the CPU says nothing of them, and no share is given.",
    )
}
