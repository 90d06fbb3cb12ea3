//! Where and of what was measured: machine, engine, suite, models, texts.

use crate::josa;
use crate::precision::{DEFAULT_KV, Precision};
use crate::record::{CellInfo, CorpusInfo, ModelInfo, NormalisedFile, RunInfo};
use crate::view::Report;
use askama::Template;
use askama::filters::HtmlSafe;

use super::demonstration;
use super::facts::{Fact, Facts};
use super::lineage;
use super::number::{self, plural};
use super::phrase::{Phrase, Rich};
use super::suite;
use super::synthetic;
use super::table::Table;

/// The section on the environment.
#[derive(Template)]
#[template(path = "environment.html")]
pub(super) struct Environment {
    runs: Vec<RunView>,
    lineage: Option<Table>,
}

// The template escapes what it shows.
impl HtmlSafe for Environment {}

struct RunView {
    /// Only where there are several.
    heading: Option<Phrase>,
    /// The command, and with what it gives the same measurement again.
    command: Phrase,
    repeat: Phrase,
    machine: Facts,
    run: Facts,
    suite: Facts,
    models: Vec<ModelView>,
    /// Which models are the same weights, what derived precisions were made from, and what is mixed in
    /// cells whose names say more than the precision of the weights.
    origins: Vec<Phrase>,
    corpora: Vec<CorpusView>,
    normalised: Vec<Phrase>,
}

struct ModelView {
    variant: Phrase,
    name: Phrase,
    facts: Facts,
}

struct CorpusView {
    name: Phrase,
    size: String,
    sha256: Phrase,
}

impl Environment {
    /// Describes every run of `report`.
    pub(super) fn of(report: &Report) -> Self {
        let many = report.runs.len() > 1;
        let view = |(i, run): (usize, &RunInfo)| RunView {
            heading: many.then(|| {
                let n = i + 1;
                Phrase::both(format!("실행 #{n}: "), format!("Run #{n}: "))
                    .then(Phrase::foreign(&run.machine.name))
            }),
            command: Phrase::code(command(run)),
            repeat: repeat(run),
            machine: machine(run),
            run: execution(run),
            suite: suite::facts(&run.suite),
            models: run.models.iter().map(model).collect(),
            origins: origins(run),
            corpora: run.corpora.iter().map(corpus).collect(),
            normalised: run.normalised.iter().filter_map(normalised).collect(),
        };
        Self {
            runs: report.runs.iter().enumerate().map(view).collect(),
            lineage: lineage::table(report),
        }
    }
}

/// The command as a shell takes it: arguments with anything but plain characters are quoted.
fn command(run: &RunInfo) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_=+./,:@%".contains(c);
    let quoted = |argument: &String| {
        if !argument.is_empty() && argument.chars().all(plain) {
            argument.clone()
        } else {
            format!("'{}'", argument.replace('\'', "'\\''"))
        }
    };
    let arguments: Vec<String> = run.command_line.iter().map(quoted).collect();
    arguments.join(" ")
}

/// The versions that a repetition needs.
fn repeat(run: &RunInfo) -> Phrase {
    let engine = &run.engine;
    let versions = || {
        let hanbench = format!("hanbench {}", run.hanbench);
        let name = format!("{} {}", engine.name, engine.version);
        Rich::default()
            .foreign(hanbench)
            .text(", ")
            .foreign(name)
            .text(" (")
            .foreign(&engine.bindings)
            .text(")")
    };
    Phrase::of(
        versions().text("에서 위 명령으로 쟀습니다. 모델 파일과 글의 SHA-256이 아래와 같으면 같은 것을 다시 잴 수 있습니다."),
        Rich::default().text("Measured by this command with ").then(versions()).text(". With models and texts of the SHA-256 below the same is measured again."),
    )
}

/// Machine, versions and command in a line.
pub(super) fn in_a_line(run: &RunInfo) -> Phrase {
    let (machine, engine) = (&run.machine, &run.engine);
    let memory = number::bytes(machine.memory_bytes);
    let rest = || {
        Rich::default()
            .foreign(format!("hanbench {}", run.hanbench))
            .text(", ")
            .foreign(format!("{} {}", engine.name, engine.version))
            .text(" (")
            .foreign(&engine.backend)
            .text("), ")
            .code(command(run))
    };
    let (cores, threads) = (machine.physical_cores, run.n_threads);
    Phrase::of(
        Rich::default()
            .foreign(&machine.name)
            .text(": ")
            .foreign(&machine.cpu)
            .text(format!(
                ", 물리 코어 {cores}개, 메모리 {memory}, 스레드 {threads}개. "
            ))
            .then(rest()),
        Rich::default()
            .foreign(&machine.name)
            .text(": ")
            .foreign(&machine.cpu)
            .text(format!(
                ", {}, {memory} of memory, {}. ",
                plural(cores as usize, "physical core"),
                plural(threads as usize, "thread")
            ))
            .then(rest()),
    )
}

fn machine(run: &RunInfo) -> Facts {
    let machine = &run.machine;
    let (physical, logical) = (machine.physical_cores, machine.logical_cores);
    let cores = Phrase::both(
        format!("물리 {physical}개, 논리 {logical}개"),
        format!("{physical} physical, {logical} logical"),
    );
    Facts(vec![
        Fact::new("이름", "Name", Phrase::foreign(&machine.name)),
        Fact::new(
            "운영 체제",
            "Operating system",
            Phrase::foreign(&machine.os),
        ),
        Fact::new("CPU", "CPU", Phrase::foreign(&machine.cpu)),
        Fact::new("코어", "Cores", cores),
        Fact::new(
            "메모리",
            "Memory",
            Phrase::same(number::bytes(machine.memory_bytes)),
        ),
        Fact::new(
            "GPU",
            "GPU",
            names(
                &machine.gpus,
                Phrase::both("엔진에 보이는 것이 없음", "none that the engine can see"),
            ),
        ),
    ])
}

fn execution(run: &RunInfo) -> Facts {
    let engine = &run.engine;
    Facts(vec![
        Fact::new("시작", "Started", number::date(&run.created)),
        Fact::new("hanbench", "hanbench", Phrase::foreign(&run.hanbench)),
        Fact::new(
            "엔진",
            "Engine",
            Phrase::foreign(format!("{} {}", engine.name, engine.version)),
        ),
        Fact::new("바인딩", "Bindings", Phrase::foreign(&engine.bindings)),
        Fact::new("백엔드", "Back end", Phrase::foreign(&engine.backend)),
        Fact::new(
            "엔진이 쓴 SIMD",
            "SIMD in use",
            names(
                &engine.simd,
                Phrase::both("보고된 것이 없음", "none reported"),
            ),
        ),
        Fact::new(
            "스레드",
            "Threads",
            Phrase::same(number::count(run.n_threads)),
        ),
        Fact::new(
            "GPU에 올린 층",
            "Layers on a GPU",
            Phrase::same(number::count(run.n_gpu_layers)),
        ),
    ])
}

/// Names with commas between them, or `empty`.
fn names(names: &[String], empty: Phrase) -> Phrase {
    if names.is_empty() {
        return empty;
    }
    let list = || Rich::default().list(names.iter().map(String::as_str));
    Phrase::of(list(), list())
}

fn model(model: &ModelInfo) -> ModelView {
    let unknown = || Phrase::both("알 수 없음", "unknown");
    let text = |value: &Option<String>| value.as_ref().map_or_else(unknown, Phrase::foreign);
    let number =
        |value: Option<u64>| value.map_or_else(unknown, |n| Phrase::same(number::count(n)));
    let tokens = |value: Option<u64>| {
        value.map_or_else(unknown, |n| {
            let n = number::count(n);
            Phrase::both(format!("{n}토큰"), format!("{n} tokens"))
        })
    };
    let template = match model.has_template {
        true => Phrase::both("있음", "yes"),
        false => Phrase::both(
            "없음(기반 모델로 보고 글을 이어 쓰게 함)",
            "no (asked to complete plain text)",
        ),
    };
    ModelView {
        variant: Phrase::foreign(&model.variant),
        name: Phrase::foreign(&model.name),
        facts: Facts(vec![
            Fact::new("파일", "File", file(model)),
            Fact::new("실제 정밀도", "Real precision", text(&model.precision)),
            Fact::new("미세 조정", "Finetune", text(&model.finetune)),
            Fact::new("구조", "Architecture", text(&model.architecture)),
            Fact::new(
                "가중치",
                "Weights",
                model.n_params.map_or_else(unknown, number::parameters),
            ),
            Fact::new(
                "파일 크기",
                "File size",
                model
                    .file_bytes
                    .map_or_else(unknown, |n| Phrase::same(number::bytes(n))),
            ),
            Fact::new(
                "학습한 문맥",
                "Context trained with",
                tokens(model.n_ctx_train),
            ),
            Fact::new("어휘", "Vocabulary", number(model.n_vocab)),
            Fact::new("대화 템플릿", "Chat template", template),
            Fact::new(
                "SHA-256",
                "SHA-256",
                model.sha256.as_ref().map_or_else(unknown, Phrase::code),
            ),
        ]),
    }
}

/// The path, and what named it on the command line where that was something else.
fn file(model: &ModelInfo) -> Phrase {
    let path = Phrase::code(&model.path);
    match &model.source {
        Some(source) => path
            .then(match model.demonstration {
                Some(_) => Phrase::both(" (내장 모델 ", " (embedded model "),
                None => Phrase::both(" (입력한 이름 ", " (given as "),
            })
            .then(Phrase::code(source))
            .then(Phrase::same(")")),
        None => path,
    }
}

/// What was changed in reading a file; `None` where nothing was.
fn normalised(file: &NormalisedFile) -> Option<Phrase> {
    let datasets::Normalised { bom, crlf, nfd } = file.counts;
    let count = |n: usize| number::count(n as u64);
    let dropped = (bom > 0).then(|| {
        let (ko, en) = (count(bom), plural(bom, "byte order mark"));
        (format!("BOM {ko}개를 빼고"), format!("{en} dropped"))
    });
    let line_ends = (crlf > 0).then(|| {
        let (ko, en) = (count(crlf), plural(crlf, "CRLF line end"));
        (
            format!("CRLF 줄바꿈 {ko}개를 LF로"),
            format!("{en} turned into LF"),
        )
    });
    let composed = (nfd > 0).then(|| {
        let (ko, en) = (count(nfd), plural(nfd, "passage"));
        (
            format!("NFD로 적힌 {ko}곳을 NFC로"),
            format!("{en} turned from NFD into NFC"),
        )
    });
    let turned: Vec<_> = [line_ends, composed].into_iter().flatten().collect();
    // “빼고” has a verb of its own, the others share “바꾸어”.
    let verb = if turned.is_empty() { "" } else { "바꾸어 " };
    let (turned_ko, turned_en): (Vec<_>, Vec<_>) = turned.into_iter().unzip();
    let (dropped_ko, dropped_en): (Vec<_>, Vec<_>) = dropped.into_iter().unzip();
    let turned_ko = (!turned_ko.is_empty()).then(|| turned_ko.join(", "));
    let ko = [dropped_ko, turned_ko.into_iter().collect()]
        .concat()
        .join(" ");
    let en = [dropped_en, turned_en].concat().join(", ");
    (!en.is_empty()).then(|| {
        Phrase::foreign(&file.file).then(Phrase::both(
            format!(": {ko} {verb}읽었습니다."),
            format!(": read with {en}."),
        ))
    })
}

fn corpus(corpus: &CorpusInfo) -> CorpusView {
    CorpusView {
        name: Phrase::foreign(format!("{}/{}", corpus.corpus, corpus.text)),
        size: number::bytes(corpus.n_bytes),
        sha256: Phrase::code(&corpus.sha256),
    }
}

/// Where weights come from that a reader could take for others, and what the cells' names mean.
fn origins(run: &RunInfo) -> Vec<Phrase> {
    let same = demonstration::same_weights(std::slice::from_ref(run));
    let said = same.into_iter().chain(derived(&run.cells));
    said.chain(settings(&run.cells))
        .chain(synthetic::disclaimer([run]))
        .chain(synthetic::as_ollama(run))
        .collect()
}

/// What each derived precision was made from, and that raising it adds nothing. Cells of one file are
/// named once, by the file.
fn derived(cells: &[CellInfo]) -> Vec<Phrase> {
    let mut groups: Vec<(Precision, &str, Vec<String>)> = Vec::new();
    for cell in cells {
        let Some(source) = &cell.derived_from else {
            continue;
        };
        let file = Precision::parse(&cell.precision).file();
        let name = format!("{}/{file}", cell.variant);
        match groups
            .iter_mut()
            .find(|(to, from, _)| (*to, *from) == (file, source.as_str()))
        {
            Some((_, _, names)) if names.contains(&name) => {}
            Some((_, _, names)) => names.push(name),
            None => groups.push((file, source, vec![name])),
        }
    }
    groups
        .into_iter()
        .map(|(to, from, names)| derivation(to, from, &names))
        .collect()
}

/// What a name says behind the precision of the weights, for what some cell's does.
fn settings(cells: &[CellInfo]) -> Vec<Phrase> {
    let any = |says: fn(&Precision) -> bool| {
        let mut precisions = cells.iter().map(|cell| Precision::parse(&cell.precision));
        precisions.any(|precision| says(&precision))
    };
    let ends = Phrase::both(
        "이름에 +F32가 붙은 셀은 모델의 양 끝인 토큰 임베딩과 출력 텐서를 F32로 두고, 나머지만 앞에 적은 정밀도로 바꾼 것입니다.",
        "Cells with +F32 in their name keep token embedding and output, the two ends of the model, in F32; only the rest has the precision in front of it.",
    );
    let kv = Phrase::both(
        "KV는 KV 캐시의 정밀도이며, 적혀 있지 않으면 F16입니다. KV 캐시는 앞선 토큰의 키와 값을 담아 두는 메모리라 모델 파일과는 상관이 없고, 문맥이 길수록 커집니다.",
        "KV is the precision of the KV cache, F16 where nothing is said. The cache keeps keys and values of the tokens so far: it is no part of the model file, and it grows with the context.",
    );
    let flash = Phrase::both(
        "FA는 플래시 어텐션을 켰는지(on) 껐는지(off)를 나타내며, 적혀 있지 않으면 llama.cpp가 정한 대로입니다. 같은 계산을 다른 순서로 하는 방법이라 속도와 메모리, 반올림이 달라질 수 있습니다.",
        "FA says whether flash attention was on or off; where nothing is said llama.cpp decided. It does the same computation in another order, so speed, memory and rounding may differ.",
    );
    [
        (any(|precision| precision.ends_f32), ends),
        (any(|precision| precision.kv != DEFAULT_KV), kv),
        (any(|precision| precision.flash_attention.is_some()), flash),
    ]
    .into_iter()
    .filter_map(|(said, phrase)| said.then_some(phrase))
    .collect()
}

fn derivation(to: Precision, from: &str, names: &[String]) -> Phrase {
    let bits = Precision::parse(from).bits().zip(to.bits());
    let raised = bits.is_some_and(|(from, to_bits)| {
        from < to_bits || (from == to_bits && from < 32 && to.ends_f32)
    });
    let to = &to.to_string();
    let (more_ko, more_en) = match raised {
        true => (
            " 정밀도를 높여도 정보는 늘지 않습니다.",
            " Raising the precision adds no information.",
        ),
        false => ("", ""),
    };
    Phrase::of(
        Rich::default()
            .foreign(to)
            .text(format!("{} ", josa::topic(to)))
            .foreign(from)
            .text(format!(" 파일에서 변환했습니다.{more_ko} ("))
            .list(names.iter().map(String::as_str))
            .text(")"),
        Rich::default()
            .foreign(to)
            .text(" was made from ")
            .foreign(from)
            .text(format!(" weights.{more_en} ("))
            .list(names.iter().map(String::as_str))
            .text(")"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_normalised_is_said() {
        let said = |bom, crlf, nfd| {
            let file = NormalisedFile {
                file: "my.txt".into(),
                counts: datasets::Normalised { bom, crlf, nfd },
            };
            normalised(&file)
        };
        let is = |ko: &str, en: &str| {
            let file = Phrase::foreign("my.txt");
            Some(file.then(Phrase::both(format!(": {ko}"), format!(": {en}"))))
        };
        assert_eq!(
            said(1, 3, 2),
            is(
                "BOM 1개를 빼고 CRLF 줄바꿈 3개를 LF로, NFD로 적힌 2곳을 NFC로 바꾸어 읽었습니다.",
                "read with 1 byte order mark dropped, 3 CRLF line ends turned into LF, 2 passages turned from NFD into NFC."
            )
        );
        assert_eq!(
            said(1, 0, 0),
            is(
                "BOM 1개를 빼고 읽었습니다.",
                "read with 1 byte order mark dropped."
            )
        );
        assert_eq!(
            said(0, 1200, 0),
            is(
                "CRLF 줄바꿈 1,200개를 LF로 바꾸어 읽었습니다.",
                "read with 1,200 CRLF line ends turned into LF."
            )
        );
        assert_eq!(
            said(0, 0, 1),
            is(
                "NFD로 적힌 1곳을 NFC로 바꾸어 읽었습니다.",
                "read with 1 passage turned from NFD into NFC."
            )
        );
        assert_eq!(said(0, 0, 0), None);
    }

    #[test]
    fn only_raising_the_precision_is_said_to_add_nothing() {
        let said = |to, from| {
            let names = ["text/file".to_owned()];
            derivation(Precision::parse(to), from, &names).to_string()
        };
        let raised = said("F32", "Q4_1");
        assert!(raised.contains(
            "<bdi>F32</bdi>는 <bdi>Q4_1</bdi> 파일에서 변환했습니다. 정밀도를 높여도 정보는 늘지 않습니다."
        ));
        assert!(raised.contains("adds no information"));
        assert!(said("F16+F32", "F16").contains("adds no information"));
        let lowered = said("F16", "F32");
        assert!(lowered.contains("<bdi>F16</bdi>은") && !lowered.contains("정보는"));
        assert!(!said("Q4_K_M+F32", "F16").contains("정보는"));
    }

    #[test]
    fn files_are_named_once_and_what_names_say_is_explained() {
        let cell = |precision: &str, from: Option<&str>| CellInfo {
            id: format!("a/{precision}"),
            variant: "a".into(),
            precision: precision.into(),
            native: from.is_none(),
            derived_from: from.map(String::from),
        };
        let cells = [
            cell("F16", None),
            cell("Q8_0", Some("F16")),
            cell("Q8_0:kv=Q8_0", Some("F16")),
        ];
        let [derived] = &derived(&cells)[..] else {
            panic!("one file was derived")
        };
        assert!(derived.to_string().contains("(<bdi>a/Q8_0</bdi>)"));
        let [kv] = &settings(&cells)[..] else {
            panic!("one setting is to be explained")
        };
        assert!(kv.to_string().contains("KV 캐시의 정밀도이며"));
        let all = [cell("F16+F32", None), cell("F16:kv=F32:fa=off", None)];
        assert_eq!(settings(&all).len(), 3);
        assert!(settings(&cells[..2]).is_empty());
    }
}
