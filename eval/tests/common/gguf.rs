//! GGUF files made by hand, byte by byte, so that they can hold what no program writes.

/// Numbers of value types in a GGUF file.
const U32: u32 = 4;
const BOOL: u32 = 7;
const STRING: u32 = 8;
const ARRAY: u32 = 9;

/// Values in a block and its bytes, by ggml's number of a type.
const TYPES: [(u32, u64, u64); 6] = [
    (0, 1, 4),
    (1, 1, 2),
    (8, 32, 34),
    (12, 256, 144),
    (14, 256, 210),
    (30, 1, 2),
];

pub const F32: u32 = 0;
pub const F16: u32 = 1;
pub const Q8_0: u32 = 8;
pub const Q4_K: u32 = 12;
pub const Q6_K: u32 = 14;
pub const BF16: u32 = 30;

/// A file under construction. Tensors are zero.
#[derive(Default, Clone)]
pub struct Gguf {
    n_values: u64,
    values: Vec<u8>,
    n_tensors: u64,
    directory: Vec<u8>,
    data_bytes: u64,
}

impl Gguf {
    pub fn of(architecture: &str) -> Self {
        Self::default().text("general.architecture", architecture)
    }

    fn value(mut self, key: &str, kind: u32, value: &[u8]) -> Self {
        self.n_values += 1;
        self.values.extend(string(key));
        self.values.extend(kind.to_le_bytes());
        self.values.extend(value);
        self
    }

    pub fn text(self, key: &str, text: &str) -> Self {
        self.value(key, STRING, &string(text))
    }

    pub fn number(self, key: &str, number: u32) -> Self {
        self.value(key, U32, &number.to_le_bytes())
    }

    pub fn flag(self, key: &str, flag: bool) -> Self {
        self.value(key, BOOL, &[u8::from(flag)])
    }

    pub fn numbers(self, key: &str, numbers: &[u32]) -> Self {
        let elements: Vec<u8> = numbers.iter().flat_map(|n| n.to_le_bytes()).collect();
        self.array(key, U32, numbers.len(), &elements)
    }

    pub fn flags(self, key: &str, flags: &[bool]) -> Self {
        let elements: Vec<u8> = flags.iter().map(|&flag| u8::from(flag)).collect();
        self.array(key, BOOL, flags.len(), &elements)
    }

    pub fn texts(self, key: &str, texts: &[&str]) -> Self {
        let elements: Vec<u8> = texts.iter().flat_map(|text| string(text)).collect();
        self.array(key, STRING, texts.len(), &elements)
    }

    fn array(self, key: &str, kind: u32, n: usize, elements: &[u8]) -> Self {
        let mut value = kind.to_le_bytes().to_vec();
        value.extend((n as u64).to_le_bytes());
        value.extend(elements);
        self.value(key, ARRAY, &value)
    }

    pub fn tensor(mut self, name: &str, kind: u32, dimensions: &[u64]) -> Self {
        self.n_tensors += 1;
        self.directory.extend(string(name));
        self.directory
            .extend((dimensions.len() as u32).to_le_bytes());
        for dimension in dimensions {
            self.directory.extend(dimension.to_le_bytes());
        }
        self.directory.extend(kind.to_le_bytes());
        self.directory.extend(self.data_bytes.to_le_bytes());
        let (_, block, bytes) = TYPES.into_iter().find(|known| known.0 == kind).unwrap();
        let n_elements: u64 = dimensions.iter().product();
        self.data_bytes += (n_elements / block * bytes).next_multiple_of(32);
        self
    }

    /// What a model of four layers has at least.
    pub fn small_model(architecture: &str) -> Self {
        let key = |name: &str| format!("{architecture}.{name}");
        Self::of(architecture)
            .number(&key("block_count"), 4)
            .number(&key("context_length"), 1000)
            .number(&key("embedding_length"), 256)
            .number(&key("attention.head_count"), 8)
            .tensor("token_embd.weight", F16, &[256, 10])
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = b"GGUF".to_vec();
        bytes.extend(3u32.to_le_bytes());
        bytes.extend(self.n_tensors.to_le_bytes());
        bytes.extend(self.n_values.to_le_bytes());
        bytes.extend(&self.values);
        bytes.extend(&self.directory);
        let data = bytes.len().next_multiple_of(32);
        bytes.resize(data + self.data_bytes as usize, 0);
        bytes
    }
}

fn string(text: &str) -> Vec<u8> {
    let mut bytes = (text.len() as u64).to_le_bytes().to_vec();
    bytes.extend(text.as_bytes());
    bytes
}
