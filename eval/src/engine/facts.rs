//! Everything that a model file says of itself, and what its directory of tensors shows, without its
//! weights.

use super::gguf::{self, Gguf, TensorInfo};
use super::group::Group;
use super::kv::{Kv, KvFacts};
use super::{Error, ModelFile, log, precision};
use crate::facts::{Kind, Warning};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

/// Enough for every file that there is; more is left out.
const MOST_BASES: u64 = 16;
const MOST_LANGUAGES: u64 = 64;

/// What a model file is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Facts {
    /// What `hanbench run` needs of it.
    #[serde(flatten)]
    pub file: ModelFile,
    /// Version of the file format.
    pub gguf_version: u32,
    /// Files that the model is split into.
    pub n_files: u64,
    /// Tensors, over all files.
    pub n_tensors: u64,
    /// Bytes of all tensors.
    pub tensor_bytes: u64,
    /// Bits of all tensors over the number of weights; `None` without weights.
    pub bits_per_weight: Option<f64>,
    /// `general.file_type`, whether its number is known or not.
    pub file_type: Option<u64>,
    /// Number formats of the tensors, the one with the most bytes first.
    pub types: Vec<TypeUse>,
    /// The same for each part of the model.
    pub groups: Vec<GroupUse>,
    /// What splits text into tokens.
    pub tokenizer: Tokenizer,
    /// The KV cache that it needs.
    pub kv_cache: Option<KvFacts>,
    /// Where it comes from.
    #[serde(flatten)]
    pub origin: Origin,
    /// What in it disagrees.
    pub warnings: Vec<Warning>,
    /// Why something above is missing, by its name.
    pub missing: BTreeMap<String, String>,
}

/// How many tensors have a number format.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeUse {
    /// By ggml's name, for example `q4_K`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Tensors.
    pub n_tensors: u64,
    /// Values in them.
    pub n_elements: u64,
    /// Their bytes.
    pub n_bytes: u64,
}

/// A part of a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupUse {
    /// Which.
    pub group: Group,
    /// Tensors.
    pub n_tensors: u64,
    /// Values in them.
    pub n_elements: u64,
    /// Their bytes.
    pub n_bytes: u64,
    /// Their number formats, the one with the most bytes first.
    pub types: Vec<TypeUse>,
}

/// What the file says of its vocabulary.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokenizer {
    /// `tokenizer.ggml.model`, for example `gpt2`.
    pub model: Option<String>,
    /// `tokenizer.ggml.pre`: how text is cut before it is split into tokens.
    pub pre: Option<String>,
    /// Id of the beginning-of-text token.
    pub bos_token_id: Option<u64>,
    /// As it is spelt.
    pub bos_token: Option<String>,
    /// Id of the end-of-text token.
    pub eos_token_id: Option<u64>,
    /// As it is spelt.
    pub eos_token: Option<String>,
    /// Whether a beginning-of-text token is put before a text: as the engine does it where the
    /// vocabulary can be loaded, else as the file says.
    pub adds_bos: Option<bool>,
    /// Whether an end-of-text token is put behind one.
    pub adds_eos: Option<bool>,
}

/// Where a model comes from, as the file says. Everything is escaped and bounded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// `general.type`: `model`, `adapter`, `mmproj`…
    pub general_type: Option<String>,
    /// `general.basename`.
    pub basename: Option<String>,
    /// `general.size_label`.
    pub size_label: Option<String>,
    /// `general.version`.
    pub version: Option<String>,
    /// `general.organization`.
    pub organization: Option<String>,
    /// `general.author`.
    pub author: Option<String>,
    /// `general.quantized_by`.
    pub quantized_by: Option<String>,
    /// `general.license`.
    pub license: Option<String>,
    /// `general.license.name`.
    pub license_name: Option<String>,
    /// `general.license.link`.
    pub license_link: Option<String>,
    /// `general.repo_url`, else `general.source.url`.
    pub repo_url: Option<String>,
    /// `general.languages`, at most 64.
    pub languages: Vec<String>,
    /// `general.base_model.N.*`, at most 16.
    pub base_models: Vec<BaseModel>,
}

/// A model that this one was made of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseModel {
    /// Its name.
    pub name: Option<String>,
    /// Who made it.
    pub organization: Option<String>,
    /// Where it is.
    pub repo_url: Option<String>,
}

/// Reads a model file, or all files of a split model.
///
/// # Errors
/// As [`gguf::describe`].
pub fn read(path: &Path) -> Result<Facts, Error> {
    let parts = Gguf::open_parts(path)?;
    let tensors = gguf::all_tensors(&parts);
    let gguf = &parts[0].1;
    let file = gguf::file_of(path, gguf, &tensors)?;
    let file_type = gguf.number("general.file_type");
    let mut missing = BTreeMap::new();
    let kv_cache = match Kv::of(gguf, &tensors) {
        Ok(kv) => Some(kv.facts(file.n_ctx_train)),
        Err(why) => {
            missing.insert("kv_cache".to_owned(), why);
            None
        }
    };
    let tensor_bytes: u64 = tensors.iter().map(|tensor| tensor.n_bytes).sum();
    let warnings = [
        lone_part(gguf, parts.len()),
        other_types(file_type, &tensors),
    ];
    Ok(Facts {
        gguf_version: gguf.version(),
        n_files: parts.len() as u64,
        n_tensors: tensors.len() as u64,
        tensor_bytes,
        bits_per_weight: (file.n_params > 0)
            .then(|| tensor_bytes as f64 * 8.0 / file.n_params as f64),
        file_type,
        types: types(tensors.iter()),
        groups: groups(&tensors),
        tokenizer: tokenizer(gguf),
        kv_cache,
        origin: origin(gguf),
        warnings: warnings.into_iter().flatten().collect(),
        missing,
        file,
    })
}

fn types<'t>(tensors: impl Iterator<Item = &'t TensorInfo>) -> Vec<TypeUse> {
    let mut uses: BTreeMap<&str, TypeUse> = BTreeMap::new();
    for tensor in tensors {
        let of_type = uses.entry(&tensor.type_name).or_insert_with(|| TypeUse {
            type_name: tensor.type_name.clone(),
            n_tensors: 0,
            n_elements: 0,
            n_bytes: 0,
        });
        of_type.n_tensors += 1;
        of_type.n_elements += tensor.n_elements;
        of_type.n_bytes += tensor.n_bytes;
    }
    let mut uses: Vec<TypeUse> = uses.into_values().collect();
    uses.sort_by_key(|of_type| std::cmp::Reverse(of_type.n_bytes));
    uses
}

fn groups(tensors: &[TensorInfo]) -> Vec<GroupUse> {
    let mut members: BTreeMap<Group, Vec<&TensorInfo>> = BTreeMap::new();
    for tensor in tensors {
        members
            .entry(Group::of(&tensor.name))
            .or_default()
            .push(tensor);
    }
    let of_group = |(group, members): (Group, Vec<&TensorInfo>)| {
        let types = types(members.into_iter());
        GroupUse {
            group,
            n_tensors: types.iter().map(|of_type| of_type.n_tensors).sum(),
            n_elements: types.iter().map(|of_type| of_type.n_elements).sum(),
            n_bytes: types.iter().map(|of_type| of_type.n_bytes).sum(),
            types,
        }
    };
    members.into_iter().map(of_group).collect()
}

fn tokenizer(gguf: &Gguf) -> Tokenizer {
    let text = |name: &str| shown(gguf, &format!("tokenizer.ggml.{name}"));
    let id = |name: &str| gguf.number(&format!("tokenizer.ggml.{name}_token_id"));
    let spelt = |id: Option<u64>| {
        let token = gguf.text_at("tokenizer.ggml.tokens", id?)?;
        Some(log::escape(&token))
    };
    let (bos, eos) = (id("bos"), id("eos"));
    Tokenizer {
        model: text("model"),
        pre: text("pre"),
        bos_token_id: bos,
        bos_token: spelt(bos),
        eos_token_id: eos,
        eos_token: spelt(eos),
        adds_bos: gguf.flag("tokenizer.ggml.add_bos_token"),
        adds_eos: gguf.flag("tokenizer.ggml.add_eos_token"),
    }
}

fn origin(gguf: &Gguf) -> Origin {
    let text = |name: &str| shown(gguf, &format!("general.{name}"));
    let n_bases = gguf.number("general.base_model.count").unwrap_or(0);
    let base = |n: u64| {
        let text = |name: &str| text(&format!("base_model.{n}.{name}"));
        BaseModel {
            name: text("name"),
            organization: text("organization"),
            repo_url: text("repo_url"),
        }
    };
    let language = |n: u64| gguf.text_at("general.languages", n);
    Origin {
        general_type: text("type"),
        basename: text("basename"),
        size_label: text("size_label"),
        version: text("version"),
        organization: text("organization"),
        author: text("author"),
        quantized_by: text("quantized_by"),
        license: text("license"),
        license_name: text("license.name"),
        license_link: text("license.link"),
        repo_url: text("repo_url").or_else(|| text("source.url")),
        languages: (0..MOST_LANGUAGES)
            .map_while(language)
            .map(|text| log::escape(&text))
            .collect(),
        base_models: (0..n_bases.min(MOST_BASES)).map(base).collect(),
    }
}

fn shown(gguf: &Gguf, key: &str) -> Option<String> {
    gguf.text(key).map(|text| log::escape(&text))
}

/// A part of a split under another name is taken for a whole model.
fn lone_part(gguf: &Gguf, n_files: usize) -> Option<Warning> {
    let claimed = gguf
        .number("split.count")
        .filter(|&n| n != n_files as u64 && n > 1)?;
    Some(Warning {
        kind: Kind::Split,
        text: format!(
            "the file is one of {claimed} parts (split.count), but its name is not that of a part, so the others are not counted here; name them NAME-00001-of-{claimed:05}.gguf and so on"
        ),
    })
}

/// Whether the weights of the layers are in another format than `general.file_type` says. Judged are
/// matrices whose rows have whole blocks of the format: for others the quantiser must take another one.
fn other_types(file_type: Option<u64>, tensors: &[TensorInfo]) -> Option<Warning> {
    let named = precision::of_file_type(u32::try_from(file_type?).ok()?)?;
    let block = precision::block(named);
    let judged: Vec<&TensorInfo> = tensors
        .iter()
        .filter(|tensor| {
            let in_layer = matches!(
                Group::of(&tensor.name),
                Group::Attention | Group::FeedForward | Group::Experts
            );
            in_layer && tensor.shape[1] > 1 && tensor.shape[0].unsigned_abs().is_multiple_of(block)
        })
        .collect();
    let commonest = types(judged.iter().copied())
        .into_iter()
        .max_by_key(|of_type| of_type.n_elements)?;
    let n_elements: u64 = judged.iter().map(|tensor| tensor.n_elements).sum();
    let n_bytes: u64 = judged.iter().map(|tensor| tensor.n_bytes).sum();
    let bits = n_bytes as f64 * 8.0 / n_elements as f64;
    let agrees = precision::mixes(named, &commonest.type_name, bits);
    (!agrees).then(|| Warning {
        kind: Kind::FileType,
        text: format!(
            "general.file_type says {named}, but most weights of the layers are {} ({bits:.2} bits per weight)",
            commonest.type_name
        ),
    })
}
