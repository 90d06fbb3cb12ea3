//! Latin words that Korean text keeps in Latin letters, so that they do not count as English mixed in.

/// Abbreviations, proper nouns and terms, as they are spelled; sorted by bytes.
///
/// Spelling counts: `AI는` is Korean as it is written, `ai는` is not excused.
#[rustfmt::skip]
const NAMES: &[&str] = &[
    "A/S", "AAA", "ABS", "AC", "ACL", "AD", "ADAS", "ADB", "ADHD", "ADP", "ADSL", "AED", "AFC",
    "AI", "AIDS", "AIIB", "ALS", "ALT", "AM", "AMD", "AMOLED", "AP", "APEC", "API", "APT", "AR",
    "ARM", "ARS", "AS", "ASCII", "ASEAN", "ASMR", "ASR", "AST", "ATM", "ATP", "ATV", "AV", "AVI",
    "AVX", "AWS", "Adidas", "Amazon", "Android", "Anthropic", "Apple", "Arduino", "B.C", "B2B",
    "B2C", "BB", "BBC", "BBQ", "BC", "BCAA", "BCC", "BERT", "BF16", "BGM", "BIOS", "BIS", "BJ",
    "BL", "BLEU", "BMI", "BMP", "BMW", "BOD", "BPA", "BPE", "BRT", "BTS", "BUN", "Bing",
    "Bluetooth", "C#", "C++", "C2C", "CAD", "CBT", "CC", "CCL", "CCTV", "CD", "CDC", "CEO", "CES",
    "CF", "CFC", "CFO", "CG", "CIA", "CIS", "CLA", "CLI", "CMOS", "CMYK", "CNG", "CNN", "CO2",
    "COD", "COPD", "COVID-19", "CP", "CPAP", "CPI", "CPR", "CPU", "CRISPR", "CRP", "CRT", "CS",
    "CSR", "CSS", "CSV", "CT", "CTO", "CTRL", "CUDA", "CV", "CVT", "Canva", "ChatGPT", "Chrome",
    "Claude", "Copilot", "Coupang", "Ctrl", "D-day", "D2C", "DB", "DC", "DDR", "DDR4", "DDR5",
    "DDT", "DDoS", "DHA", "DHCP", "DHL", "DIY", "DJ", "DLP", "DM", "DMZ", "DNA", "DNS", "DPI",
    "DPO", "DRAM", "DRM", "DSLR", "DTI", "DVD", "DVI", "DVR", "Daum", "DeepSeek", "Discord",
    "Disney", "Docker", "EBS", "ECB", "ECG", "EDM", "EEG", "EKG", "EMA", "EMR", "EMS", "ENFJ",
    "ENFP", "ENTJ", "ENTP", "EP", "EPA", "EPL", "EPS", "EPUB", "EQ", "ERA", "ERP", "ESC", "ESFJ",
    "ESFP", "ESG", "ESL", "ESP", "ESS", "ESTJ", "ESTP", "ET", "ETC", "ETF", "EU", "EV", "EVA",
    "EXAONE", "EXIF", "Esc", "Excel", "F-16", "FA", "FAO", "FAQ", "FAX", "FBI", "FC", "FCEV", "FD",
    "FDA", "FIFA", "FLOPS", "FM", "FOMC", "FP16", "FP32", "FPS", "FRB", "FTA", "FTP", "FX",
    "Facebook", "Fed", "Figma", "Firefox", "G20", "G7", "GAN", "GB", "GDDR", "GDDR6", "GDP",
    "GFLOPS", "GGUF", "GI", "GIF", "GM", "GMAT", "GMO", "GMT", "GNI", "GNP", "GNSS", "GOP", "GP",
    "GPA", "GPL", "GPP", "GPS", "GPT", "GPT-2", "GPT-3", "GPT-4", "GPT-4.1", "GPT-4o", "GPT-5",
    "GPU", "GRE", "GRU", "GRUB", "GS", "GTX", "GUI", "Gemini", "Gemma", "Git", "GitHub", "GitLab",
    "Gmail", "Go", "Google", "Grok", "H-1B", "HACCP", "HBM", "HD", "HDD", "HDL", "HDMI", "HDR",
    "HEPA", "HEV", "HIFI", "HIIT", "HIV", "HMM", "HMR", "HOV", "HP", "HPV", "HR", "HRD", "HSK",
    "HTML", "HTML5", "HTTP", "HTTP/2", "HTTPS", "HW", "HWP", "HbA1c", "Hi-Fi", "Hugging", "Hyundai",
    "IAEA", "IBM", "IBRD", "IC", "ICT", "ICU", "ID", "IDE", "IEC", "IEEE", "IELTS", "IKEA", "ILO",
    "IMAP", "IMAX", "IMF", "INFJ", "INFP", "INT4", "INT8", "INTJ", "INTP", "IOC", "IP", "IPCC",
    "IPO", "IPTV", "IPv4", "IPv6", "IQ", "IRA", "IRC", "ISA", "ISBN", "ISFJ", "ISFP", "ISO", "ISP",
    "ISS", "ISTJ", "ISTP", "IT", "ITER", "ITX", "IU", "IV", "IVF", "IgE", "IgG", "IgM",
    "Illustrator", "Instagram", "Intel", "IoT", "JC", "JLPT", "JPEG", "JPG", "JSON", "JSONL",
    "JTBC", "Java", "JavaScript", "K-POP", "K-pop", "KAIST", "KAL", "KB", "KBL", "KBO", "KBS", "KC",
    "KCC", "KCON", "KCTC", "KDI", "KF", "KF80", "KF94", "KFA", "KFC", "KISA", "KIST", "KISTI",
    "KLPGA", "KLUE", "KMMLU", "KORAIL", "KOSPI", "KOTRA", "KPGA", "KPI", "KRW", "KST", "KSTAR",
    "KT", "KTX", "KV", "KVM", "Kakao", "KakaoPay", "KakaoTalk", "Kakaopay", "Keras", "Kia",
    "Kotlin", "Kubernetes", "LA", "LAN", "LCC", "LCD", "LDH", "LDL", "LED", "LEET", "LG", "LH",
    "LIG", "LINE", "LLM", "LLaMA", "LMO", "LMS", "LNG", "LP", "LPG", "LPGA", "LSTM", "LTE", "LTE-A",
    "LTV", "Li-Fi", "LiDAR", "Linux", "Llama", "LoRA", "Lotte", "M&A", "MATLAB", "MB", "MBA", "MBC",
    "MBTI", "MC", "MERS", "MFA", "ML", "MLB", "MLCC", "MLP", "MMLU", "MMORPG", "MMR", "MMS", "MOOC",
    "MOU", "MP", "MP3", "MP4", "MPEG", "MPV", "MR", "MRI", "MSDS", "MSG", "MSN", "MT", "MTB", "MV",
    "MVNO", "MVP", "MZ", "Mac", "Markdown", "Marvel", "Meta", "Metal", "Microsoft", "Mistral",
    "Mixtral", "MoE", "MongoDB", "MySQL", "NADH", "NADPH", "NAS", "NASA", "NATO", "NAVER", "NBA",
    "NCS", "NER", "NFC", "NFL", "NFT", "NG", "NGC", "NGO", "NHK", "NHL", "NICU", "NIH", "NIKE",
    "NK", "NLP", "NPC", "NPU", "NSA", "NSAID", "NVIDIA", "NVML", "NVMe", "NYC", "NaN", "Naver",
    "Netflix", "Nike", "Nintendo", "Node.js", "Notion", "NumPy", "OA", "OBD", "OCD", "OCR", "ODA",
    "OECD", "OEM", "OLED", "OMR", "ONNX", "OP", "OPEC", "OPS", "OS", "OST", "OT", "OTT", "Ollama",
    "OpenAI", "Outlook", "PA", "PB", "PC", "PCA", "PCB", "PCI", "PCIe", "PCM", "PCR", "PCS", "PD",
    "PDA", "PDF", "PEF", "PER", "PET", "PF", "PGA", "PHEV", "PID", "PIN", "PK", "PL", "PM", "PM10",
    "PM2.5", "PNG", "POP3", "POS", "POSCO", "PPL", "PPM", "PPT", "PQ", "PR", "PS", "PSA", "PSAT",
    "PT", "PTA", "PTSD", "PUBG", "PV", "PVC", "PX", "Pandas", "Photoshop", "Pixar", "PlayStation",
    "PostgreSQL", "PowerPoint", "PyTorch", "Python", "Q&A", "QA", "QC", "QLED", "QR", "Qwen", "R&B",
    "R&D", "RAG", "RAID", "RAM", "RAPL", "RBC", "RC", "RDMA", "RE100", "REM", "RF", "RFID", "RGB",
    "RLHF", "RNA", "RNN", "ROCm", "ROI", "ROM", "ROTC", "RPA", "RPG", "RPM", "RSS", "RSV", "RSVP",
    "RTX", "RV", "ReLU", "React", "Rust", "SARS", "SAS", "SAT", "SATA", "SBS", "SD", "SDGs", "SDI",
    "SDK", "SEC", "SEO", "SF", "SFT", "SFTP", "SGD", "SI", "SIM", "SIMD", "SIMM", "SK", "SKT", "SM",
    "SMR", "SMS", "SMTP", "SNP", "SNS", "SNU", "SOC", "SOHO", "SOS", "SPA", "SPC", "SPF", "SQL",
    "SRT", "SSD", "SSG", "SSH", "SSID", "SSL", "ST", "STD", "STEM", "STT", "SU", "SUV", "SVG",
    "SVM", "SW", "SaaS", "Safari", "Samsung", "Slack", "Sony", "Spotify", "Swift", "T-money", "TA",
    "TB", "TBC", "TC", "TCA", "TCP", "TED", "TF", "TFLOPS", "TFT", "TGV", "TIFF", "TLS", "TM",
    "TNT", "TOEFL", "TOEIC", "TOML", "TOPIK", "TP", "TPO", "TPU", "TSMC", "TTS", "TV", "TVN", "TXT",
    "Telegram", "TensorFlow", "Tesla", "TikTok", "Transformer", "Twitter", "TypeScript", "UAE",
    "UAM", "UCC", "UCL", "UCLA", "UDP", "UEFA", "UEFI", "UFC", "UFO", "UHD", "UHF", "UI", "UK",
    "UN", "UNDP", "UNESCO", "UNFCCC", "UNHCR", "UNICEF", "UNIX", "UPS", "URI", "URL", "US", "USA",
    "USB", "USB-A", "USB-C", "USIM", "UTC", "UTF-8", "UTM", "UUID", "UV", "UV-A", "UV-B", "UVA",
    "UVB", "UVC", "UWB", "UX", "Ubuntu", "Unicode", "VAE", "VAR", "VAT", "VC", "VDT", "VGA", "VHF",
    "VIP", "VJ", "VLOG", "VOC", "VOCs", "VOD", "VPN", "VR", "VRAM", "VTR", "Visual", "Vue",
    "Vulkan", "WAN", "WAV", "WBC", "WBS", "WC", "WFP", "WHO", "WKBL", "WPA", "WTI", "WTO", "WWE",
    "WWF", "WWW", "WYSIWYG", "WhatsApp", "Wi-Fi", "WiFi", "Wikipedia", "Windows", "Word",
    "WordPress", "X-ray", "XLS", "XLSX", "XML", "XP", "XR", "Xbox", "YAML", "YG", "YMCA", "YTN",
    "YWCA", "YouTube", "ZIP", "Zoom", "cDNA", "e-book", "eBay", "eMMC", "ePub", "eSIM", "git",
    "iCloud", "iOS", "iPad", "iPhone", "iPod", "llama.cpp", "mRNA", "macOS", "miRNA", "npm", "pH",
    "pip", "rRNA", "siRNA", "tRNA",
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
            [
                "DNA", "COVID-19", "pH", "C++", "R&D", "Llama", "AED", "AP", "IPv6"
            ]
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
