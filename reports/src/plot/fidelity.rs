//! How far each cell's next-token distributions are from its baseline's, over whole corpora and text
//! by text.

use super::caption::{self, Entry, Wording};
use super::columns::{ColumnChart, ColumnRow};
use super::context::{Context, drawable, the_one};
use super::draft::{Caption, Draft, Scene};
use super::frame::{Frame, Key};
use super::label::clean;
use super::lang::{Both, Lang};
use super::number::{self, magnitude};
use super::rows::{Body, Row, RowChart, Section};
use crate::josa;
use crate::record::Compared;
use crate::stats::Z95;
use crate::view::{FidelityRow, noise_floor};

/// Rows under one heading: of one baseline and corpus, or of one text.
struct Group<'a> {
    baseline: usize,
    corpus: &'a str,
    rows: Vec<&'a FidelityRow>,
}

/// Which of the two charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Whole,
    Texts,
}

/// Divergence over whole corpora, beside the noise floor.
pub(super) fn whole(context: &Context<'_>) -> Option<Draft> {
    let groups = groups(context, |row| row.whole);
    (!groups.is_empty()).then(|| Kind::Whole.draft("fidelity", context, &groups))
}

/// Divergence over each text, and over each corpus where there are several.
pub(super) fn texts(context: &Context<'_>) -> Option<Draft> {
    let rows = &context.report.fidelity;
    let whole = rows.iter().filter(|row| row.whole);
    let several = the_one(whole.map(|row| &row.corpus)).is_none();
    let groups = groups(context, |row| !row.whole || several);
    // With a single text there is nothing beside it.
    let alone = the_one(groups.iter().map(|group| group.corpus)).is_some();
    (!groups.is_empty() && !alone).then(|| Kind::Texts.draft("fidelity-genres", context, &groups))
}

/// The rows of cells that are `wanted` and that a scale can hold, by baseline and corpus or text in the
/// order in which they come; those of one corpus together.
fn groups<'a>(context: &Context<'a>, wanted: impl Fn(&FidelityRow) -> bool) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    let rows = context.report.fidelity.iter();
    for row in rows.filter(|row| row.compared == Compared::Cell && wanted(row)) {
        if drawable(row.mean_kld).is_none() {
            continue;
        }
        let (baseline, corpus) = (row.baseline_cell, row.corpus.as_str());
        let known = groups
            .iter_mut()
            .find(|group| (group.baseline, group.corpus) == (baseline, corpus));
        match known {
            Some(group) => group.rows.push(row),
            None => groups.push(Group {
                baseline,
                corpus,
                rows: vec![row],
            }),
        }
    }
    groups
}

impl Kind {
    fn draft(self, name: &'static str, context: &Context<'_>, groups: &[Group]) -> Draft {
        Draft {
            name,
            title: Both::make(|lang| self.title(lang).to_owned()),
            caption: Both::make(|lang| self.caption(context, groups, lang)),
            scene: Both::make(|lang| match self {
                Self::Whole => Scene::Rows(self.chart(context, groups, lang)),
                Self::Texts => Scene::Columns(self.columns(context, groups, lang)),
            }),
        }
    }

    fn title(self, lang: Lang) -> &'static str {
        match self {
            Self::Whole => lang.pick("기준과의 KL 발산", "Divergence from the baseline"),
            Self::Texts => lang.pick("글마다 본 KL 발산", "Divergence text by text"),
        }
    }

    fn chart(self, context: &Context<'_>, groups: &[Group], lang: Lang) -> RowChart {
        let several = groups.len() > 1;
        let section = |group: &Group| Section {
            heading: if several {
                heading(context, groups, group, lang)
            } else {
                String::new()
            },
            rows: group
                .rows
                .iter()
                .map(|row| self.row(context, row, lang))
                .collect(),
        };
        let subtitle = match groups {
            [only] => heading(context, &[], only, lang),
            _ => String::new(),
        };
        RowChart {
            frame: Frame {
                title: self.title(lang).to_owned(),
                subtitle,
                legend: self.legend(context, groups, lang),
                axis_title: axis_title(lang).to_owned(),
            },
            from_zero: false,
            sections: groups.iter().map(section).collect(),
        }
    }

    fn columns(self, context: &Context<'_>, groups: &[Group], lang: Lang) -> ColumnChart {
        let mut corpora: Vec<&str> = Vec::new();
        let mut cells: Vec<(usize, usize)> = Vec::new();
        for group in groups {
            if !corpora.contains(&group.corpus) {
                corpora.push(group.corpus);
            }
            for row in &group.rows {
                if !cells.contains(&(row.cell, row.baseline_cell)) {
                    cells.push((row.cell, row.baseline_cell));
                }
            }
        }
        let value = |cell: (usize, usize), corpus: &&str| {
            let of_corpus = groups.iter().filter(|group| group.corpus == *corpus);
            let mut rows = of_corpus.flat_map(|group| &group.rows);
            let row = rows.find(|row| (row.cell, row.baseline_cell) == cell)?;
            let (low, high) = row.kld_interval().unzip();
            let interval = low.and_then(drawable).zip(high.and_then(drawable));
            Some((row.mean_kld, interval))
        };
        let row = |&cell: &(usize, usize)| ColumnRow {
            name: context.name(cell.0).clone(),
            style: context.style(cell.0),
            values: corpora.iter().map(|corpus| value(cell, corpus)).collect(),
            floor: floor(context, cell.1),
        };
        ColumnChart {
            frame: Frame {
                title: self.title(lang).to_owned(),
                subtitle: String::new(),
                legend: self.legend(context, groups, lang),
                axis_title: axis_title(lang).to_owned(),
            },
            logarithmic: true,
            columns: corpora.iter().map(|corpus| clean(corpus)).collect(),
            rows: cells.iter().map(row).collect(),
        }
    }

    fn legend(self, context: &Context<'_>, groups: &[Group], lang: Lang) -> Vec<(Key, String)> {
        let mut legend = vec![
            (Key::Point, lang.pick("평균", "mean")),
            (Key::Interval, lang.pick("95% 구간", "95% interval")),
        ];
        if self == Self::Whole {
            legend.push((Key::Upright, lang.pick("99백분위수", "99th percentile")));
            legend.push((Key::Sample, lang.pick("최대", "largest")));
        }
        let floor = |group: &Group| floor(context, group.baseline).is_some_and(|high| high > 0.0);
        if groups.iter().any(floor) {
            legend.push((Key::Floor, lang.pick("잡음 바닥", "noise floor")));
        }
        legend
            .into_iter()
            .map(|(key, text)| (key, text.to_owned()))
            .collect()
    }

    fn row(self, context: &Context<'_>, row: &FidelityRow, lang: Lang) -> Row {
        let half = row.mean_kld_se.and_then(drawable).map(|se| Z95 * se);
        let beyond = [row.p99_kld, row.max_kld].map(drawable);
        let unit = lang.pick("나트", "nats");
        Row {
            name: context.name(row.cell).clone(),
            style: context.style(row.cell),
            body: Body::Spread {
                point: row.mean_kld,
                interval: half.map(|half| (row.mean_kld - half, row.mean_kld + half)),
                beyond,
                floor: floor(context, row.baseline_cell),
            },
            value: format!("{} {unit}", magnitude(row.mean_kld)),
            detail: half
                .filter(|half| *half > 0.0)
                .map_or_else(String::new, |half| format!("±{}", magnitude(half))),
        }
    }

    fn caption(self, context: &Context<'_>, groups: &[Group], lang: Lang) -> Caption {
        match self {
            Self::Whole => {
                let said = |group: &Group| {
                    let entries: Vec<Entry> = group
                        .rows
                        .iter()
                        .map(|row| entry(context, row, lang))
                        .collect();
                    let text = caption::contest(&entries, &wording(lang), lang);
                    match groups {
                        [_] => text,
                        _ => format!("{}: {text}", heading(context, groups, group, lang)),
                    }
                };
                Caption {
                    finding: groups.iter().map(said).collect::<Vec<_>>().join(" "),
                    reading: noise(context, groups, lang),
                }
            }
            Self::Texts => Caption {
                finding: farthest(context, groups, lang),
                reading: lang
                    .pick(
                        "글마다 자리 수가 적어 구간은 말뭉치 전체보다 넓습니다.",
                        "Each text has fewer positions than the corpus, so intervals are wider.",
                    )
                    .to_owned(),
            },
        }
    }
}

/// On which text a cell differs most from another text, beyond its intervals.
fn farthest(context: &Context<'_>, groups: &[Group], lang: Lang) -> String {
    let mut cells: Vec<(usize, usize)> = Vec::new();
    for row in groups.iter().flat_map(|group| &group.rows) {
        if !cells.contains(&(row.cell, row.baseline_cell)) {
            cells.push((row.cell, row.baseline_cell));
        }
    }
    let spread = |cell: &(usize, usize)| {
        let rows = groups.iter().flat_map(|group| &group.rows);
        let rows: Vec<&&FidelityRow> = rows
            .filter(|row| (row.cell, row.baseline_cell) == *cell && row.kld_interval().is_some())
            .collect();
        let by_mean = |a: &&&&FidelityRow, b: &&&&FidelityRow| a.mean_kld.total_cmp(&b.mean_kld);
        let (near, far) = (*rows.iter().min_by(by_mean)?, *rows.iter().max_by(by_mean)?);
        let apart = far.kld_interval()?.0 > near.kld_interval()?.1 && near.mean_kld > 0.0;
        apart.then_some((*near, *far))
    };
    let ratio = |(near, far): &(&FidelityRow, &FidelityRow)| far.mean_kld / near.mean_kld;
    let found = cells.iter().filter_map(spread);
    let Some((near, far)) = found.max_by(|a, b| ratio(a).total_cmp(&ratio(b))) else {
        return lang
            .pick(
                "어느 셀에서도 글에 따라 발산이 다르다고 할 수는 없습니다.",
                "For no cell could the divergence be shown to depend on the text.",
            )
            .to_owned();
    };
    let name = context.name(far.cell).in_sentence();
    let times = number::format(ratio(&(near, far)), None);
    let (from, to) = (clean(&near.corpus), clean(&far.corpus));
    match lang {
        Lang::Ko => format!(
            "글에 따른 차이가 가장 뚜렷한 것은 {}, {to}에서의 발산이 {from}에서의 {times}배입니다.",
            josa::with(&name, josa::by)
        ),
        Lang::En => format!(
            "The text matters most for {name}: on {to} it diverges {times} times as much as on {from}."
        ),
    }
}

fn axis_title(lang: Lang) -> &'static str {
    lang.pick(
        "평균 KL 발산, 나트 (작을수록 기준에 가까움)",
        "mean KL divergence, nats (smaller is nearer)",
    )
}

/// The largest divergence that is noise, for a baseline whose noise floor was measured.
fn floor(context: &Context<'_>, baseline: usize) -> Option<f64> {
    noise_floor(context.report, baseline).and_then(|floor| drawable(floor.high))
}

/// Baseline and corpus of a group; the baseline only where `groups` have several.
fn heading(context: &Context<'_>, groups: &[Group], group: &Group, lang: Lang) -> String {
    let corpus = clean(group.corpus);
    let baseline = context.name(group.baseline).in_sentence();
    match (the_one(groups.iter().map(|group| group.baseline)), lang) {
        (Some(_), _) => corpus,
        (None, Lang::Ko) => format!("{corpus}, 기준 {baseline}"),
        (None, Lang::En) => format!("{corpus}, baseline {baseline}"),
    }
}

fn entry(context: &Context<'_>, row: &FidelityRow, lang: Lang) -> Entry {
    let mean = magnitude(row.mean_kld);
    Entry {
        name: context.name(row.cell).in_sentence(),
        value: row.mean_kld,
        interval: row.kld_interval(),
        shown: match lang {
            Lang::Ko => format!("평균 {mean}나트"),
            Lang::En => format!("{mean} nats on average"),
        },
    }
}

fn wording(lang: Lang) -> Wording {
    let subjects = lang.pick(
        ["기준에 가장 가까운 것은", "가장 먼 것은"],
        ["nearest to the baseline is", "farthest is"],
    );
    Wording {
        clear: subjects,
        unclear: subjects,
        single: lang.pick("기준과의 KL 발산은", "the divergence from the baseline"),
        low_is_good: true,
    }
}

/// What the noise floors are.
fn noise(context: &Context<'_>, groups: &[Group], lang: Lang) -> String {
    let floors: Vec<Option<f64>> = groups
        .iter()
        .map(|group| floor(context, group.baseline))
        .collect();
    let known: Vec<f64> = floors.iter().copied().flatten().collect();
    if known.is_empty() {
        return lang
            .pick(
                "잡음 바닥은 재지 않았습니다.",
                "No noise floor was measured.",
            )
            .to_owned();
    }
    let highest = known.iter().copied().fold(0.0, f64::max);
    if highest == 0.0 {
        return lang
            .pick(
                "기준을 다시 계산해도 조금도 다르지 않아 잡음은 0이며, 그릴 띠가 없습니다.",
                "Evaluated again, a baseline differs in nothing: the noise is 0, and there is no band to draw.",
            )
            .to_owned();
    }
    let highest = magnitude(highest);
    match lang {
        Lang::Ko => format!(
            "기준도 다시 계산하면 평균 {highest}나트까지 달라질 수 있으므로(95% 구간의 위쪽 끝), 회색 띠보다 오른쪽에 있는 값만 잡음과 구별됩니다."
        ),
        Lang::En => format!(
            "Evaluated again, a baseline may differ from itself by {highest} nats on average (the upper end of the 95% interval); only what lies right of the grey band can be told from noise."
        ),
    }
}
