//! What the memory of each cell goes to, and what was predicted.

use super::caption::{Entry, Extremes};
use super::context::{Context, key, the_one};
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Part, Row, RowChart, Section};
use crate::josa;
use crate::view::MemoryRow;

const PARTS: [Part; 4] = [Part::Solid, Part::Hatched, Part::Light, Part::Hollow];

/// The memory of one cell in bytes.
struct Memory<'a> {
    cell: usize,
    row: &'a MemoryRow,
    /// Weights, KV cache, compute buffers, and what else the peak holds: the program, the vocabulary.
    /// The engine reserves compute buffers for the largest batch there could be, and what of them is
    /// never touched never becomes resident: where the peak has less room than they ask, they get that.
    parts: [f64; 4],
    /// Peak resident set and device memory; `None` where the peak was not measured.
    total: Option<f64>,
}

impl<'a> Memory<'a> {
    fn of(cell: usize, row: &'a MemoryRow) -> Option<Self> {
        let bytes = |value: Option<u64>| value.unwrap_or(0) as f64;
        let (weights, kv) = (bytes(row.model_bytes), bytes(row.kv_bytes));
        let total = row
            .peak_rss_bytes
            .map(|peak| peak as f64 + bytes(row.gpu_bytes));
        let reserved = bytes(row.compute_bytes);
        let left = total.map_or(reserved, |total| (total - weights - kv).max(0.0));
        let compute = reserved.min(left);
        let parts = [weights, kv, compute, left - compute];
        (parts.iter().sum::<f64>() > 0.0).then_some(Self {
            cell,
            row,
            parts,
            total,
        })
    }

    /// The prediction of the peak; it says nothing of device memory.
    fn predicted(&self) -> Option<f64> {
        let on_device = self.row.gpu_bytes.is_some_and(|bytes| bytes > 0);
        self.row
            .predicted_bytes
            .filter(|_| !on_device)
            .map(|bytes| bytes as f64)
    }

    /// Length of the bar.
    fn length(&self) -> f64 {
        self.parts.iter().sum()
    }
}

/// Stacked bars of what memory holds.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let rows = &context.report.memory;
    let cells = context.cells_of(rows.iter().map(|row| key!(row)));
    let memories: Vec<Memory<'_>> = rows
        .iter()
        .zip(cells)
        .filter_map(|(row, cell)| Memory::of(cell?, row))
        .collect();
    if memories.is_empty() {
        return None;
    }
    Some(Draft {
        name: "memory",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| Caption {
            finding: caption(context, &memories, lang),
            reading: reading(&memories, lang),
        }),
        scene: Both::make(|lang| Scene::Rows(chart(context, &memories, lang))),
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("메모리 사용량", "Memory")
}

/// The unit of a chart: its name and bytes.
fn unit(memories: &[Memory<'_>]) -> (&'static str, f64) {
    number::byte_unit(memories.iter().map(Memory::length).fold(0.0, f64::max))
}

fn chart(context: &Context<'_>, memories: &[Memory<'_>], lang: Lang) -> RowChart {
    let (unit, scale) = unit(memories);
    let names = [
        lang.pick("가중치", "weights"),
        lang.pick("KV 캐시", "KV cache"),
        lang.pick("계산 버퍼", "compute buffers"),
        lang.pick("그 밖", "the rest"),
    ];
    let present = |i: usize| memories.iter().any(|memory| memory.parts[i] > 0.0);
    let mut legend: Vec<(Key, String)> = (0..4)
        .filter(|&i| present(i))
        .map(|i| (Key::Part(PARTS[i]), names[i].to_owned()))
        .collect();
    if memories.iter().any(|memory| memory.predicted().is_some()) {
        legend.push((
            Key::Tick,
            lang.pick("불러오기 전의 예측", "predicted before loading")
                .to_owned(),
        ));
    }
    let subtitle = match (
        the_one(memories.iter().map(|memory| memory.row.n_ctx)),
        lang,
    ) {
        (None, _) => String::new(),
        (Some(n), Lang::Ko) => format!("문맥 {}토큰", number::fixed(f64::from(n), 0)),
        (Some(n), Lang::En) => format!("context of {} tokens", number::fixed(f64::from(n), 0)),
    };
    let row = |memory: &Memory<'_>| Row {
        name: context.name(memory.cell).clone(),
        style: context.style(memory.cell),
        body: Body::Bar {
            parts: memory
                .parts
                .iter()
                .map(|bytes| bytes / scale)
                .zip(PARTS)
                .collect(),
            tick: memory.predicted().map(|bytes| bytes / scale),
        },
        value: format!(
            "{} {unit}",
            number::format(memory.total.unwrap_or(memory.length()) / scale, None)
        ),
        detail: detail(memory, scale, lang),
    };
    RowChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle,
            legend,
            axis_title: format!(
                "{unit} {}",
                lang.pick("(작을수록 좋음)", "(less is better)")
            ),
        },
        from_zero: true,
        sections: vec![Section {
            heading: String::new(),
            rows: memories.iter().map(row).collect(),
        }],
    }
}

/// What the value of a row is, where it is not simply the peak, and the prediction.
fn detail(memory: &Memory<'_>, scale: f64, lang: Lang) -> String {
    let show = |bytes: f64| number::format(bytes / scale, None);
    if memory.total.is_none() {
        return lang
            .pick(
                "버퍼 합, 최대 RSS는 재지 못함",
                "buffers; peak RSS not measured",
            )
            .to_owned();
    }
    if let Some(device) = memory.row.gpu_bytes.filter(|&bytes| bytes > 0) {
        return format!("GPU {}", show(device as f64));
    }
    memory.predicted().map_or_else(String::new, |bytes| {
        format!("{} {}", lang.pick("예측", "predicted"), show(bytes))
    })
}

fn caption(context: &Context<'_>, memories: &[Memory<'_>], lang: Lang) -> String {
    let (unit, scale) = unit(memories);
    let entry = |memory: &Memory<'_>| {
        let value = memory.total?;
        let shown = format!("{} {unit}", number::format(value / scale, None));
        Some(Entry {
            name: context.name(memory.cell).in_sentence(),
            value,
            interval: None,
            shown,
        })
    };
    let entries: Vec<Entry> = memories.iter().filter_map(entry).collect();
    let Some(extremes) = Extremes::of(&entries, lang) else {
        return prediction(memories, lang);
    };
    let ((least, low), (most, high)) = (&extremes.least, &extremes.greatest);
    let text = match (extremes.are_equal(), lang) {
        (true, Lang::Ko) => format!(
            "{} 메모리를 {low} 썼습니다.",
            josa::with(least, josa::topic)
        ),
        (true, Lang::En) => format!("{least} took {low} of memory."),
        (false, Lang::Ko) => format!(
            "메모리를 가장 적게 쓴 것은 {} {low}이며, 가장 많이 쓴 것은 {} {high}입니다.",
            josa::with(least, josa::by),
            josa::with(most, josa::by)
        ),
        (false, Lang::En) => {
            format!("{least} took the least memory ({low}), {most} the most ({high}).")
        }
    };
    match prediction(memories, lang) {
        prediction if prediction.is_empty() => text,
        prediction => format!("{text} {prediction}"),
    }
}

/// What the compute buffers are, where there are any.
fn reading(memories: &[Memory<'_>], lang: Lang) -> String {
    if memories.iter().all(|memory| memory.parts[2] <= 0.0) {
        return String::new();
    }
    lang.pick(
        "계산 버퍼는 엔진이 잡아 둔 크기이고(실제로 쓴 메모리에 그만큼이 남지 않으면 남은 만큼), 그 밖은 프로그램과 어휘 따위입니다.",
        "Compute buffers are what the engine reserves, or what is left of the peak where that is less; the rest is the program, the vocabulary and the like.",
    )
    .to_owned()
}

/// How far the predictions were off.
fn prediction(memories: &[Memory<'_>], lang: Lang) -> String {
    let off = |memory: &Memory<'_>| {
        let total = memory.total.filter(|&total| total > 0.0)?;
        Some((memory.predicted()? / total - 1.0).abs())
    };
    let Some(worst) = memories.iter().filter_map(off).reduce(f64::max) else {
        return String::new();
    };
    let percent = number::fixed(worst * 100.0, 1);
    match lang {
        Lang::Ko => format!("불러오기 전의 예측은 실제로 쓴 양과 최대 {percent}% 달랐습니다."),
        Lang::En => format!("What was predicted before loading was off by at most {percent}%."),
    }
}
