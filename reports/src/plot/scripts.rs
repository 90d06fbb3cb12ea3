//! How Korean the answers are: which scripts their letters belong to.

use super::caption::{self, Entry, Wording};
use super::context::Context;
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::lang::{Both, Lang};
use super::number;
use super::rows::{Body, Part, Row, RowChart, Section};
use crate::josa;
use crate::view::{Group, ScoreRow};

const PARTS: [Part; 4] = [Part::Solid, Part::Hatched, Part::Light, Part::Hollow];

/// The mean shares of one cell's answers in percent.
struct Shares<'a> {
    row: &'a ScoreRow,
    /// Hangul, Latin, Han and all others.
    parts: [f64; 4],
}

/// The scripts of each cell's answers, as one bar of 100 %.
pub(super) fn draft(context: &Context<'_>) -> Option<Draft> {
    let all = |row: &&ScoreRow| row.group == Group::All;
    let rows = context.report.scores.iter().filter(all);
    let found: Vec<Shares<'_>> = rows.filter_map(shares).collect();
    (!found.is_empty()).then(|| Draft {
        name: "scripts",
        title: Both::make(|lang| title(lang).to_owned()),
        caption: Both::make(|lang| caption(context, &found, lang)),
        scene: Both::make(|lang| Scene::Rows(chart(context, &found, lang))),
    })
}

/// `None` where no answer has a letter.
fn shares(row: &ScoreRow) -> Option<Shares<'_>> {
    let percent = |share: Option<f64>| share.map(|share| (100.0 * share).clamp(0.0, 100.0));
    let hangul = percent(row.hangul_share)?;
    let (latin, han) = (percent(row.latin_share)?, percent(row.han_share)?);
    let rest = 100.0 - hangul - latin - han;
    // What rounding leaves is nothing.
    let rest = if rest > 1e-6 { rest } else { 0.0 };
    Some(Shares {
        row,
        parts: [hangul, latin, han, rest],
    })
}

fn title(lang: Lang) -> &'static str {
    lang.pick("답의 글자", "Scripts of the answers")
}

fn script(part: usize, lang: Lang) -> &'static str {
    match part {
        0 => lang.pick("한글", "Hangul"),
        1 => lang.pick("로마자", "Latin"),
        2 => lang.pick("한자", "Han (Hanja)"),
        _ => lang.pick("그 밖의 문자", "other scripts"),
    }
}

fn chart(context: &Context<'_>, found: &[Shares<'_>], lang: Lang) -> RowChart {
    let present = |part: &usize| found.iter().any(|shares| shares.parts[*part] > 0.0);
    let row = |shares: &Shares<'_>| Row {
        name: context.name(shares.row.cell).clone(),
        style: context.style(shares.row.cell),
        body: Body::Bar {
            parts: shares.parts.into_iter().zip(PARTS).collect(),
            tick: None,
        },
        value: format!("{} {}%", script(0, lang), percent(shares.parts[0])),
        detail: detail(shares, lang),
    };
    RowChart {
        frame: Frame {
            title: title(lang).to_owned(),
            subtitle: lang
                .pick(
                    "답마다 셈한 비율의 평균",
                    "mean of the shares of each answer",
                )
                .to_owned(),
            legend: (0..4)
                .filter(present)
                .map(|part| (Key::Part(PARTS[part]), script(part, lang).to_owned()))
                .collect(),
            axis_title: lang.pick("글자의 %", "% of letters").to_owned(),
        },
        from_zero: true,
        sections: vec![Section {
            heading: String::new(),
            rows: found.iter().map(row).collect(),
        }],
    }
}

/// A percentage; what is not all or nothing does not look like it.
fn percent(value: f64) -> String {
    match number::fixed(value, 1).as_str() {
        "100.0" if value < 100.0 => "99.9".into(),
        "0.0" if value > 0.0 => "<0.1".into(),
        "100.0" => "100".into(),
        "0.0" => "0".into(),
        shown => shown.into(),
    }
}

/// The largest of the other scripts.
fn detail(shares: &Shares<'_>, lang: Lang) -> String {
    let others = (1..4).filter(|&part| shares.parts[part] > 0.0);
    others
        .max_by(|&a, &b| shares.parts[a].total_cmp(&shares.parts[b]))
        .map_or_else(String::new, |part| {
            format!("{} {}%", script(part, lang), percent(shares.parts[part]))
        })
}

fn caption(context: &Context<'_>, found: &[Shares<'_>], lang: Lang) -> Caption {
    let entry = |shares: &Shares<'_>| {
        let ends = shares
            .row
            .hangul_share_ci95_low
            .zip(shares.row.hangul_share_ci95_high);
        Entry {
            name: context.name(shares.row.cell).in_sentence(),
            value: shares.parts[0],
            interval: ends.map(|(low, high)| (100.0 * low, 100.0 * high)),
            shown: match (ends, lang) {
                (None, _) => format!("{}%", percent(shares.parts[0])),
                (Some((low, high)), Lang::Ko) => format!(
                    "{}%(95% 구간 {}–{}%)",
                    percent(shares.parts[0]),
                    percent(100.0 * low),
                    percent(100.0 * high)
                ),
                (Some((low, high)), Lang::En) => format!(
                    "{}% (95% interval {}–{}%)",
                    percent(shares.parts[0]),
                    percent(100.0 * low),
                    percent(100.0 * high)
                ),
            },
        }
    };
    let entries: Vec<Entry> = found.iter().map(entry).collect();
    let highest = lang.pick(
        "글자 가운데 한글의 비율이 가장 높은 것은",
        "the share of Hangul among the letters is highest with",
    );
    let wording = Wording {
        clear: [highest, lang.pick("가장 낮은 것은", "lowest with")],
        unclear: [highest, lang.pick("가장 낮은 것은", "lowest with")],
        single: lang.pick(
            "답에서 한글이 차지하는 비율은",
            "the share of Hangul among the letters",
        ),
        low_is_good: false,
    };
    let all_korean = entries.iter().all(|entry| entry.value >= 100.0);
    let finding = match (all_korean, lang) {
        (true, Lang::Ko) => "모든 셀의 답이 한글로만 쓰였습니다.".to_owned(),
        (true, Lang::En) => "The answers of every cell are all in Hangul.".to_owned(),
        (false, _) => caption::contest(&entries, &wording, lang),
    };
    Caption {
        finding: finding + &mixed(context, found, lang),
        reading: lang
            .pick(
                "숫자와 문장 부호는 세지 않았고, 구간은 어떤 질문을 골랐는지에 따른 차이를 뜻합니다.",
                "Digits and punctuation are not counted; the interval is over questions.",
            )
            .to_owned(),
    }
}

/// Whose answers hold the most letters of another script.
fn mixed(context: &Context<'_>, found: &[Shares<'_>], lang: Lang) -> String {
    let most = |part: usize| {
        let by_share = |a: &&Shares<'_>, b: &&Shares<'_>| a.parts[part].total_cmp(&b.parts[part]);
        found
            .iter()
            .max_by(by_share)
            .filter(|shares| shares.parts[part] > 0.0)
    };
    let said = |part: usize| {
        let shares = most(part)?;
        let (name, share) = (
            context.name(shares.row.cell).in_sentence(),
            percent(shares.parts[part]),
        );
        Some(match lang {
            Lang::Ko => format!(
                " {} 가장 많이 섞인 것은 {} {share}%입니다.",
                josa::with(script(part, lang), josa::subject),
                josa::with(&name, josa::by)
            ),
            Lang::En => format!(
                " {} is most frequent with {name}: {share}%.",
                if part == 3 {
                    "Some other script"
                } else {
                    script(part, lang)
                }
            ),
        })
    };
    (1..4).filter_map(said).collect()
}
