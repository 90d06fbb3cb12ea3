//! Recorded reasons and warnings in Korean. Records hold them in English, as the terminal prints them.

/// Reasons and warnings as they are recorded, and in Korean; `{}` stands for what differs from case to
/// case, in the same order.
const KNOWN: [(&str, &str); 28] = [
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
    (
        "{}: needs {} GiB of memory but {} GiB are available; not loaded. Take a smaller precision or model, or a suite with less context",
        "{}: 메모리가 {} GiB 필요한데 쓸 수 있는 것은 {} GiB여서 불러오지 않았습니다. 더 작은 정밀도나 모델, 또는 문맥이 더 짧은 스위트를 고르십시오",
    ),
    (
        "{}: {} GiB are needed for the derived file but {} GiB are free; free some (`hanbench cache --clean`) or set XDG_CACHE_HOME to another disk",
        "{}: 변환한 파일을 두려면 {} GiB가 필요한데 {} GiB가 비어 있습니다. 자리를 비우거나(`hanbench cache --clean`) XDG_CACHE_HOME을 다른 디스크로 지정하십시오",
    ),
    (
        "{}: no such file; check the path, or give the path of a .gguf file",
        "{}: 이런 파일이 없습니다. 경로를 확인하거나 .gguf 파일의 경로를 주십시오",
    ),
    (
        "{}: is not a file; give the path of a .gguf file",
        "{}: 파일이 아닙니다. .gguf 파일의 경로를 주십시오",
    ),
    (
        "{}: not a GGUF file (it begins with \"{}\"); hanbench measures .gguf files only",
        "{}: GGUF 파일이 아닙니다(‘{}’로 시작합니다). hanbench는 .gguf 파일만 잽니다",
    ),
    (
        "{}: not a GGUF file (it has only {} bytes); fetch the file again",
        "{}: GGUF 파일이 아닙니다(크기가 {}바이트뿐입니다). 파일을 다시 받으십시오",
    ),
    (
        "{}: holds a vocabulary but no weights; give the model's file instead",
        "{}: 어휘만 있고 가중치가 없습니다. 모델 파일을 주십시오",
    ),
    (
        "{}: cut short: tensor {} ends at byte {} but the file has {}; fetch the file again",
        "{}: 파일이 잘렸습니다. 텐서 {}의 끝은 {}바이트인데 파일은 {}바이트입니다. 파일을 다시 받으십시오",
    ),
    (
        "{}: cut short or damaged ({}); fetch the file again",
        "{}: 파일이 잘렸거나 손상되었습니다({}). 파일을 다시 받으십시오",
    ),
    (
        "{}: llama.cpp cannot load it: {}",
        "{}: llama.cpp가 불러오지 못했습니다: {}",
    ),
    (
        "{}, chunk {}: the model's logits are not numbers (NaN); its weights or this precision are broken",
        "{}, 청크 {}: 모델의 로짓이 수가 아닙니다(NaN). 가중치나 이 정밀도에 문제가 있습니다",
    ),
    (
        "{}: too short: {} tokens, but perplexity at n_ctx {} needs at least {}; give a longer text or a smaller n_ctx",
        "{}: 글이 너무 짧습니다. 토큰은 {}개인데 n_ctx {}의 퍼플렉시티에는 적어도 {}개가 필요합니다. 더 긴 글을 주거나 n_ctx를 줄이십시오",
    ),
    (
        "the machine changed while this was measured: memory bandwidth by {} %, arithmetic by {} %; something else was running, or the clock moved. Do not trust small differences of speed",
        "재는 동안 기계의 속도가 달라졌습니다: 메모리 대역폭 {}%, 연산 {}%. 다른 일을 하고 있었거나 클록이 바뀐 것이니, 작은 속도 차이는 믿지 마십시오",
    ),
    (
        "{} tensors have rows that {} cannot divide into blocks; llama.cpp gave them other types, so this file is larger and better than its name says",
        "행을 블록으로 나눌 수 없어 llama.cpp가 다른 형식으로 바꾼 텐서: {}개({}). 그래서 파일이 이름보다 크고 정밀합니다",
    ),
    (
        "{} could not be evaluated, so {} is the baseline instead",
        "평가할 수 없는 기준: {}. 대신 기준으로 삼은 것: {}",
    ),
    (
        "the models do not fit in memory together: they were evaluated in {} sets, and the baseline's distributions went through a temporary file of at most {} GiB",
        "모델들이 한꺼번에 메모리에 들어가지 않아 {}번에 나누어 평가했습니다. 기준의 분포는 많아야 {} GiB인 임시 파일을 거쳤습니다",
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
