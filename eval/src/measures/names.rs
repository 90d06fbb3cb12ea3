//! Latin words that Korean text keeps in Latin letters, so that they do not count as English mixed in.

/// Abbreviations, proper nouns and terms, as they are spelled; sorted by bytes.
///
/// Spelling counts: `AI는` is Korean as it is written, `ai는` is not excused.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "A/S", "ADB", "ADHD", "AFC", "AI", "AIDS", "AIIB", "ALS", "AMD", "APEC", "API", "AR", "ARM",
    "AS", "ASCII", "ASEAN", "ATM", "ATP", "AVX", "AWS", "Amazon", "Android", "Anthropic", "Apple",
    "B2B", "B2C", "BBC", "BCC", "BERT", "BF16", "BGM", "BIOS", "BIS", "BLEU", "BMI", "BMW", "BOD",
    "BPE", "BTS", "Bing", "Bluetooth", "C#", "C++", "C2C", "CAD", "CC", "CCTV", "CD", "CDC", "CEO",
    "CES", "CFC", "CFO", "CIA", "CLI", "CNN", "CO2", "COD", "COPD", "COVID-19", "CPI", "CPR", "CPU",
    "CRISPR", "CSS", "CSV", "CT", "CTO", "CUDA", "CV", "ChatGPT", "Chrome", "Claude", "D-day",
    "D2C", "DB", "DDR", "DDR4", "DDR5", "DIY", "DJ", "DLP", "DMZ", "DNA", "DNS", "DRAM", "DVD",
    "DeepSeek", "Discord", "Docker", "EBS", "ECB", "EEG", "EMA", "EPA", "EPS", "EQ", "ESG", "ESP",
    "ETF", "EU", "EV", "EXAONE", "Excel", "F-16", "FAO", "FAQ", "FBI", "FC", "FDA", "FIFA", "FLOPS",
    "FM", "FOMC", "FP16", "FP32", "FPS", "FRB", "FTA", "Facebook", "Fed", "G20", "G7", "GAN", "GB",
    "GDDR", "GDP", "GFLOPS", "GGUF", "GIF", "GMO", "GMT", "GNI", "GNP", "GPA", "GPS", "GPT",
    "GPT-2", "GPT-3", "GPT-4", "GPT-4o", "GPU", "GUI", "Gemini", "Gemma", "Git", "GitHub", "GitLab",
    "Go", "Google", "H-1B", "HBM", "HDD", "HDL", "HDMI", "HIV", "HPV", "HR", "HSK", "HTML", "HTML5",
    "HTTP", "HTTPS", "HW", "HWP", "Hugging", "IAEA", "IBM", "IBRD", "ICT", "ID", "IEEE", "IELTS",
    "ILO", "IMF", "INT4", "INT8", "IOC", "IP", "IPCC", "IPO", "IPTV", "IQ", "ISBN", "ISO", "ISS",
    "IT", "Instagram", "Intel", "IoT", "JLPT", "JPEG", "JPG", "JSON", "JSONL", "JTBC", "Java",
    "JavaScript", "K-POP", "K-pop", "KAIST", "KBO", "KBS", "KCC", "KDI", "KFA", "KISA", "KIST",
    "KLUE", "KMMLU", "KORAIL", "KOSPI", "KOTRA", "KPI", "KT", "KTX", "KV", "KVM", "KakaoTalk",
    "Kotlin", "LAN", "LCD", "LDL", "LED", "LEET", "LG", "LLM", "LMS", "LNG", "LP", "LPG", "LPGA",
    "LSTM", "LTE", "Linux", "Llama", "LoRA", "M&A", "MBA", "MBC", "MBTI", "MC", "MERS", "MFA", "ML",
    "MLB", "MMLU", "MMR", "MOU", "MP3", "MP4", "MRI", "MSG", "MT", "MVP", "MZ", "Mac", "Markdown",
    "Meta", "Metal", "Microsoft", "Mistral", "NASA", "NATO", "NBA", "NCS", "NFL", "NFT", "NGO",
    "NHK", "NHL", "NIH", "NK", "NLP", "NPU", "NSAID", "NVIDIA", "NVML", "NVMe", "Netflix",
    "Node.js", "Notion", "OCD", "OCR", "OECD", "OLED", "ONNX", "OPEC", "OS", "OST", "OT", "OTT",
    "Ollama", "OpenAI", "PC", "PCB", "PCI", "PCIe", "PCR", "PD", "PDF", "PER", "PET", "PGA", "PID",
    "PNG", "POSCO", "PPT", "PR", "PSAT", "PT", "PTSD", "PVC", "Photoshop", "PowerPoint", "PyTorch",
    "Python", "Q&A", "QLED", "QR", "Qwen", "R&B", "R&D", "RAG", "RAM", "RAPL", "RBC", "RDMA", "REM",
    "RGB", "RNA", "RNN", "ROCm", "ROM", "RPG", "RSS", "RSV", "RTX", "React", "Rust", "SARS", "SAT",
    "SBS", "SDK", "SEC", "SF", "SI", "SIMD", "SK", "SKT", "SM", "SMS", "SNS", "SNU", "SOS", "SPF",
    "SQL", "SRT", "SSD", "SSL", "STEM", "SUV", "SVG", "SW", "Safari", "Samsung", "Slack", "Spotify",
    "Swift", "T-money", "TCP", "TED", "TF", "TFLOPS", "TGV", "TLS", "TNT", "TOEFL", "TOEIC", "TOML",
    "TOPIK", "TPU", "TSMC", "TV", "TXT", "TensorFlow", "Tesla", "TikTok", "Transformer",
    "TypeScript", "UCC", "UDP", "UEFA", "UFC", "UFO", "UHD", "UI", "UK", "UN", "UNDP", "UNESCO",
    "UNFCCC", "UNHCR", "UNICEF", "UPS", "URL", "US", "USA", "USB", "USB-C", "UTC", "UTF-8", "UV",
    "UV-A", "UV-B", "UX", "Ubuntu", "Unicode", "VIP", "VOD", "VPN", "VR", "VRAM", "Visual",
    "Vulkan", "WAN", "WBC", "WFP", "WHO", "WPA", "WTO", "WWE", "WWF", "WWW", "Wi-Fi", "WiFi",
    "Wikipedia", "Windows", "Word", "X-ray", "XLSX", "XML", "XR", "YAML", "YG", "YTN", "YouTube",
    "ZIP", "Zoom", "cDNA", "e-book", "eBay", "eSIM", "git", "iCloud", "iOS", "iPad", "iPhone",
    "iPod", "llama.cpp", "mRNA", "macOS", "miRNA", "npm", "pH", "pip", "rRNA", "siRNA", "tRNA",
];

/// Units of measure as they are written; sorted by bytes.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "A", "Ah", "B", "Bq", "C", "F", "FLOPS", "GB", "GB/s", "GFLOPS", "GHz", "GW", "Gbps", "GeV",
    "GiB", "Hz", "IU", "J", "K", "KB", "KiB", "L", "M", "MB", "MB/s", "MHz", "MJ", "MPa", "MW",
    "MWh", "Mbps", "MeV", "MiB", "MΩ", "N", "PB", "Pa", "Sv", "TB", "TB/s", "TFLOPS", "THz", "TiB",
    "V", "W", "Wh", "atm", "bar", "bit", "bpm", "bps", "byte", "cal", "cc", "cd", "cm", "dB", "dL",
    "dl", "dm", "dpi", "eV", "fps", "ft", "g", "g/L", "h", "hPa", "ha", "hr", "in", "kB", "kHz",
    "kJ", "kL", "kN", "kPa", "kV", "kW", "kWh", "kbps", "kcal", "keV", "kg", "kg/m", "kl", "km",
    "km/h", "kΩ", "l", "lb", "lm", "lx", "m", "m/s", "mA", "mAh", "mL", "mM", "mSv", "mV", "mW",
    "mg", "mg/L", "mg/dL", "mi", "min", "ml", "mm", "mmHg", "mol", "mph", "ms", "nm", "ns", "oz",
    "pm", "ppb", "ppm", "ps", "pt", "px", "rpm", "s", "sec", "t", "tok/s", "um", "yd", "°C", "°F",
    "µg", "µm", "µs", "Ω", "μg", "μm", "μs",
];

/// Symbols of the elements that formulas in general texts are made of; sorted by bytes.
#[rustfmt::skip]
const ELEMENTS: &[&str] = &[
    "Ag", "Al", "Ar", "Au", "B", "Ba", "Be", "Br", "C", "Ca", "Cl", "Cr", "Cu", "F", "Fe", "H",
    "He", "Hg", "I", "K", "Li", "Mg", "Mn", "N", "Na", "Ne", "Ni", "O", "P", "Pb", "S", "Si", "Sn",
    "Ti", "U", "Zn",
];

/// Whether `word` is a name that Korean text keeps as it is.
pub(super) fn is_name(word: &str) -> bool {
    NAMES.binary_search(&word).is_ok()
}

/// Whether `word` is a unit of measure.
pub(super) fn is_unit(word: &str) -> bool {
    UNITS.binary_search(&word).is_ok()
}

/// Whether `word` is a chemical formula of two atoms or more: NaCl, H2O, C6H12O6, CO₂.
pub(super) fn is_chemical(word: &str) -> bool {
    let is_count = |c: char| c.is_ascii_digit() || ('₀'..='₉').contains(&c);
    let mut rest = word;
    let mut atoms = 0;
    while let Some(after) = element(rest) {
        rest = after.trim_start_matches(is_count);
        atoms += if rest.len() < after.len() { 2 } else { 1 };
    }
    rest.is_empty() && atoms >= 2
}

/// What follows the element symbol that `formula` begins with.
fn element(formula: &str) -> Option<&str> {
    let is_element = |n: &usize| {
        let symbol = formula.get(..*n);
        symbol.is_some_and(|s| ELEMENTS.binary_search(&s).is_ok())
    };
    let length = [2, 1].into_iter().find(is_element)?;
    Some(&formula[length..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted() {
        for table in [NAMES, UNITS, ELEMENTS] {
            assert!(table.is_sorted_by(|a, b| a < b));
        }
    }

    #[test]
    fn names_are_spelled_exactly() {
        assert!(
            ["DNA", "COVID-19", "pH", "C++", "R&D", "Llama"]
                .into_iter()
                .all(is_name)
        );
        assert!(!["dna", "apple", "", "D"].into_iter().any(is_name));
    }

    #[test]
    fn formulas() {
        assert!(
            ["NaCl", "H2O", "CO₂", "C6H12O6", "O2", "CO"]
                .into_iter()
                .all(is_chemical)
        );
        assert!(
            !["", "H", "Cat", "Water", "h2o", "2H", "He is", "가"]
                .into_iter()
                .any(is_chemical)
        );
    }
}
