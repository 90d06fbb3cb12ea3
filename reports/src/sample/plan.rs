//! What a made-up run sets out to measure.

use datasets::{
    AnswersSuite, FidelitySuite, Kind, NumbersSuite, PerplexitySuite, Question, SpeedSuite, Suite,
};

use crate::record::{
    CellInfo, CorpusInfo, EngineInfo, FidelityInfo, Machine, ModelInfo, RunInfo, SCHEMA,
};

/// The precisions of each model, with the share of F32's bytes that each takes.
pub(super) const PRECISIONS: [(&str, f64); 4] = [
    ("F32", 1.0),
    ("F16", 0.5),
    ("Q8_0", 0.266),
    ("Q4_K_M", 0.151),
];
/// Texts of the corpus.
pub(super) const TEXTS: [&str; 3] = ["essay", "news", "dialogue"];
/// Tokens after which an answer is cut.
pub(super) const MAX_TOKENS: u32 = 256;
/// Weights of a model.
pub(super) const N_PARAMS: u64 = 120_000_000;

/// `run.json` of a run of `n_cells` cells, four precisions to a model.
#[must_use]
pub fn run_info(n_cells: usize) -> RunInfo {
    RunInfo {
        schema: SCHEMA,
        hanbench: "0.1.0".into(),
        engine: EngineInfo {
            name: "mock".into(),
            version: "b7000".into(),
            bindings: "llama-cpp-2 0.1.160".into(),
            backend: "CPU".into(),
            simd: vec!["AVX2".into(), "AVX512".into()],
        },
        created: "2026-01-02T03:04:05Z".into(),
        machine: Machine {
            name: "sample".into(),
            os: "Debian GNU/Linux 13".into(),
            cpu: "Example CPU 8-Core".into(),
            physical_cores: 8,
            logical_cores: 16,
            memory_bytes: 32 << 30,
            gpus: Vec::new(),
        },
        command_line: ["hanbench", "run", "--suite", "quick"]
            .map(String::from)
            .to_vec(),
        n_threads: 8,
        n_gpu_layers: 0,
        suite: suite(),
        models: (0..n_cells.div_ceil(PRECISIONS.len())).map(model).collect(),
        lineage: Vec::new(),
        cells: cells(n_cells),
        fidelity: comparisons(n_cells),
        questions: questions(8),
        corpora: TEXTS.map(corpus).to_vec(),
        normalised: Vec::new(),
    }
}

fn suite() -> Suite {
    Suite {
        name: "quick".into(),
        description: "A made-up suite.".into(),
        precisions: PRECISIONS.map(|(name, _)| name.to_lowercase()).to_vec(),
        speed: Some(SpeedSuite {
            n_prompt: vec![128, 512],
            n_gen: vec![32],
            n_depth: vec![0, 512],
            parallel: vec![1, 4],
            repetitions: 5,
        }),
        perplexity: Some(PerplexitySuite {
            corpora: vec!["held-out".into()],
            n_ctx: 512,
            max_chunks: Some(8),
        }),
        answers: Some(AnswersSuite {
            questions: vec!["quick".into()],
            max_tokens: MAX_TOKENS,
            parallel: 4,
            timed: 3,
            temperature: None,
            top_p: None,
            seed: None,
        }),
        numbers: Some(NumbersSuite {}),
        fidelity: Some(FidelitySuite { baseline: None }),
    }
}

/// The label of the `index`th model.
fn variant(index: usize) -> String {
    ["general", "instruct", "text"]
        .get(index)
        .map_or_else(|| format!("model-{}", index + 1), |label| (*label).into())
}

fn model(index: usize) -> ModelInfo {
    let variant = variant(index);
    ModelInfo {
        source: None,
        path: format!("/models/{variant}.gguf"),
        name: format!("한글 모델 120M {variant}"),
        variant,
        sha256: Some("0".repeat(64)),
        file_bytes: Some(4 * N_PARAMS),
        architecture: Some("llama".into()),
        n_params: Some(N_PARAMS),
        precision: Some("F32".into()),
        n_ctx_train: Some(2048),
        n_vocab: Some(32_000),
        finetune: (index != 2).then(|| "Instruct".into()),
        has_template: index != 2,
        demonstration: None,
        synthetic: None,
        as_ollama: None,
    }
}

/// The cells: each model at each precision, cut to `n_cells`.
pub(super) fn cells(n_cells: usize) -> Vec<CellInfo> {
    let cell = |index: usize| {
        let variant = variant(index / PRECISIONS.len());
        let (precision, _) = PRECISIONS[index % PRECISIONS.len()];
        let native = precision == "F32";
        CellInfo {
            id: format!("{variant}/{precision}"),
            variant,
            precision: precision.into(),
            native,
            derived_from: (!native).then(|| "F32".into()),
        }
    };
    (0..n_cells).map(cell).collect()
}

/// The comparisons: the precisions of each model with its first, where it has several.
pub(super) fn comparisons(n_cells: usize) -> Vec<FidelityInfo> {
    let cells = cells(n_cells);
    let models = cells.chunk_by(|a, b| a.variant == b.variant);
    let comparison = |cells: &[CellInfo]| {
        let (baseline, compared) = cells.split_first().filter(|(_, more)| !more.is_empty())?;
        Some(FidelityInfo {
            id: format!("{}/fidelity", baseline.variant),
            baseline: baseline.id.clone(),
            compared: compared.iter().map(|cell| cell.id.clone()).collect(),
        })
    };
    models.filter_map(comparison).collect()
}

fn corpus(text: &str) -> CorpusInfo {
    CorpusInfo {
        corpus: "held-out".into(),
        text: text.into(),
        sha256: "1".repeat(64),
        n_bytes: 24_000,
    }
}

/// Questions `q1` to `q{count}`.
pub(super) fn questions(count: usize) -> Vec<Question> {
    let texts = [
        "고양이가 털을 핥는 이유는 무엇인가요?",
        "김치가 익으면서 신맛이 나는 까닭을 설명해 주세요.",
        "하늘은 왜 파란색으로 보이나요?",
        "여름 장마철에 빨래를 잘 말리는 방법을 세 가지 알려 주세요.",
    ];
    let question = |index: usize| Question {
        id: format!("q{}", index + 1),
        category: "sample".into(),
        kind: Kind::Question,
        question: texts[index % texts.len()].into(),
        reference: None,
        key_points: Vec::new(),
        constraints: Vec::new(),
    };
    (0..count).map(question).collect()
}
