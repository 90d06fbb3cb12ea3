//! Number ranges of made-up files.

use crate::record::{CastNumbers, Fact, Numbers, Record, TensorNumbers};

/// Blocks of the model.
const N_BLOCKS: usize = 3;
/// Of 10,000 weights of a matrix, those in the four highest powers of two; below them, each power has
/// half of what is left, as around zero.
const TOP: [u64; 4] = [3, 250, 1900, 3100];

/// Each tensor of a file of this precision, then all of them. The largest weights of its matrices
/// have the exponent `top` or the one below.
pub(super) fn facts(precision: &str, top: i32) -> Vec<Fact> {
    let matrix = match precision {
        "F32" => "f32",
        "F16" => "f16",
        _ => "q4_K",
    };
    let mut tensors = vec![weights("token_embd.weight", matrix, 16_384_000, top)];
    for block in 0..N_BLOCKS {
        let name = |part: &str| format!("blk.{block}.{part}.weight");
        tensors.push(weights(&name("attn_q"), matrix, 262_144, top - 1));
        tensors.push(weights(&name("ffn_up"), matrix, 1_048_576, top - 1));
        tensors.push(norm(&name("attn_norm")));
    }
    tensors.push(norm("output_norm.weight"));
    tensors.push(all(&tensors));
    let fact = |tensor| Fact::Numbers(Box::new(tensor));
    tensors.into_iter().map(fact).collect()
}

/// Puts numbers that are none, infinite ones, and some that F16 has no place for into a tensor of a
/// cell's file, and gives it a name that tries to be a formula and markup.
pub(super) fn spoil(records: &mut [Record]) {
    let tensors = records
        .iter_mut()
        .filter_map(|record| match &mut record.fact {
            Fact::Numbers(tensor) => Some(tensor),
            _ => None,
        });
    for (index, tensor) in tensors.enumerate() {
        if index == 1 {
            tensor.tensor = "=SUM(A1)<b>".into();
        }
        if index == 1 || tensor.tensor.is_empty() {
            spoil_one(&mut tensor.numbers);
        }
    }
}

fn spoil_one(numbers: &mut Numbers) {
    (numbers.nan, numbers.inf, numbers.f16.overflow) = (3, 1, 12);
    (numbers.max, numbers.max_abs) = (Some(70_000.0), Some(70_000.0));
    numbers.n += 16;
    numbers.exponents.push((16, 12));
    for cast in [&mut numbers.f16, &mut numbers.bf16] {
        (cast.n, cast.nan, cast.inf) = (numbers.n, 3, 1);
        (cast.max_abs, cast.changed) = (Some(70_000.0), cast.changed + 12);
    }
}

/// A matrix whose weights lie around zero.
fn weights(name: &str, type_name: &str, n: u64, top: i32) -> TensorNumbers {
    let mut exponents: Vec<(i32, u64)> = (0..)
        .zip(TOP)
        .map(|(down, share)| (top - down, n * share / 10_000))
        .collect();
    let mut left = n - exponents.iter().map(|(_, count)| count).sum::<u64>();
    let mut exponent = top - TOP.len() as i32;
    // F16 holds nothing below 2^-24.
    while left > 0 && (type_name != "f16" || exponent >= -24) {
        exponents.push((exponent, left.div_ceil(2)));
        left /= 2;
        exponent -= 1;
    }
    exponents.retain(|(_, count)| *count > 0);
    exponents.reverse();
    tensor(name, type_name, n, exponents)
}

/// A vector of scales, which are around one and in F32 in every file.
fn norm(name: &str) -> TensorNumbers {
    tensor(name, "f32", 512, vec![(-1, 200), (0, 312)])
}

fn tensor(name: &str, type_name: &str, n: u64, exponents: Vec<(i32, u64)>) -> TensorNumbers {
    let largest = exponents.last().map_or(0, |(exponent, _)| *exponent);
    let lowest = if exponents.iter().any(|(exponent, _)| *exponent < -1) {
        -1.5
    } else {
        0.25
    };
    let power = 2.0_f64.powi(largest);
    let zero = n - exponents.iter().map(|(_, count)| count).sum::<u64>();
    TensorNumbers {
        tensor: name.into(),
        type_name: type_name.into(),
        numbers: Numbers {
            n,
            nan: 0,
            inf: 0,
            zero,
            min: Some(lowest * power),
            max: Some(1.75 * power),
            max_abs: Some(1.75 * power),
            mean: Some(power / 4096.0),
            deviation: Some(power / 4.0),
            f16: to_f16(n, 1.75 * power, type_name, &exponents),
            bf16: to_bf16(n, 1.75 * power, &exponents),
            exponents,
        },
    }
}

/// The values in a range of exponents.
fn within(exponents: &[(i32, u64)], from: i32, to: i32) -> u64 {
    let inside = |(exponent, _): &&(i32, u64)| (from..=to).contains(exponent);
    exponents
        .iter()
        .filter(inside)
        .map(|(_, count)| count)
        .sum()
}

fn to_f16(n: u64, max_abs: f64, type_name: &str, exponents: &[(i32, u64)]) -> CastNumbers {
    let (subnormal, vanish) = (
        within(exponents, -25, -15),
        within(exponents, i32::MIN, -26),
    );
    let normal = within(exponents, -14, 15);
    let stays = type_name == "f16";
    let sum = 0.000_176 * normal as f64 + 0.02 * subnormal as f64 + vanish as f64;
    let max_error = match (vanish, subnormal) {
        (0, 0) => 0.000_488,
        (0, _) => 0.333,
        _ => 1.0,
    };
    CastNumbers {
        n,
        max_abs: Some(max_abs),
        overflow: 0,
        subnormal,
        vanish,
        changed: if stays {
            0
        } else {
            normal + subnormal + vanish - n / 8192
        },
        nan: 0,
        inf: 0,
        mean_relative_error: Some(if stays {
            0.0
        } else {
            sum / (normal + subnormal + vanish) as f64
        }),
        max_relative_error: if stays { 0.0 } else { max_error },
    }
}

fn to_bf16(n: u64, max_abs: f64, exponents: &[(i32, u64)]) -> CastNumbers {
    CastNumbers {
        n,
        max_abs: Some(max_abs),
        overflow: 0,
        subnormal: 0,
        vanish: 0,
        changed: within(exponents, i32::MIN, i32::MAX) - n / 256,
        nan: 0,
        inf: 0,
        mean_relative_error: Some(0.001_41),
        max_relative_error: 0.003_9,
    }
}

/// What is said of all tensors together.
fn all(tensors: &[TensorNumbers]) -> TensorNumbers {
    let parts: Vec<&Numbers> = tensors.iter().map(|tensor| &tensor.numbers).collect();
    let sum = |of: &dyn Fn(&Numbers) -> u64| parts.iter().map(|part| of(part)).sum::<u64>();
    let n = sum(&|part| part.n);
    let mean = |of: &dyn Fn(&Numbers) -> Option<f64>| {
        let weighted = |part: &&Numbers| of(part).unwrap_or(0.0) * part.n as f64;
        Some(parts.iter().map(weighted).sum::<f64>() / n as f64)
    };
    let most = |of: &dyn Fn(&Numbers) -> Option<f64>| {
        parts.iter().filter_map(|part| of(part)).reduce(f64::max)
    };
    let max_abs = most(&|part| part.max_abs);
    let cast = |of: &dyn Fn(&Numbers) -> &CastNumbers| CastNumbers {
        n,
        max_abs,
        overflow: sum(&|part| of(part).overflow),
        subnormal: sum(&|part| of(part).subnormal),
        vanish: sum(&|part| of(part).vanish),
        changed: sum(&|part| of(part).changed),
        nan: 0,
        inf: 0,
        mean_relative_error: mean(&|part| of(part).mean_relative_error),
        max_relative_error: most(&|part| Some(of(part).max_relative_error)).unwrap_or(0.0),
    };
    let mut exponents = std::collections::BTreeMap::new();
    for (exponent, count) in parts.iter().flat_map(|part| &part.exponents) {
        *exponents.entry(*exponent).or_insert(0) += count;
    }
    TensorNumbers {
        tensor: String::new(),
        type_name: String::new(),
        numbers: Numbers {
            n,
            nan: 0,
            inf: 0,
            zero: sum(&|part| part.zero),
            min: most(&|part| part.min.map(|min| -min)).map(|min| -min),
            max: most(&|part| part.max),
            max_abs,
            mean: mean(&|part| part.mean),
            deviation: mean(&|part| part.deviation),
            f16: cast(&|part| &part.f16),
            bf16: cast(&|part| &part.bf16),
            exponents: exponents.into_iter().collect(),
        },
    }
}
