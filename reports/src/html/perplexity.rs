//! The tables of perplexity and of bits per byte and syllable.

use crate::view::{PerplexityRow, Report};

use super::how;
use super::label::Labels;
use super::number::{self, Estimate};
use super::phrase::Phrase;
use super::table::{Cell, Column, Row, Table, place};
use super::units;

/// Bits, which are the mean of −ln p times a constant of the text, with a 95 % interval.
///
/// With ln ppl that mean, its standard error is ppl_se/ppl (the delta method that gave ppl_se,
/// undone), and the relative error of the bits is the relative error of the mean.
pub(super) fn bits(bits: Option<f64>, ppl: Option<f64>, ppl_se: Option<f64>) -> Option<Estimate> {
    let bits = bits?;
    let (ppl, ppl_se) = (ppl.filter(|&ppl| ppl > 1.0), ppl_se);
    Estimate::from_error(
        bits,
        ppl.zip(ppl_se)
            .map(|(ppl, se)| bits * (se / ppl) / ppl.ln()),
    )
}

/// The table of whole corpora, by which cells are compared.
pub(super) fn whole(report: &Report, labels: &Labels) -> Table {
    Table {
        id: "t-perplexity",
        csv: "perplexity.csv",
        how: Some(how::perplexity()),
        caption: Phrase::both(
            "말뭉치 전체의 비트 수와 퍼플렉시티. 낮을수록 좋고, 작은 글씨는 95% 구간입니다",
            "Bits and perplexity over whole corpora: lower is better, 95% intervals in small print",
        ),
        columns: columns(),
        rows: report
            .perplexity
            .iter()
            .filter(|row| row.whole)
            .map(|row| line(row, labels))
            .collect(),
    }
}

/// The table of the single texts of corpora that hold several.
pub(super) fn texts(report: &Report, labels: &Labels) -> Table {
    Table {
        id: "t-perplexity-texts",
        csv: "perplexity.csv",
        how: None,
        caption: Phrase::both(
            "글마다 따로 본 비트 수와 퍼플렉시티",
            "Bits and perplexity of each text",
        ),
        columns: columns(),
        rows: report
            .perplexity
            .iter()
            .filter(|row| !row.whole)
            .map(|row| line(row, labels))
            .collect(),
    }
}

fn columns() -> Vec<Column> {
    vec![
        Column::words(Phrase::both("셀", "Cell")),
        Column::words(Phrase::both("글", "Text")),
        Column::number(
            Phrase::both("청크", "Chunks"),
            Phrase::both("개수 × 토큰", "number × tokens"),
        ),
        Column::count(Phrase::both("채점한 토큰", "Tokens scored")),
        Column::number(Phrase::both("음절당", "Per syllable"), units::bits()),
        Column::number(Phrase::both("바이트당", "Per byte"), units::bits()),
        Column::count(Phrase::both("퍼플렉시티", "Perplexity")),
        Column::number(Phrase::both("평균 −ln p", "Mean −ln p"), units::nats()),
    ]
}

fn line(row: &PerplexityRow, labels: &Labels) -> Row {
    Row {
        head: Phrase::foreign(labels.of_key(
            &row.machine,
            &row.model,
            &row.variant,
            &row.precision,
        )),
        cells: vec![
            Cell::words(Phrase::foreign(&row.corpus)),
            Cell::number(Some(format!(
                "{} × {}",
                number::count(row.n_chunks),
                number::count(row.n_ctx)
            ))),
            Cell::number(Some(number::count(row.n_scored))),
            Cell::estimate(bits(row.bits_per_syllable, Some(row.ppl), row.ppl_se)),
            Cell::estimate(bits(row.bits_per_byte, Some(row.ppl), row.ppl_se)),
            Cell::estimate(Estimate::from_error(row.ppl, row.ppl_se)),
            Cell::number(Some(number::plain(row.mean_nll))),
        ],
        source: place(&labels.report.perplexity, row),
        ..Row::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_of_bits_is_that_of_the_mean() {
        // 0.02 of a mean of 3 nats is 1/150 of it; so is the error of the 4 bits.
        let ppl = 3.0_f64.exp();
        let estimate = bits(Some(4.0), Some(ppl), Some(ppl * 0.02)).unwrap();
        let (low, high) = estimate.interval.unwrap();
        assert!((high - 4.0 - 1.96 * 4.0 / 150.0).abs() < 1e-4 && (high + low - 8.0).abs() < 1e-12);
        assert_eq!(bits(Some(4.0), Some(ppl), None).unwrap().interval, None);
        assert_eq!(bits(None, Some(ppl), Some(1.0)), None);
    }
}
