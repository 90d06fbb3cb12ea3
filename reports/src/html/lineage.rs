//! How the models are related: which are the same weights, and the table of all pairs.

use crate::lineage::Kinship;
use crate::view::{LineageRow, Report};

use super::demonstration;
use super::phrase::{Phrase, Rich};
use super::table::{Cell, Column, Row, Table};

/// Which models are the same weights; `None` where none are, or where it is said with hanbench's own.
pub(super) fn same_weights(report: &Report) -> Option<Phrase> {
    if demonstration::disclaimer(report).is_some() {
        return None;
    }
    let said = demonstration::same_weights(&report.runs).into_iter();
    said.reduce(|text, sentence| text.then(Phrase::same(" ")).then(sentence))
}

/// Every pair with its verdict and what decided it; `None` where no run has two models.
pub(super) fn table(report: &Report) -> Option<Table> {
    let many = report.runs.len() > 1;
    let mut rows: Vec<Row> = Vec::new();
    let mut last = None;
    for (index, pair) in report.lineage.iter().enumerate() {
        let is_first = last != Some(pair.run);
        last = Some(pair.run);
        let group = (many && is_first).then(|| {
            let n = pair.run + 1;
            Phrase::both(format!("실행 #{n}: "), format!("Run #{n}: "))
                .then(Phrase::foreign(&pair.machine))
        });
        rows.push(Row {
            group,
            source: Some(index),
            ..row(pair)
        });
    }
    (!rows.is_empty()).then(|| Table {
        id: "t-lineage",
        csv: "lineage.csv",
        how: None,
        caption: Phrase::both(
            "모델끼리의 관계(가중치를 뽑아 견준 결과)",
            "How the models are related, by samples of their weights",
        ),
        columns: vec![
            Column::words(Phrase::both("두 모델", "Models")),
            Column::words(Phrase::both("판정", "Verdict")),
            Column::words(Phrase::both("근거", "Evidence")),
        ],
        rows,
    })
}

fn row(pair: &LineageRow) -> Row {
    let names = Rich::default()
        .foreign(&pair.a)
        .text(" · ")
        .foreign(&pair.b);
    let evidence = match &pair.evidence_ko {
        Some(ko) => Phrase::of(
            Rich::default().foreign(ko),
            Rich::default().foreign(&pair.evidence),
        ),
        None => Phrase::foreign(&pair.evidence),
    };
    Row {
        head: Phrase::of(names.clone(), names),
        cells: vec![cell(verdict(pair.verdict)), cell(evidence)],
        ..Row::default()
    }
}

fn cell(value: Phrase) -> Cell {
    Cell {
        value,
        ..Cell::default()
    }
}

fn verdict(verdict: Option<Kinship>) -> Phrase {
    match verdict {
        Some(Kinship::SameWeights) => Phrase::both("같은 가중치", "the same weights"),
        Some(Kinship::FineTune) => {
            Phrase::both("기반이 같은 모델(미세 조정)", "fine-tunes of one base")
        }
        Some(Kinship::Unrelated) => Phrase::both("서로 무관한 모델", "unrelated"),
        None => Phrase::both("견주지 못함", "not compared"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lineage::{Figures, Lineage};
    use crate::sample;

    fn related(pairs: Vec<Lineage>) -> Report {
        let mut run = sample::run_dir(4, 1);
        let model = run.info.models[0].clone();
        let names = [("general", "Q4_K_M"), ("instruct", "F16"), ("<b>", "F16")];
        run.info.models = names
            .map(|(variant, precision)| crate::record::ModelInfo {
                variant: variant.into(),
                precision: Some(precision.into()),
                ..model.clone()
            })
            .into();
        run.info.lineage = pairs;
        crate::view::build(vec![run])
    }

    fn pairs() -> Vec<Lineage> {
        let figures = Figures {
            matrices: [197, 197],
            n_matrices: 197,
            n_values: 1_613_824,
            correlation: Some(0.997),
            alike_share: Some(1.0),
            relative_difference: Some(0.0714),
            beyond_rounding: Some(0.0),
            n_vectors: 57,
            resolution: Some(0.003),
            ..Figures::default()
        };
        let tuned = Figures {
            beyond_rounding: Some(0.69),
            is_beyond: true,
            worst: Some(("blk.2.ffn_down.weight".into(), 0.87)),
            vectors_differ: 57,
            relative_difference: Some(0.33),
            ..figures.clone()
        };
        vec![
            Lineage::decided("general", "instruct", Kinship::SameWeights, figures),
            Lineage::decided("general", "<b>", Kinship::FineTune, tuned),
            Lineage::unknown("instruct", "<b>", "<b>: cut short".into()),
        ]
    }

    #[test]
    fn models_of_the_same_weights_are_named() {
        let said = same_weights(&related(pairs())).unwrap().to_string();
        assert!(
            said.contains("<bdi>instruct</bdi>는 같은 가중치입니다. 다른 것은 정밀도뿐입니다."),
            "{said}"
        );
        assert!(
            said.contains("are the same weights. Only the precision differs."),
            "{said}"
        );
        assert_eq!(same_weights(&related(pairs().split_off(1))), None);
        assert_eq!(same_weights(&sample::demonstration_report(1)), None);
    }

    #[test]
    fn every_pair_has_its_verdict_and_evidence() {
        let table = table(&related(pairs())).unwrap().render_rows();
        insta::assert_snapshot!(table);
        assert!(super::table(&sample::report(4, 1)).is_none());
    }

    impl Table {
        fn render_rows(&self) -> String {
            let row = |row: &Row| {
                let cells = row.cells.iter().map(|cell| cell.value.to_string());
                let all: Vec<String> = std::iter::once(row.head.to_string()).chain(cells).collect();
                all.join("\n  ")
            };
            self.rows.iter().map(row).collect::<Vec<_>>().join("\n")
        }
    }
}
