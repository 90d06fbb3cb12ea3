//! Reports for the tests of charts: cells of any name with whatever values a test wants.

use crate::view::{
    ActivationKind, AnswerRow, CellKey, CellView, Exponents, MemoryRow, PerplexityRow, Report,
    SpeedRow, Status, SummaryRow,
};

/// A complete cell without measurements.
pub(super) fn cell(variant: &str, precision: &str) -> CellView {
    CellView {
        key: CellKey {
            machine: "sample".into(),
            model: "한글 모델 3B".into(),
            variant: variant.into(),
            precision: precision.into(),
        },
        run: 0,
        status: Status::Complete,
        derived_from: None,
        failures: Vec::new(),
        warnings: Vec::new(),
        end: None,
        decode_samples: Vec::new(),
        prefill_samples: Vec::new(),
        decode_test: None,
        prefill_test: None,
        inter_token_ms: Vec::new(),
    }
}

/// A report in which each of `cells` (variant and precision) has all measurements: three speeds,
/// memory, one corpus, exponents of its weights, activations, and twelve answers, three of them cut.
pub(super) fn report(cells: &[(&str, &str)]) -> Report {
    let mut report = Report::default();
    for (index, (variant, precision)) in cells.iter().enumerate() {
        add(&mut report, index, cell(variant, precision));
    }
    report
}

fn add(report: &mut Report, index: usize, mut cell: CellView) {
    let speed = 52.3 / (1.0 + index as f64 * 0.35);
    let around = |rate: f64| {
        (0..5)
            .map(move |i| rate * (0.98 + 0.01 * f64::from(i)))
            .collect::<Vec<_>>()
    };
    cell.decode_samples = around(speed);
    cell.prefill_samples = around(speed * 9.7);
    for n_seq in [1, 2, 4, 8] {
        report
            .speed
            .push(decode(&cell.key, n_seq, speed * f64::from(n_seq).powf(0.6)));
    }
    let weights = 6_400_000_000 >> index.min(3);
    report
        .memory
        .push(memory(&cell.key, report.cells.len(), weights));
    report
        .perplexity
        .push(perplexity(&cell.key, 12.3 + 0.2 * index as f64));
    let low = -30 + index as i32;
    report.exponents.push(Exponents {
        cell: report.cells.len(),
        n: 1 << 25,
        zero: 0,
        counts: (low..).zip((1..25).map(|power| 1 << power)).collect(),
    });
    let largest = 1000.0 / (1.0 + index as f64);
    report.activation_kinds.extend([
        activations(report.cells.len(), "l_out", &[1.0, largest, 2.0]),
        activations(report.cells.len(), "Kcur", &[0.5, 0.25, 0.125]),
    ]);
    report
        .answers
        .extend((0..12).map(|i| answer(&cell.key, report.cells.len(), 60 + 18 * i)));
    report.summary.push(summary(&cell, speed));
    report.cells.push(cell);
}

/// A kind of activation with its largest magnitude in each layer.
pub(super) fn activations(cell: usize, node: &str, layers: &[f64]) -> ActivationKind {
    let largest = layers.iter().copied().reduce(f64::max);
    ActivationKind {
        cell,
        node: node.into(),
        n: 1 << 20,
        max_abs: largest,
        layer: layers
            .iter()
            .position(|value| Some(*value) == largest)
            .map(|layer| layer as u32),
        headroom_log2: largest.map(|largest| (65_504.0 / largest).log2()),
        overflow: 0,
        nan: 0,
        inf: 0,
        n_tokens: 1024,
        lost: Vec::new(),
        layers: (0..).zip(layers.iter().copied()).collect(),
    }
}

fn decode(key: &CellKey, n_seq: u32, rate: f64) -> SpeedRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    SpeedRow {
        machine,
        model,
        variant,
        precision,
        backend: "CPU".into(),
        n_threads: 8,
        test: "decode".into(),
        n_prompt: Some(0),
        n_gen: Some(32),
        n_depth: Some(0),
        n_seq: Some(n_seq),
        reps: 5,
        avg_ts: Some(rate),
        stddev_ts: Some(rate * 0.01),
        median_ts: Some(rate),
        ci95_low: Some(rate * 0.98),
        ci95_high: Some(rate * 1.02),
        median_ns: None,
        page_cache_share: None,
        ttft_ns: None,
        inter_token_p50_ns: None,
        inter_token_p95_ns: None,
        chars_per_s: None,
        syllables_per_s: None,
        drift: None,
        drift_ci95_low: None,
        drift_ci95_high: None,
    }
}

fn memory(key: &CellKey, cell: usize, weights: u64) -> MemoryRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    MemoryRow {
        machine,
        model,
        variant,
        precision,
        n_ctx: 4096,
        model_bytes: Some(weights),
        kv_bytes: Some(470 << 20),
        compute_bytes: Some(260 << 20),
        predicted_bytes: Some(weights + (800 << 20)),
        peak_rss_bytes: Some(weights + (850 << 20)),
        rss_anon_bytes: Some(800 << 20),
        rss_file_bytes: Some(weights),
        gpu_bytes: None,
        n_seq: 1,
        cell,
    }
}

fn perplexity(key: &CellKey, ppl: f64) -> PerplexityRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    PerplexityRow {
        machine,
        model,
        variant,
        precision,
        corpus: "held-out".into(),
        n_ctx: 512,
        n_chunks: 8,
        n_scored: 2040,
        mean_nll: ppl.ln(),
        ppl,
        ppl_se: Some(0.31),
        bits_per_byte: Some(0.9),
        bits_per_syllable: Some(2.7 * ppl.ln() / 12.3_f64.ln()),
        whole: true,
    }
}

fn answer(key: &CellKey, cell: usize, n_tokens: u32) -> AnswerRow {
    const LIMIT: u32 = 220;
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = key.clone();
    AnswerRow {
        marks: None,
        beside: None,
        machine,
        model,
        variant,
        precision,
        question_id: "q1".into(),
        question: "고양이가 털을 핥는 이유는 무엇인가요?".into(),
        answer: "몸을 깨끗이 하기 위해서입니다.".into(),
        stop: if n_tokens < LIMIT { "eos" } else { "limit" }.into(),
        n_tokens: n_tokens.min(LIMIT),
        n_chars: n_tokens.min(LIMIT) * 2,
        n_syllables: 13,
        n_eojeol: 4,
        n_sentences: 1,
        ttft_ns: None,
        decode_ts: None,
        chars_per_s: None,
        syllables_per_s: None,
        hangul_share: Some(1.0),
        latin_share: Some(0.0),
        han_share: Some(0.0),
        mixed_eojeol_share: Some(0.0),
        off_topic_share: None,
        style: None,
        bullet_share: None,
        rep_4: None,
        coverage: None,
        obedience: None,
        reference_nll: None,
        category: None,
        kind: None,
        trained_on: None,
        korean_line_share: None,
        prose_before_list: None,
        prose_after_list: None,
        loop_share: None,
        n_reference: None,
        cell,
    }
}

fn summary(cell: &CellView, speed: f64) -> SummaryRow {
    let CellKey {
        machine,
        model,
        variant,
        precision,
    } = cell.key.clone();
    SummaryRow {
        machine,
        model,
        variant,
        precision,
        status: cell.status,
        prefill_ts: Some(speed * 9.7),
        prefill_ci95_low: Some(speed * 9.5),
        prefill_ci95_high: Some(speed * 9.9),
        decode_ts: Some(speed),
        decode_ci95_low: Some(speed * 0.98),
        decode_ci95_high: Some(speed * 1.02),
        ttft_ms: None,
        chars_per_s: None,
        syllables_per_s: None,
        load_ms: None,
        peak_rss_bytes: None,
        predicted_bytes: None,
        ppl: None,
        ppl_se: None,
        bits_per_byte: None,
        bits_per_syllable: None,
        n_answers: Some(12),
        median_tokens: Some(159.0),
        median_chars: Some(318.0),
        cut_share: Some(0.25),
        hangul_share: Some(1.0),
        failure: None,
        mean_kld: None,
        mean_kld_se: None,
        same_top: None,
        coverage: None,
        coverage_ci95_low: None,
        coverage_ci95_high: None,
        pareto_overview: None,
    }
}
