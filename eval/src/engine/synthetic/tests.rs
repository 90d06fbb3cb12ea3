use super::*;
use crate::engine::gguf::{self, Gguf, TensorInfo};
use crate::engine::{log, quantize};
use crate::numbers;
use std::collections::BTreeMap;

/// Small, and with a row length (192) that K-quants cannot divide into blocks.
fn shape() -> Shape {
    Shape {
        name: "small".into(),
        n_layer: 3,
        n_embd: 512,
        n_ff: 192,
        n_head: 8,
        n_head_kv: 2,
        head_dim: 64,
        n_vocab: 400,
        n_ctx: 256,
        ..datasets::load_shape("llama3.2-1b").unwrap()
    }
}

fn written(dir: &Path, shape: &Shape, precision: &str) -> std::path::PathBuf {
    log::install();
    let path = dir.join(format!("{precision}.gguf"));
    let plan = Plan {
        shape: shape.clone(),
        precision: precision.into(),
        with_values: true,
        n_threads: 2,
    };
    let mut last = (0, 1);
    write(&path, &plan, &mut |done, total| last = (done, total)).unwrap();
    assert_eq!(last.0, last.1, "{precision}: everything is written");
    path
}

fn types(path: &Path) -> BTreeMap<String, (String, u64)> {
    let of = |info: TensorInfo| (info.name, (info.type_name, info.n_bytes));
    Gguf::open(path)
        .unwrap()
        .tensors()
        .into_iter()
        .map(of)
        .collect()
}

#[test]
fn a_shape_has_the_types_that_the_quantiser_gives_its_file() {
    let dir = tempfile::tempdir().unwrap();
    let shape = shape();
    let plain = written(dir.path(), &shape, "F16");
    for precision in [
        "F32", "BF16", "Q8_0", "Q4_K_M", "Q2_K", "F16+F32", "Q4_0+F32",
    ] {
        let converted = dir.path().join("converted.gguf");
        let asked = Precision::parse(precision).unwrap();
        let n_fallbacks = quantize::convert(&plain, &converted, &asked, 2).unwrap();
        let own = written(dir.path(), &shape, precision);
        assert_eq!(types(&own), types(&converted), "{precision}");
        assert_eq!(n_fallbacks > 0, precision.contains("_K"), "{precision}");
        let file = gguf::describe(&own).unwrap();
        assert_eq!(file.precision, asked.weights);
        assert_eq!(file.synthetic, Some(shape.clone()));
    }
}

#[test]
fn what_needs_an_importance_matrix_can_be_made() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(dir.path(), &shape(), "IQ2_XXS");
    assert!(types(&path).values().any(|(name, _)| name == "iq2_xxs"));
}

#[test]
fn no_value_is_zero_or_subnormal() {
    let dir = tempfile::tempdir().unwrap();
    for precision in ["F32", "F16", "BF16"] {
        let path = written(dir.path(), &shape(), precision);
        let totals = numbers::scan(&path, &mut |_, _| {}).unwrap().totals;
        assert_eq!(
            (totals.zero, totals.nan, totals.inf),
            (0, 0, 0),
            "{precision}"
        );
        let (f16, bf16) = (&totals.f16, &totals.bf16);
        assert_eq!((f16.subnormal, f16.vanish, f16.overflow), (0, 0, 0));
        assert_eq!((bf16.subnormal, bf16.vanish, bf16.overflow), (0, 0, 0));
    }
}

#[test]
fn it_is_described_without_the_file() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["llama", "qwen3", "gemma3", "exaone"] {
        let mut shape = shape();
        shape.architecture = serde_json::from_str(&format!("{name:?}")).unwrap();
        shape.sliding_window = (name == "gemma3").then_some(64);
        let of_file = gguf::describe(&written(dir.path(), &shape, "F16")).unwrap();
        let of_shape = describe(&shape);
        assert!(of_file.file_bytes.abs_diff(of_shape.file_bytes) < 64 << 10);
        let without_size = |file: ModelFile| ModelFile {
            file_bytes: 0,
            ..file
        };
        assert_eq!(without_size(of_file), without_size(of_shape));
    }
}

#[test]
fn an_outline_takes_no_disk_and_is_as_long() {
    use std::os::unix::fs::MetadataExt;
    let dir = tempfile::tempdir().unwrap();
    let plan = Plan {
        shape: datasets::load_shape("qwen3-0.6b").unwrap(),
        precision: "Q8_0".into(),
        with_values: false,
        n_threads: 1,
    };
    log::install();
    let path = dir.path().join("outline");
    write(&path, &plan, &mut |_, _| unreachable!("nothing is filled")).unwrap();
    let metadata = std::fs::metadata(&path).unwrap();
    assert!(metadata.len() > 600 << 20, "{}", metadata.len());
    assert!(metadata.blocks() * 512 < 32 << 20, "{}", metadata.blocks());
}
