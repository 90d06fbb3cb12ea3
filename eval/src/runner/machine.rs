//! What machine this is, as far as it can be told without privileges.

use reports::record::Machine;
use sysinfo::{MemoryRefreshKind, RefreshKind, System};

/// This machine; `gpus` is what the engine can see.
///
/// # Errors
/// The system does not tell what it is.
pub fn describe(gpus: Vec<String>) -> Result<Machine, sysinfo::Error> {
    let system = System::new_with_specifics(
        RefreshKind::nothing()
            .with_memory(MemoryRefreshKind::nothing().with_ram())
            .with_cpu(sysinfo::CpuRefreshKind::nothing()),
    )?;
    let cpu = system
        .cpus()
        .first()
        .map(|cpu| cpu.brand().trim().to_owned());
    Ok(Machine {
        name: host_name(),
        os: System::long_os_version().unwrap_or_else(|_| std::env::consts::OS.into()),
        cpu: cpu
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| std::env::consts::ARCH.into()),
        physical_cores: physical_cores(),
        logical_cores: system.cpus().len() as u32,
        memory_bytes: system.total_memory(),
        gpus,
    })
}

/// The host's name.
#[must_use]
pub fn host_name() -> String {
    System::host_name().unwrap_or_else(|_| "unknown".into())
}

/// Physical cores that this process may use: the default number of threads.
#[must_use]
pub fn physical_cores() -> u32 {
    let allowed = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
    System::physical_core_count().map_or(allowed, |cores| (cores as u32).clamp(1, allowed))
}

/// Memory that a new process could have now, in bytes: what the system calls available, or what
/// the container's limit leaves. No limit where the system does not tell.
#[must_use]
pub fn available_memory() -> u64 {
    let Ok(mut system) = System::new() else {
        return u64::MAX;
    };
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let limit = system
        .cgroup_limits()
        .map_or(u64::MAX, |limits| limits.free_memory);
    system.available_memory().min(limit)
}
