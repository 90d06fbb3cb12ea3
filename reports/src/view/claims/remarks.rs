//! What a divergence from F32 is really about: the settings of the baseline, and what F32 was made from.

use super::finding::{Said, both};
use super::pair::Pair;
use super::precision::with_settings;
use crate::text::one_line;
use crate::view::FidelityRow;

/// That the baseline has other settings, where no F32 cell tells what these do.
pub(super) fn other_settings(pair: &Pair, row: &FidelityRow) -> Option<Said> {
    let settings = |cell| {
        let precision = pair.report.precision(cell);
        (precision.kv, precision.flash_attention)
    };
    let differ = settings(row.cell) != settings(row.baseline_cell);
    (differ && with_settings(pair.report, row).is_none()).then(|| {
        both(
            "기준 셀과는 KV 캐시나 플래시 어텐션 설정도 달라, 그 차이까지 함께 나타난 값입니다.",
            "The baseline also has another KV cache or flash attention, whose effect is in the figures too.",
        )
    })
}

/// What the divergence is about, where F32 was made from a file of fewer bits.
pub(super) fn origin(pair: &Pair, row: &FidelityRow) -> Option<Said> {
    let base = &pair.report.cells[row.baseline_cell];
    let source = base.derived_from.as_deref()?;
    let shown = one_line(source);
    let own = &pair.report.cells[pair.cell];
    let as_it_is = own.derived_from.is_none() && pair.precision().weights == source;
    if as_it_is && same_file(pair, row.baseline_cell) && !pair.precision().ends_f32 {
        return Some(both(
            format!(
                "F32를 바로 이 {shown} 파일에서 만들었으므로 두 셀의 가중치는 같은 값입니다. 여기서 보이는 것은 계산 방법의 차이일 뿐, 가중치가 잃은 정보가 아닙니다."
            ),
            format!(
                "F32 was made from this very {shown} file, so both hold the same values: the divergence is about arithmetic, not about lost weights."
            ),
        ));
    }
    Some(both(
        format!(
            "F32를 {shown} 파일에서 만들었으므로, 그 파일을 만들 때 가중치가 이미 잃은 정보는 이 값에 들어 있지 않습니다."
        ),
        format!(
            "F32 was made from a file in {shown}, so what the weights had lost before is not in these figures."
        ),
    ))
}

/// Whether two cells are of the same model file.
fn same_file(pair: &Pair, other: usize) -> bool {
    let variant = |cell: usize| &pair.report.cells[cell].key.variant;
    let hash = |cell| {
        let mut models = pair.run.models.iter();
        models
            .find(|model| model.variant == *variant(cell))?
            .sha256
            .as_ref()
    };
    variant(pair.cell) == variant(other)
        || hash(pair.cell).is_some_and(|own| Some(own) == hash(other))
}
