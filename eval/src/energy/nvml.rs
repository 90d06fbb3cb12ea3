//! NVIDIA's management library: the energy counter of each GPU since its driver was loaded.

use super::Counter;
use crate::engine::log::escape;
use nvml_wrapper::Nvml;
use nvml_wrapper::error::NvmlError;
use std::rc::Rc;
use std::time::Duration;

/// What NVML tells of power is updated every 20 to 100 ms, depending on the GPU (Yang, Adamek and Armour,
/// "Part-time Power Measurements: nvidia-smi's Lack of Attention", 2024), and it does not say which.
const STEP: Duration = Duration::from_millis(100);

/// One counter for each GPU, or why there is none: one line.
pub(super) fn find() -> Result<Vec<Counter>, String> {
    let nvml = Rc::new(Nvml::init().map_err(|error| no_library(&error))?);
    let failed = |error: NvmlError| format!("NVML: {}", escape(&error.to_string()));
    let n_gpus = nvml.device_count().map_err(failed)?;
    if n_gpus == 0 {
        return Err("the NVIDIA driver sees no GPU".into());
    }
    (0..n_gpus).map(|index| counter(&nvml, index)).collect()
}

fn counter(nvml: &Rc<Nvml>, index: u32) -> Result<Counter, String> {
    microjoules(nvml, index).map_err(|error| unreadable(index, &error))?;
    let nvml = Rc::clone(nvml);
    Ok(Counter {
        source: format!("nvml:{index}"),
        step: STEP,
        range_uj: None,
        read: Box::new(move || microjoules(&nvml, index).ok()),
    })
}

fn microjoules(nvml: &Nvml, index: u32) -> Result<u64, NvmlError> {
    let millijoules = nvml.device_by_index(index)?.total_energy_consumption()?;
    Ok(millijoules.saturating_mul(1000))
}

fn no_library(error: &NvmlError) -> String {
    match error {
        NvmlError::LibloadingError(_) | NvmlError::DriverNotLoaded => {
            "no NVIDIA driver here (libnvidia-ml.so.1); needed only to measure an NVIDIA GPU: install or load its driver".into()
        }
        error => format!("NVML cannot be initialised: {}", escape(&error.to_string())),
    }
}

fn unreadable(index: u32, error: &NvmlError) -> String {
    match error {
        NvmlError::NotSupported => format!(
            "GPU {index} does not count energy: it takes Volta (2017) or newer, and a virtual GPU may not pass it on"
        ),
        NvmlError::NoPermission => {
            format!("GPU {index}: this user may not read its energy; run hanbench as root")
        }
        error => format!(
            "GPU {index}: its energy cannot be read: {}",
            escape(&error.to_string())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_says_what_it_takes() {
        assert!(no_library(&NvmlError::DriverNotLoaded).contains("install or load its driver"));
        assert!(unreadable(1, &NvmlError::NotSupported).contains("GPU 1 does not count energy"));
        assert!(unreadable(0, &NvmlError::NoPermission).contains("as root"));
        assert!(unreadable(0, &NvmlError::GpuLost).starts_with("GPU 0: its energy cannot be read"));
        for known in [
            no_library(&NvmlError::DriverNotLoaded),
            unreadable(1, &NvmlError::NotSupported),
            unreadable(0, &NvmlError::NoPermission),
        ] {
            assert!(reports::reason::in_korean(&known).is_some(), "{known}");
        }
    }

    #[test]
    fn gpus_are_counted_or_it_is_said_why_not() {
        match find() {
            Ok(counters) => {
                assert!(!counters.is_empty());
                assert!(counters.iter().all(|counter| (counter.read)().is_some()));
            }
            Err(reason) => assert!(!reason.is_empty() && !reason.contains('\n'), "{reason}"),
        }
    }

    #[test]
    fn a_machine_without_the_library_says_so() {
        let missing = Nvml::builder()
            .lib_path("/nonexistent/libnvidia-ml.so.1".as_ref())
            .init();
        assert!(no_library(&missing.unwrap_err()).starts_with("no NVIDIA driver here"));
    }
}
