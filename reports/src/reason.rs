//! Recorded reasons in Korean. Records hold them in English, as the terminal prints them.

/// Reasons as they are recorded, and in Korean; `{}` stands for what differs from case to case, in
/// the same order.
const KNOWN: [(&str, &str); 12] = [
    (
        "{}: no intel-rapl here; this kernel or virtual machine does not pass on the processor's energy counters: run on the machine itself, with the kernel module intel_rapl_msr",
        "{}: intel-rapl이 없습니다. 이 커널이나 가상 머신이 프로세서의 에너지 계수기를 보여 주지 않는 것이니, 실제 기계에서 커널 모듈 intel_rapl_msr을 올리고 재십시오",
    ),
    (
        "{}: no zone of intel-rapl is a processor package",
        "{}: intel-rapl의 영역 가운데 프로세서 패키지가 없습니다",
    ),
    (
        "{}: permission denied, as for everyone but root: allow it until the next boot with `{}`, or run hanbench as root",
        "{}: root만 읽을 수 있습니다. 다음 부팅까지 허용하려면 `{}`를 실행하고, 아니면 hanbench를 root로 실행하십시오",
    ),
    (
        "{}: not there, though its zone is: a container can hide it; run hanbench outside of it",
        "{}: 영역은 있는데 이 파일이 없습니다. 컨테이너가 가렸을 수 있으니 컨테이너 밖에서 실행하십시오",
    ),
    (
        "no NVIDIA driver here (libnvidia-ml.so.1); needed only to measure an NVIDIA GPU: install or load its driver",
        "NVIDIA 드라이버(libnvidia-ml.so.1)가 없습니다. NVIDIA GPU를 잴 때에만 필요하며, 그때는 드라이버를 설치하거나 올리십시오",
    ),
    (
        "the NVIDIA driver sees no GPU",
        "NVIDIA 드라이버가 찾은 GPU가 없습니다",
    ),
    (
        "GPU {} does not count energy: it takes Volta (2017) or newer, and a virtual GPU may not pass it on",
        "GPU {}: 에너지를 세지 않습니다. Volta(2017년)부터 가능하며, 가상 GPU는 값을 보여 주지 않을 수 있습니다",
    ),
    (
        "GPU {}: this user may not read its energy; run hanbench as root",
        "GPU {}: 이 사용자는 에너지를 읽을 수 없습니다. hanbench를 root로 실행하십시오",
    ),
    (
        "the process measuring it was killed (signal 9); if nobody did it, the system ran out of memory: free some, or take a smaller model or precision{}",
        "재던 프로세스가 강제로 종료되었습니다(시그널 9). 누가 끝낸 것이 아니라면 메모리가 모자랐던 것이니, 메모리를 비우거나 더 작은 모델이나 정밀도를 고르십시오{}",
    ),
    (
        "the process measuring it was aborted by the engine (signal 6){}",
        "재던 프로세스를 엔진이 중단했습니다(시그널 6){}",
    ),
    (
        "the process measuring it crashed inside the engine (signal 11); the file is probably damaged{}",
        "재던 프로세스가 엔진 안에서 비정상 종료되었습니다(시그널 11). 파일이 손상되었을 가능성이 큽니다{}",
    ),
    (
        "the process measuring it crashed reading the model file (signal 7); was the file cut short while it ran?{}",
        "재던 프로세스가 모델 파일을 읽다가 비정상 종료되었습니다(시그널 7). 재는 동안 파일이 잘리지 않았는지 확인하십시오{}",
    ),
];

/// A recorded reason in Korean; `None` for one that is not known, which is shown as it is.
#[must_use]
pub fn in_korean(recorded: &str) -> Option<String> {
    KNOWN.iter().find_map(|(known, korean)| {
        let mut parts = korean.split("{}");
        let mut said = parts.next()?.to_owned();
        for (differs, part) in differing(known, recorded)?.into_iter().zip(parts) {
            said.push_str(differs);
            said.push_str(part);
        }
        Some(said)
    })
}

/// What stands in `text` at each `{}` of `pattern`; `None` where the rest is not the same.
fn differing<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = pattern.split("{}");
    let mut rest = text.strip_prefix(parts.next()?)?;
    let mut found = Vec::new();
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        let (differs, after) = match parts.peek() {
            Some(_) => rest.split_once(part)?,
            None => (rest.strip_suffix(part)?, ""),
        };
        found.push(differs);
        rest = after;
    }
    rest.is_empty().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_kept() {
        let said = in_korean(
            "/a: permission denied, as for everyone but root: allow it until the next boot with `sudo chmod`, or run hanbench as root",
        );
        assert!(
            said.unwrap().starts_with(
                "/a: root만 읽을 수 있습니다. 다음 부팅까지 허용하려면 `sudo chmod`를"
            )
        );
        let said = in_korean(
            "the process measuring it was aborted by the engine (signal 6): GGML_ASSERT {}",
        );
        assert_eq!(
            said.unwrap(),
            "재던 프로세스를 엔진이 중단했습니다(시그널 6): GGML_ASSERT {}"
        );
        assert!(in_korean("the NVIDIA driver sees no GPU").is_some());
    }

    #[test]
    fn other_reasons_are_not_known() {
        for other in [
            "",
            "the NVIDIA driver sees no GPU today",
            "GPU 1: lost",
            "x: no",
        ] {
            assert_eq!(in_korean(other), None, "{other}");
        }
    }

    #[test]
    fn both_languages_say_the_same_things() {
        for (known, korean) in KNOWN {
            assert_eq!(
                known.matches("{}").count(),
                korean.matches("{}").count(),
                "{known}"
            );
            assert!(!korean.ends_with('.'));
        }
    }
}
