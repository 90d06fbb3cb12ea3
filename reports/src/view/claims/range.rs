//! Its range is narrower: whether any weight of this model needs the range that is lost.

use super::finding::{Finding, Measure, Said, both, joined};
use super::pair::Pair;
use super::{Quantity, Unit, Verdict, advice, format};
use crate::text::one_line;
use crate::view::{Format, NumbersRow};

/// What a cast would do to the weights that it casts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    n: u64,
    overflow: u64,
    subnormal: u64,
    vanish: u64,
    /// Not a number or infinite already.
    not_finite: u64,
    tensors: u64,
}

impl Counts {
    /// Counts are exact, so one value decides.
    pub(super) fn verdict(self) -> Verdict {
        match (self.overflow, self.vanish, self.subnormal) {
            (0, 0, 0) => Verdict::Fails,
            (0, 0, _) => Verdict::Partly,
            _ => Verdict::Holds,
        }
    }

    fn plus(self, row: &NumbersRow) -> Self {
        Self {
            n: self.n.saturating_add(row.n),
            overflow: self.overflow.saturating_add(row.overflow),
            subnormal: self.subnormal.saturating_add(row.subnormal),
            vanish: self.vanish.saturating_add(row.vanish),
            not_finite: self
                .not_finite
                .saturating_add(row.nan)
                .saturating_add(row.inf),
            tensors: self.tensors + 1,
        }
    }
}

pub(super) fn finding(pair: &Pair) -> Finding {
    let weights = pair.precision().weights;
    let format = match weights {
        "F16" => Format::F16,
        "BF16" => Format::Bf16,
        _ if format::bits(weights).is_some() => return of_quantised(),
        _ => return Finding::not_measurable(unknown()),
    };
    let Some(file) = counted(pair) else {
        return Finding {
            expected_from: Some(expected_from(format)),
            ..Finding::not_measurable(not_counted())
        };
    };
    let source = pair.report.precision(file).weights;
    let counts = count(pair, file, format);
    let measures = measures(pair, file, format, counts);
    if source == weights {
        return Finding {
            expected_from: Some(expected_from(format)),
            measures,
            ..Finding::not_measurable(already(weights))
        };
    }
    let verdict = counts.verdict();
    let remarks = [broken(counts), decoded(source)].into_iter().flatten();
    Finding {
        verdict,
        why: joined(std::iter::once(why(weights, verdict)).chain(remarks)),
        advice: advice::range(weights, verdict),
        expected_from: Some(expected_from(format)),
        measures,
    }
}

/// The cell of the file that F32 is or was made of, else of the cell's own, where the weights of it were
/// counted to the end.
fn counted(pair: &Pair) -> Option<usize> {
    let cells = &pair.report.cells;
    let wanted = [pair.base, pair.cell].map(|cell| &cells[cell].key.variant);
    let run = cells[pair.cell].run;
    wanted.into_iter().find_map(|variant| {
        let whole = |row: &&NumbersRow| {
            let cell = &cells[row.cell];
            row.whole && cell.run == run && cell.key.variant == *variant
        };
        Some(pair.report.numbers.iter().find(whole)?.cell)
    })
}

fn count(pair: &Pair, file: usize, format: Format) -> Counts {
    let ends_f32 = pair.precision().ends_f32;
    let rows = pair.report.numbers.iter();
    rows.filter(|row| row.cell == file && row.format == format && !row.whole)
        .filter(|row| is_cast(&row.tensor, ends_f32))
        .fold(Counts::default(), Counts::plus)
}

/// Whether llama.cpp's quantiser casts a tensor of this name: weights of matrices, not norms, biases and
/// factors of rotation, which stay F32 in every file; nor the ends where those stay F32.
fn is_cast(tensor: &str, ends_f32: bool) -> bool {
    let stays = match tensor {
        "token_embd.weight" | "output.weight" => ends_f32,
        _ => tensor.contains("norm") || tensor.starts_with("rope_"),
    };
    tensor.ends_with(".weight") && !stays
}

fn measures(pair: &Pair, file: usize, format: Format, counts: Counts) -> Vec<Measure> {
    let rows = format!(
        "numbers.csv format={}, {} tensors that a conversion casts, of {} values",
        format.name(),
        counts.tensors,
        counts.n
    );
    let evidence = pair.evidence(&rows, "numbers", &[file]);
    [
        (Quantity::Overflow, counts.overflow),
        (Quantity::Vanish, counts.vanish),
        (Quantity::Subnormal, counts.subnormal),
    ]
    .map(|(quantity, n)| Measure::exact(quantity, Unit::Values, n as f64, evidence.clone()))
    .to_vec()
}

fn of_quantised() -> Finding {
    Finding {
        advice: both(
            "양자화한 파일은 범위가 아니라 정밀도를 보고 고르십시오.",
            "Choose among quantised files by their precision, not by a range.",
        ),
        ..Finding::not_measurable(both(
            "양자화한 파일은 블록마다 둔 배율(대개 F16)에 작은 정수를 곱해 값을 나타냅니다. 값마다 지수가 따로 있지 않으므로 값 하나하나가 범위를 벗어나는지 물을 수 없습니다.",
            "Quantised files hold small integers with a scale for each block, mostly in F16. No value has an exponent of its own, so whether single values leave a range is no question here.",
        ))
    }
}

fn unknown() -> Said {
    both(
        "이 형식의 범위를 hanbench가 알지 못합니다.",
        "hanbench does not know the range of this format.",
    )
}

fn not_counted() -> Said {
    both(
        "가중치가 놓인 범위를 끝까지 세지 않았습니다. precisions에 native가, 그리고 [numbers] 항목이 있는 스위트로 다시 재십시오.",
        "The ranges of the weights were not counted to the end; measure again with a suite that has native among its precisions and a [numbers] section.",
    )
}

fn already(weights: &str) -> Said {
    both(
        format!(
            "파일이 이미 {weights}입니다. 범위를 벗어난 값이 있었더라도 파일을 만들 때 이미 잃었으므로 여기서는 알 수 없습니다."
        ),
        format!(
            "The file is in {weights} already: what did not fit was lost when it was made, and cannot be seen here."
        ),
    )
}

/// That the values are those of quantised blocks.
fn decoded(source: &str) -> Option<Said> {
    let shown = one_line(source);
    format::is_quantised(source).then(|| {
        both(
            format!("원래 가중치가 아니라 {shown} 파일의 블록이 나타내는 값을 센 것입니다."),
            format!("Counted are the values that the blocks of the {shown} file stand for, not those of the original weights."),
        )
    })
}

fn broken(counts: Counts) -> Option<Said> {
    (counts.not_finite > 0).then(|| {
        both(
            format!(
                "유한한 수가 아닌 값이 파일에 이미 {}개 있습니다.",
                counts.not_finite
            ),
            format!(
                "Values of the file that are not finite already: {}.",
                counts.not_finite
            ),
        )
    })
}

fn why(weights: &str, verdict: Verdict) -> Said {
    let (ko, en) = match verdict {
        Verdict::Holds => (
            "무한대가 되거나 0이 되는 가중치가 있습니다.",
            "Some weights become infinite or zero.",
        ),
        Verdict::Partly => (
            "무한대나 0이 되는 가중치는 없지만, 비정규 수가 되어 자릿수를 잃는 것이 있습니다.",
            "No weight becomes infinite or zero, but some become subnormal and lose digits.",
        ),
        _ if weights == "BF16" => (
            "BF16은 지수의 범위가 F32와 같고, 그 밖으로 나가는 가중치도 없습니다.",
            "BF16 has the exponents of F32, and no weight leaves its range.",
        ),
        _ => (
            "범위는 더 좁지만 이 모델에는 그 밖으로 나가는 가중치가 없습니다.",
            "The range is narrower, but no weight of this model leaves it.",
        ),
    };
    both(
        format!("{ko} 가중치만 센 것이며, 계산 도중의 값은 보지 않았습니다."),
        format!("{en} Only weights were counted, not what is computed from them."),
    )
}

fn expected_from(format: Format) -> Said {
    match format {
        Format::F16 => both(
            "F16은 절댓값 65,504까지 담고, 약 0.00006보다 작은 수는 자릿수를 잃으며, 약 0.00000003까지는 0이 됩니다. F32는 약 3.4e38까지 담습니다.",
            "F16 reaches up to 65,504; below about 0.00006 numbers lose digits, and up to about 0.00000003 they become zero. F32 reaches up to about 3.4e38.",
        ),
        Format::Bf16 => both(
            "BF16은 지수에 F32와 같은 8비트를 쓰므로 범위가 거의 같습니다.",
            "BF16 has the 8 bits of exponent that F32 has, and so nearly its range.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_conversion_casts_is_counted() {
        for (tensor, ends_f32, cast) in [
            ("blk.0.ffn_up.weight", false, true),
            ("token_embd.weight", false, true),
            ("token_embd.weight", true, false),
            ("output.weight", true, false),
            ("output_norm.weight", false, false),
            ("blk.3.attn_q_norm.weight", false, false),
            ("blk.0.attn_q.bias", false, false),
            ("rope_freqs.weight", false, false),
        ] {
            assert_eq!(is_cast(tensor, ends_f32), cast, "{tensor}");
        }
    }

    #[test]
    fn one_value_decides() {
        let counts = |overflow, vanish, subnormal| Counts {
            overflow,
            vanish,
            subnormal,
            ..Counts::default()
        };
        assert_eq!(counts(1, 0, 0).verdict(), Verdict::Holds);
        assert_eq!(counts(0, 1, 9).verdict(), Verdict::Holds);
        assert_eq!(counts(0, 0, 1).verdict(), Verdict::Partly);
        assert_eq!(counts(0, 0, 0).verdict(), Verdict::Fails);
    }
}
