//! What the operating system tells of this process and of files.

use std::fs;
use std::path::Path;

/// Memory of this process as Linux counts it; each is `None` elsewhere.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProcessMemory {
    /// `VmHWM`: the most that was ever resident.
    pub peak_rss_bytes: Option<u64>,
    /// `RssAnon`.
    pub rss_anon_bytes: Option<u64>,
    /// `RssFile`.
    pub rss_file_bytes: Option<u64>,
}

/// Reads `/proc/self/status`.
#[must_use]
pub fn process_memory() -> ProcessMemory {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let field = |name| kib_field(&status, name);
    ProcessMemory {
        peak_rss_bytes: field("VmHWM:"),
        rss_anon_bytes: field("RssAnon:"),
        rss_file_bytes: field("RssFile:"),
    }
}

fn kib_field(status: &str, name: &str) -> Option<u64> {
    let rest = status.lines().find_map(|line| line.strip_prefix(name))?;
    let kib: u64 = rest.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

/// Asks the system to end this process when its parent ends, so that no measurement goes on alone.
pub fn end_with_parent() {
    #[cfg(target_os = "linux")]
    // SAFETY: PR_SET_PDEATHSIG takes one integer and touches no memory of ours.
    unsafe {
        libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
    }
}

/// Makes this process ignore Ctrl-C: the parent decides what a Ctrl-C in its terminal means.
pub fn ignore_interrupt() {
    // SAFETY: SIG_IGN is a valid disposition and no handler of ours is replaced.
    unsafe {
        libc::signal(libc::SIGINT, libc::SIG_IGN);
    }
}

/// Whether a process with this id is there, whoever it belongs to.
#[must_use]
pub fn is_running(pid: u32) -> bool {
    let Ok(pid) = libc::pid_t::try_from(pid) else {
        return false;
    };
    // SAFETY: signal 0 is never delivered; the call only asks.
    let answer = unsafe { libc::kill(pid, 0) };
    answer == 0 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// Takes standard output for the protocol and points descriptor 1 at stderr, so that nothing that a
/// C++ library prints can end up between two messages.
///
/// # Errors
/// The system has no descriptor left.
pub fn take_stdout() -> std::io::Result<fs::File> {
    use std::os::fd::FromRawFd;
    // SAFETY: both calls take open descriptors; the copy is owned by the returned file alone.
    unsafe {
        let copy = libc::fcntl(1, libc::F_DUPFD_CLOEXEC, 3);
        if copy < 0 || libc::dup2(2, 1) < 0 {
            return Err(std::io::Error::last_os_error());
        }
        Ok(fs::File::from_raw_fd(copy))
    }
}

/// Bytes free for an ordinary user on the file system that holds `path`.
#[must_use]
pub fn free_disk(path: &Path) -> Option<u64> {
    use std::os::unix::ffi::OsStrExt;
    let path = std::ffi::CString::new(path.as_os_str().as_bytes()).ok()?;
    // SAFETY: `stat` is plain data that statvfs fills; `path` is NUL-terminated.
    unsafe {
        let mut stat: libc::statvfs = std::mem::zeroed();
        (libc::statvfs(path.as_ptr(), &raw mut stat) == 0)
            .then(|| stat.f_bavail as u64 * stat.f_frsize as u64)
    }
}

/// Share of the file's pages that are in the page cache, 0 to 1; `None` where it cannot be told.
#[must_use]
pub fn page_cache_share(path: &Path) -> Option<f64> {
    use std::os::fd::AsRawFd;
    let file = fs::File::open(path).ok()?;
    let length = usize::try_from(file.metadata().ok()?.len()).ok()?;
    if length == 0 {
        return None;
    }
    // SAFETY: the mapping is private, read-only, never dereferenced, and unmapped before return;
    // mincore writes one byte a page into a vector of that many bytes.
    unsafe {
        let page = usize::try_from(libc::sysconf(libc::_SC_PAGESIZE)).ok()?;
        let map = libc::mmap(
            std::ptr::null_mut(),
            length,
            libc::PROT_READ,
            libc::MAP_PRIVATE,
            file.as_raw_fd(),
            0,
        );
        if map == libc::MAP_FAILED {
            return None;
        }
        let mut resident = vec![0u8; length.div_ceil(page)];
        let answer = libc::mincore(map, length, resident.as_mut_ptr().cast());
        libc::munmap(map, length);
        let count = resident.iter().filter(|&&byte| byte & 1 == 1).count();
        (answer == 0).then(|| count as f64 / resident.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_fields_of_proc_status() {
        let status = "Name:\tx\nVmHWM:\t  166776 kB\nRssAnon:\t     12 kB\n";
        assert_eq!(kib_field(status, "VmHWM:"), Some(166_776 * 1024));
        assert_eq!(kib_field(status, "RssFile:"), None);
    }

    #[test]
    fn this_process_is_running_and_no_process_has_the_largest_number() {
        assert!(is_running(std::process::id()));
        assert!(!is_running(u32::MAX) && !is_running(i32::MAX as u32));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_file_just_written_is_in_the_page_cache() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        std::io::Write::write_all(&mut file, &[7; 100_000]).unwrap();
        assert!(page_cache_share(file.path()).unwrap() > 0.9);
        assert_eq!(page_cache_share(Path::new("/nonexistent")), None);
    }
}
