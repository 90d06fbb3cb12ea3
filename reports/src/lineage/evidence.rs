//! What decided a verdict, in words.

use super::{Figures, Kinship};

/// One statement in the report's two languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Said {
    fn of(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            ko: ko.into(),
            en: en.into(),
        }
    }
}

/// What decided the verdict, in one line. It may name a tensor of a file, with control characters
/// escaped.
#[must_use]
pub fn evidence(verdict: Kinship, figures: &Figures) -> Said {
    let parts = match verdict {
        Kinship::Unrelated => unrelated(figures),
        Kinship::FineTune => fine_tune(figures),
        Kinship::SameWeights => same_weights(figures),
    };
    let join = |pick: fn(&Said) -> &str| parts.iter().map(pick).collect::<Vec<_>>().join("; ");
    Said::of(join(|said| &said.ko), join(|said| &said.en))
}

fn unrelated(figures: &Figures) -> Vec<Said> {
    let [a, b] = figures.matrices;
    let n = figures.n_matrices;
    let Some(correlation) = figures.correlation else {
        return vec![Said::of(
            format!("이름과 모양이 같은 행렬이 없음(행렬 {a}개와 {b}개)"),
            format!(
                "no matrix of one has the name and shape of one of the other ({a} and {b} matrices)"
            ),
        )];
    };
    vec![Said::of(
        format!(
            "이름과 모양이 같은 행렬 {n}개의 상관계수 중앙값 {correlation:.3}(무관하면 0에 가깝고, 기반 모델이 같으면 1에 가까움)"
        ),
        format!(
            "median correlation {correlation:.3} over {n} matrices of the same name and shape (near 0 for unrelated weights, near 1 for those of one base)"
        ),
    )]
}

fn fine_tune(figures: &Figures) -> Vec<Said> {
    let mut parts = Vec::new();
    if let (true, Some(share)) = (figures.is_beyond, figures.beyond_rounding) {
        let share = percent(share);
        parts.push(Said::of(
            format!("값의 {share}가 반올림으로 설명되지 않을 만큼 다름"),
            format!("{share} of the values differ by more than rounding can explain"),
        ));
        if let Some((name, worst)) = &figures.worst {
            let worst = percent(*worst);
            parts.push(Said::of(
                format!("가장 많이 다른 행렬은 {name}({worst})"),
                format!("most of all in {name} ({worst})"),
            ));
        }
    }
    let (differ, n) = (figures.vectors_differ, figures.n_vectors);
    if differ > 0 {
        parts.push(Said::of(
            format!("정규화·편향 벡터 {n}개 가운데 {differ}개가 다름"),
            format!("{differ} of {n} norm and bias vectors differ"),
        ));
    }
    if let Some(excess) = figures.excess.filter(|_| !figures.is_beyond && differ == 0) {
        parts.push(Said::of(
            format!("차이의 제곱이 이 형식으로 양자화할 때의 {excess:.1}배"),
            format!(
                "the squared difference is {excess:.1} times that of quantising to this format"
            ),
        ));
    }
    if figures.unmatched_share > 0.0 {
        let share = percent(figures.unmatched_share);
        parts.push(Said::of(
            format!("가중치의 {share}는 한쪽에만 있음"),
            format!("{share} of the weights are in one of them alone"),
        ));
    }
    parts.extend(difference(figures));
    parts.extend(vocabulary(figures));
    parts
}

fn same_weights(figures: &Figures) -> Vec<Said> {
    let (values, matrices) = (count(figures.n_values), figures.n_matrices);
    let all_equal = figures.equal_share == 1.0;
    let mut parts = vec![match (all_equal, figures.beyond_rounding) {
        (true, _) => Said::of(
            format!("행렬 {matrices}개에서 뽑은 값 {values}개가 모두 같음"),
            format!("all {values} values sampled from {matrices} matrices are equal"),
        ),
        (false, Some(0.0)) => Said::of(
            format!("행렬 {matrices}개에서 뽑은 값 {values}개의 차이가 모두 반올림으로 설명됨"),
            format!(
                "rounding explains the differences of all {values} values sampled from {matrices} matrices"
            ),
        ),
        (false, Some(share)) => Said::of(
            format!(
                "행렬 {matrices}개에서 뽑은 값 {values}개 가운데 반올림으로 설명되지 않을 만큼 다른 것은 {}",
                percent(share)
            ),
            format!(
                "rounding explains the differences of all but {} of {values} values sampled from {matrices} matrices",
                percent(share)
            ),
        ),
        (false, None) => Said::of(
            "이 형식으로는 반올림과 작은 미세 조정을 가려내지 못함",
            "these formats do not tell rounding from a slight fine-tune",
        ),
    }];
    if figures.n_vectors > 0 {
        let n = figures.n_vectors;
        parts.push(Said::of(
            format!("정규화·편향 벡터 {n}개도 같음"),
            format!("{n} norm and bias vectors are equal"),
        ));
    }
    if !figures.through.is_empty() {
        let formats = figures.through.join(", ");
        parts.push(Said::of(
            format!("한쪽은 다른 형식({formats})을 거쳐 만들어짐"),
            format!("one was made by way of another format ({formats})"),
        ));
    }
    if !all_equal {
        parts.extend(difference(figures));
        parts.extend(resolution(figures));
    }
    parts.extend(vocabulary(figures));
    parts
}

/// What would have gone unseen.
fn resolution(figures: &Figures) -> Option<Said> {
    Some(match figures.resolution {
        Some(change) => {
            let change = percent(change);
            Said::of(
                format!("모든 가중치가 {change} 이상 바뀌었다면 드러났을 것"),
                format!("a change of all weights by {change} would have shown"),
            )
        }
        // Not tried behind a detour.
        None if !figures.through.is_empty() => return None,
        None => Said::of(
            "이 정밀도에서는 미세 조정으로 조금 바뀌었더라도 드러나지 않음",
            "a fine-tune might not show at this precision",
        ),
    })
}

fn difference(figures: &Figures) -> Option<Said> {
    let difference = percent(figures.relative_difference?);
    Some(Said::of(
        format!("상대 차이 {difference}"),
        format!("relative difference {difference}"),
    ))
}

fn vocabulary(figures: &Figures) -> Option<Said> {
    let [a, b] = figures.n_vocab?;
    let (a, b) = (count(a), count(b));
    Some(Said::of(
        format!("어휘가 {a}개와 {b}개로 달라 겹치는 행만 비교"),
        format!("vocabularies of {a} and {b} rows, compared in those that both have"),
    ))
}

/// A share in percent with two digits that count.
fn percent(share: f64) -> String {
    let value = 100.0 * share;
    if value == 0.0 {
        return "0%".into();
    }
    let digits = (1 - value.abs().log10().floor() as i32).clamp(0, 6) as usize;
    format!("{value:.digits$}%")
}

/// A count with its thousands apart.
fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
