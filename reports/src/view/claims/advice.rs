//! One sentence for who must choose, by what was found.

use super::Verdict;
use super::finding::{Said, both, undecided};
use super::speed::Change;
use super::{memory, precision};
use crate::josa;
use crate::view::FidelityRow;

pub(super) fn memory(outcome: memory::Outcome, weights: &str) -> Said {
    use memory::Outcome::{Falls, NoPeak, Otherwise, PeakStays, Stays};
    match outcome {
        Falls => both(
            format!(
                "메모리가 모자라면 {}도 좋은 선택입니다. 프로세스 전체의 메모리가 실제로 줄어듭니다.",
                weights
            ),
            format!(
                "Where memory is short, {weights} is a good choice: the whole process really takes less."
            ),
        ),
        PeakStays => both(
            "모델이 클수록 가중치의 몫이 커져 더 많이 줄겠지만, 이 모델에 필요한 메모리는 최대 메모리를 보고 어림하십시오.",
            "A larger model gains more, since more of its memory is weights; for this one, plan by the peak.",
        ),
        NoPeak => both(
            "가중치가 차지하는 자리는 줄지만, 프로세스 전체에 필요한 메모리는 따로 확인하십시오.",
            "The weights take less room; check by other means what the whole process needs.",
        ),
        Otherwise => both(
            "필요한 메모리는 형식의 이름이 아니라 여기서 잰 값으로 어림하십시오.",
            "Plan memory by what was measured here, not by the name of the format.",
        ),
        Stays => both(
            format!(
                "메모리를 아끼려는 것이라면 {} 고를 이유가 없습니다.",
                josa::with(weights, josa::object)
            ),
            format!("Memory is no reason to choose {weights}."),
        ),
    }
}

pub(super) fn speed(verdict: Verdict, decode: Change, prefill: Change, weights: &str) -> Said {
    let subject = josa::with(weights, josa::topic);
    let object = josa::with(weights, josa::object);
    match verdict {
        Verdict::Holds => both(
            format!(
                "이 기계에서 {subject} 질문을 읽을 때도 답을 쓸 때도 F32보다 빠르니, 속도를 보고 골라도 됩니다."
            ),
            format!(
                "On this machine {weights} is faster than F32 both at reading a prompt and at writing an answer, so speed is a reason to choose it."
            ),
        ),
        Verdict::Partly if decode == Change::Better => match prefill {
            Change::Worse => both(
                format!(
                    "{subject} 답을 더 빨리 쓰지만 질문은 더 느리게 읽으니, 짧게 묻고 길게 답을 받는 쓰임에 맞습니다."
                ),
                format!(
                    "{weights} writes answers faster and reads prompts slower: it suits short prompts with long answers."
                ),
            ),
            _ => both(
                format!(
                    "답을 길게 받는 쓰임이라면 {object} 골라 얻는 것이 있지만, 긴 글을 읽히는 쓰임에는 빨라진다고 할 수 없습니다."
                ),
                format!(
                    "{weights} pays off where answers are long; for reading long prompts no gain is shown."
                ),
            ),
        },
        Verdict::Partly => match decode {
            Change::Worse => both(
                format!(
                    "{subject} 질문을 더 빨리 읽지만 답은 더 느리게 쓰니, 긴 글을 읽히고 짧은 답을 받는 쓰임에 맞습니다."
                ),
                format!(
                    "{weights} reads prompts faster and writes answers slower: it suits long prompts with short answers."
                ),
            ),
            _ => both(
                format!(
                    "긴 글을 읽히는 쓰임이라면 {object} 골라 얻는 것이 있지만, 답을 쓰는 속도까지 빨라진다고는 할 수 없습니다."
                ),
                format!(
                    "{weights} pays off where prompts are long; for writing answers no gain is shown."
                ),
            ),
        },
        Verdict::Fails if decode == Change::Worse && prefill == Change::Worse => both(
            format!(
                "이 기계에서는 {} F32보다 느리니, 속도를 바라고 고르지는 마십시오.",
                josa::with(weights, josa::subject)
            ),
            format!("On this machine {weights} is slower than F32: do not choose it for speed."),
        ),
        Verdict::Fails => both(
            format!(
                "이 기계에서는 {} F32보다 빠르다고 할 수 없으니, 속도를 바라고 고르지는 마십시오.",
                josa::with(weights, josa::subject)
            ),
            format!(
                "On this machine {weights} is not shown to be faster than F32: do not choose it for speed."
            ),
        ),
        Verdict::NotMeasurable => undecided(),
    }
}

pub(super) fn energy(verdict: Verdict, weights: &str) -> Said {
    let object = josa::with(weights, josa::object);
    match verdict {
        Verdict::Holds => both(
            format!(
                "같은 일에 드는 에너지가 줄어드니, 전기나 배터리를 아끼려면 {object} 고를 만합니다."
            ),
            format!("The same work takes less energy, so {weights} saves power or battery."),
        ),
        Verdict::Partly => both(
            "읽기와 쓰기 가운데 한쪽에서만 에너지가 준다고 확인되었으니, 주로 하는 일이 어느 쪽인지 보고 고르십시오.",
            "Only one of reading and writing is shown to take less energy: choose by which of them you do most.",
        ),
        Verdict::Fails => both(
            format!("에너지를 아끼려는 것이라면 {object} 고를 이유가 확인되지 않았습니다."),
            format!("Energy is not shown to be a reason to choose {weights}."),
        ),
        Verdict::NotMeasurable => undecided(),
    }
}

pub(super) fn precision(outcome: precision::Outcome, row: &FidelityRow, weights: &str) -> Said {
    use precision::Outcome::{NoFloor, NotShown, Shown, Unknown, WithinBatch, WithinSettings};
    let changed = (1.0 - row.same_top) * 1000.0;
    match outcome {
        Shown if changed < 1.0 => both(
            "가장 유력한 다음 토큰이 바뀌는 것은 1,000개에 하나도 되지 않으니, 그 정도 차이를 받아들일 수 있으면 고르십시오.",
            "Fewer than one of 1,000 likeliest next tokens change: choose it if that is acceptable.",
        ),
        Shown => both(
            format!(
                "가장 유력한 다음 토큰이 1,000개 가운데 약 {changed:.0}개꼴로 바뀌니, 그만한 차이를 받아들일 수 있을 때 고르십시오."
            ),
            format!(
                "About {changed:.0} of 1,000 likeliest next tokens change: choose it if that is acceptable."
            ),
        ),
        WithinBatch => both(
            "답을 쓸 때처럼 한 토큰씩 계산하기만 해도 생길 수 있는 차이이니, 정밀도 때문에 F32를 고집할 까닭은 보이지 않습니다.",
            "Evaluating one token at a time, as an answer is generated, changes as much, so precision is no apparent reason to insist on F32.",
        ),
        WithinSettings => both(
            "F32의 KV 캐시 설정만 바꾸어도 생길 수 있는 차이이니, 가중치의 정밀도 때문에 F32를 고집할 까닭은 보이지 않습니다.",
            "Other settings alone change F32 as much, so the precision of the weights is no apparent reason to insist on F32.",
        ),
        NoFloor => both(
            "F32와의 차이는 위의 값으로 판단하되, 아주 작은 차이라면 측정 방법에서 온 것일 수 있음을 헤아리십시오.",
            "Judge the difference by the figures above, and remember that a very small one may come from the method.",
        ),
        NotShown(_) => both(
            format!(
                "{} 정밀도가 떨어진다고 확인되지 않았으니, 정밀도 때문에 F32를 고집할 까닭은 보이지 않습니다.",
                josa::with(weights, josa::subject)
            ),
            format!(
                "{weights} is not shown to be less precise, so precision is no apparent reason to insist on F32."
            ),
        ),
        Unknown => undecided(),
    }
}

pub(super) fn range(weights: &str, verdict: Verdict) -> Said {
    match (weights, verdict) {
        (_, Verdict::NotMeasurable) => undecided(),
        ("BF16", Verdict::Holds) => both(
            "BF16에서도 망가지는 가중치가 있으니 F32로 두는 편이 안전합니다.",
            "Some weights are lost even in BF16, so F32 is the safer choice.",
        ),
        (_, Verdict::Holds) => both(
            "망가지는 가중치가 있으니, F16보다 범위가 넓은 BF16이나 F32가 안전합니다.",
            "Some weights are lost, so BF16 or F32, which have a wider range, are safer than F16.",
        ),
        (_, Verdict::Partly) => both(
            "아주 작은 가중치 일부가 자릿수를 잃을 뿐이니, 그 영향은 범위가 아니라 정밀도 항목의 값으로 판단하십시오.",
            "Only some very small weights lose digits; judge what that does by the figures on precision.",
        ),
        (_, Verdict::Fails) => both(
            format!(
                "가중치의 범위 때문에 {} 피할 까닭은 없습니다.",
                josa::with(weights, josa::object)
            ),
            format!("The range of the weights is no reason to avoid {weights}."),
        ),
    }
}

/// `cost`: memory of the weights with the remedy, of that without.
pub(super) fn mixed(verdict: Verdict, cost: Option<f64>) -> Said {
    let (cost_ko, cost_en) = match cost {
        Some(cost) => (
            format!("가중치 메모리가 {cost:.2}배가 되는 것"),
            format!("{cost:.2} times the memory of the weights"),
        ),
        None => (
            "얼마인지 재지 못한 메모리 부담".into(),
            "the memory it takes, which was not measured".into(),
        ),
    };
    match verdict {
        Verdict::Holds => both(
            format!("{cost_ko}을 감당할 수 있다면 임베딩과 출력을 F32로 두십시오."),
            format!("Keep embedding and output in F32 if you can afford {cost_en}."),
        ),
        Verdict::Partly => both(
            format!(
                "임베딩과 출력을 F32로 두면 나아지지만 크게 나아진다고는 할 수 없으니, {cost_ko}과 저울질해 고르십시오."
            ),
            format!(
                "Embedding and output in F32 help, if not shown to help much: weigh that against {cost_en}."
            ),
        ),
        Verdict::Fails => both(
            "임베딩과 출력을 F32로 두어 나아진다고 확인되지 않았으니, 그 메모리는 다른 데 쓰는 편이 낫습니다.",
            "Embedding and output in F32 are not shown to help, so the memory is better spent elsewhere.",
        ),
        Verdict::NotMeasurable => undecided(),
    }
}
