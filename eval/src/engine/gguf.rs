//! Reading what a GGUF file says of itself, without loading it.

use super::dequantise::Decoder;
use super::{Error, ModelFile, log, precision, synthetic};
use crate::sources::split;
use llama_cpp_sys_2 as sys;
use std::collections::BTreeMap;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The metadata of an open GGUF file.
pub struct Gguf {
    context: *mut sys::gguf_context,
}

/// One tensor as the file's directory lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TensorInfo {
    /// Name, for example `blk.0.attn_q.weight`.
    pub name: String,
    /// Number format by ggml's name, for example `q4_K`.
    pub type_name: String,
    /// Elements.
    pub n_elements: u64,
    /// Sizes of the first three dimensions, row length first.
    pub shape: [i64; 3],
    /// First byte in the file.
    pub begin: u64,
    /// Bytes in the file.
    pub n_bytes: u64,
    pub(super) ggml_type: sys::ggml_type,
}

impl TensorInfo {
    /// How its bytes become values; `None` where they are not floating point.
    #[must_use]
    pub fn decoder(&self) -> Option<Decoder> {
        Decoder::of(self.ggml_type)
    }
}

impl Gguf {
    /// Opens every file of a model, in order, and checks that every tensor is there. A model is one
    /// file unless its name is that of the first part of a split.
    ///
    /// # Errors
    /// As [`Gguf::open`]; cut short, no weights.
    pub fn open_parts(path: &Path) -> Result<Vec<(PathBuf, Self)>, Error> {
        let mut parts = Vec::new();
        let mut n_tensors = 0;
        for part in split::parts(path) {
            let gguf = Self::open(&part)?;
            let tensors = gguf.tensors();
            check_tensors(&part, &tensors, file_bytes(&part)?)?;
            n_tensors += tensors.len();
            parts.push((part, gguf));
        }
        if n_tensors == 0 {
            return Err(Error(format!(
                "{}: holds a vocabulary but no weights; give the model's file instead",
                path.display()
            )));
        }
        Ok(parts)
    }

    /// Reads the header and the directory of tensors; the weights stay on disk.
    ///
    /// # Errors
    /// No such file, a directory, not GGUF, cut short in the header.
    pub fn open(path: &Path) -> Result<Self, Error> {
        check_magic(path)?;
        let c_path = c_path(path)?;
        let params = sys::gguf_init_params {
            no_alloc: true,
            ctx: std::ptr::null_mut(),
        };
        log::clear();
        // SAFETY: `c_path` is NUL-terminated and outlives the call; with `no_alloc` and no ggml
        // context asked for, nothing but the returned context is allocated.
        let context = unsafe { sys::gguf_init_from_file(c_path.as_ptr(), params) };
        if context.is_null() {
            let reason = log::reason().unwrap_or_else(|| "its header is damaged".into());
            return Err(Error(format!(
                "{}: cut short or damaged ({reason}); fetch the file again",
                path.display()
            )));
        }
        Ok(Self { context })
    }

    /// A text value, control characters escaped.
    #[must_use]
    pub fn text(&self, key: &str) -> Option<String> {
        let id = self.find(key, sys::GGUF_TYPE_STRING)?;
        // SAFETY: `id` is a valid key of type string; the text lives as long as the context.
        let text = unsafe { CStr::from_ptr(sys::gguf_get_val_str(self.context, id)) };
        Some(text.to_string_lossy().into_owned())
    }

    /// A whole number of any width.
    #[must_use]
    pub fn number(&self, key: &str) -> Option<u64> {
        let key = CString::new(key).ok()?;
        // SAFETY: each getter is called only for a key that exists and has the getter's type.
        unsafe {
            let id = sys::gguf_find_key(self.context, key.as_ptr());
            if id < 0 {
                return None;
            }
            match sys::gguf_get_kv_type(self.context, id) {
                sys::GGUF_TYPE_UINT8 => Some(sys::gguf_get_val_u8(self.context, id).into()),
                sys::GGUF_TYPE_UINT16 => Some(sys::gguf_get_val_u16(self.context, id).into()),
                sys::GGUF_TYPE_UINT32 => Some(sys::gguf_get_val_u32(self.context, id).into()),
                sys::GGUF_TYPE_UINT64 => Some(sys::gguf_get_val_u64(self.context, id)),
                sys::GGUF_TYPE_INT8 => sys::gguf_get_val_i8(self.context, id).try_into().ok(),
                sys::GGUF_TYPE_INT16 => sys::gguf_get_val_i16(self.context, id).try_into().ok(),
                sys::GGUF_TYPE_INT32 => sys::gguf_get_val_i32(self.context, id).try_into().ok(),
                sys::GGUF_TYPE_INT64 => sys::gguf_get_val_i64(self.context, id).try_into().ok(),
                _ => None,
            }
        }
    }

    /// Number of elements of an array value.
    #[must_use]
    pub fn array_length(&self, key: &str) -> Option<u64> {
        let id = self.find(key, sys::GGUF_TYPE_ARRAY)?;
        // SAFETY: `id` is a valid key of type array.
        Some(unsafe { sys::gguf_get_arr_n(self.context, id) } as u64)
    }

    /// A truth value.
    #[must_use]
    pub fn flag(&self, key: &str) -> Option<bool> {
        let id = self.find(key, sys::GGUF_TYPE_BOOL)?;
        // SAFETY: `id` is a valid key of type bool.
        Some(unsafe { sys::gguf_get_val_bool(self.context, id) })
    }

    /// Whether there is a value of this name, of whatever type.
    #[must_use]
    pub fn has(&self, key: &str) -> bool {
        // SAFETY: the key is NUL-terminated and the context is open.
        CString::new(key)
            .is_ok_and(|key| unsafe { sys::gguf_find_key(self.context, key.as_ptr()) } >= 0)
    }

    /// Version of the file format.
    #[must_use]
    pub fn version(&self) -> u32 {
        // SAFETY: the context is open.
        unsafe { sys::gguf_get_version(self.context) }
    }

    /// The first `most` elements of an array of whole numbers or truth values, none of them negative.
    #[must_use]
    pub fn numbers(&self, key: &str, most: usize) -> Option<Vec<u64>> {
        let id = self.find(key, sys::GGUF_TYPE_ARRAY)?;
        // SAFETY: `id` is a valid key of type array, whose data, where it is not of texts, are as many
        // elements of the type that it states, aligned by the vector of bytes that holds them only by
        // chance: they are read unaligned.
        unsafe {
            let n = sys::gguf_get_arr_n(self.context, id).min(most);
            let kind = sys::gguf_get_arr_type(self.context, id);
            if kind == sys::GGUF_TYPE_STRING || kind == sys::GGUF_TYPE_ARRAY {
                return None;
            }
            let data = sys::gguf_get_arr_data(self.context, id);
            match kind {
                sys::GGUF_TYPE_UINT8 | sys::GGUF_TYPE_BOOL => elements::<u8>(data, n),
                sys::GGUF_TYPE_INT8 => elements::<i8>(data, n),
                sys::GGUF_TYPE_UINT16 => elements::<u16>(data, n),
                sys::GGUF_TYPE_INT16 => elements::<i16>(data, n),
                sys::GGUF_TYPE_UINT32 => elements::<u32>(data, n),
                sys::GGUF_TYPE_INT32 => elements::<i32>(data, n),
                sys::GGUF_TYPE_UINT64 => elements::<u64>(data, n),
                sys::GGUF_TYPE_INT64 => elements::<i64>(data, n),
                _ => None,
            }
        }
    }

    /// One element of an array of texts, as [`Gguf::text`].
    #[must_use]
    pub fn text_at(&self, key: &str, index: u64) -> Option<String> {
        let id = self.find(key, sys::GGUF_TYPE_ARRAY)?;
        let index = usize::try_from(index).ok()?;
        // SAFETY: `id` is a valid key of type array; an element is taken only of one of texts, and only
        // one that it has; the text lives as long as the context.
        unsafe {
            let is_text = sys::gguf_get_arr_type(self.context, id) == sys::GGUF_TYPE_STRING;
            if !is_text || index >= sys::gguf_get_arr_n(self.context, id) {
                return None;
            }
            let text = CStr::from_ptr(sys::gguf_get_arr_str(self.context, id, index));
            Some(text.to_string_lossy().into_owned())
        }
    }

    /// The directory of tensors.
    #[must_use]
    pub fn tensors(&self) -> Vec<TensorInfo> {
        // SAFETY: the context is open for the whole loop and every index is below the count that
        // it reports; names are NUL-terminated and live as long as the context.
        unsafe {
            let data = sys::gguf_get_data_offset(self.context) as u64;
            let count = sys::gguf_get_n_tensors(self.context);
            (0..count).map(|id| self.tensor(id, data)).collect()
        }
    }

    unsafe fn tensor(&self, id: i64, data: u64) -> TensorInfo {
        // SAFETY: the caller passes an index below the tensor count.
        unsafe {
            let ggml_type = sys::gguf_get_tensor_type(self.context, id);
            let n_bytes = sys::gguf_get_tensor_size(self.context, id) as u64;
            let ne = std::slice::from_raw_parts(sys::gguf_get_tensor_ne(self.context, id), 4);
            TensorInfo {
                name: CStr::from_ptr(sys::gguf_get_tensor_name(self.context, id))
                    .to_string_lossy()
                    .into_owned(),
                type_name: CStr::from_ptr(sys::ggml_type_name(ggml_type))
                    .to_string_lossy()
                    .into_owned(),
                n_elements: ne.iter().map(|&n| n.unsigned_abs()).product(),
                shape: [ne[0], ne[1], ne[2]],
                begin: data + sys::gguf_get_tensor_offset(self.context, id) as u64,
                n_bytes,
                ggml_type,
            }
        }
    }

    fn find(&self, key: &str, wanted: sys::gguf_type) -> Option<i64> {
        let key = CString::new(key).ok()?;
        // SAFETY: the key is NUL-terminated; the type is read only of a key that exists.
        unsafe {
            let id = sys::gguf_find_key(self.context, key.as_ptr());
            (id >= 0 && sys::gguf_get_kv_type(self.context, id) == wanted).then_some(id)
        }
    }
}

impl Drop for Gguf {
    fn drop(&mut self) {
        // SAFETY: the context came from gguf_init_from_file and is freed once.
        unsafe { sys::gguf_free(self.context) };
    }
}

/// Bytes of all files of a model.
///
/// # Errors
/// One of them cannot be read.
pub fn bytes_of_parts(path: &Path) -> Result<u64, Error> {
    split::parts(path).iter().map(|part| file_bytes(part)).sum()
}

fn file_bytes(path: &Path) -> Result<u64, Error> {
    let metadata =
        std::fs::metadata(path).map_err(|error| Error(format!("{}: {error}", path.display())))?;
    Ok(metadata.len())
}

/// What the file says of itself, and whether all of its tensors are there.
///
/// # Errors
/// Not a file, not GGUF, cut short, no weights.
pub fn describe(path: &Path) -> Result<ModelFile, Error> {
    let parts = Gguf::open_parts(path)?;
    file_of(path, &parts[0].1, &all_tensors(&parts))
}

/// The tensors of all files of a model.
pub(super) fn all_tensors(parts: &[(PathBuf, Gguf)]) -> Vec<TensorInfo> {
    parts.iter().flat_map(|(_, part)| part.tensors()).collect()
}

/// What the first file of a model says of it.
pub(super) fn file_of(
    path: &Path,
    gguf: &Gguf,
    tensors: &[TensorInfo],
) -> Result<ModelFile, Error> {
    let architecture = gguf.text("general.architecture").ok_or_else(|| {
        Error(format!(
            "{}: names no architecture (general.architecture), so no engine can evaluate it",
            path.display()
        ))
    })?;
    let named = gguf
        .number("general.file_type")
        .and_then(|number| precision::of_file_type(u32::try_from(number).ok()?));
    Ok(ModelFile {
        name: gguf.text("general.name").map(|name| log::escape(&name)),
        file_bytes: bytes_of_parts(path)?,
        n_params: tensors.iter().map(|tensor| tensor.n_elements).sum(),
        precision: named.map_or_else(|| commonest_type(tensors), str::to_owned),
        n_ctx_train: gguf.number(&format!("{architecture}.context_length")),
        n_vocab: gguf.array_length("tokenizer.ggml.tokens"),
        finetune: gguf.text("general.finetune").map(|text| log::escape(&text)),
        has_template: gguf.text("tokenizer.chat_template").is_some(),
        synthetic: gguf
            .text(synthetic::KEY)
            .and_then(|json| serde_json::from_str(&json).ok()),
        architecture: log::escape(&architecture),
    })
}

/// A file without a `general.file_type` is called by the type that most of its weights have.
fn commonest_type(tensors: &[TensorInfo]) -> String {
    let mut weights: BTreeMap<&str, u64> = BTreeMap::new();
    for tensor in tensors {
        *weights.entry(&tensor.type_name).or_default() += tensor.n_elements;
    }
    let name = weights.into_iter().max_by_key(|(_, count)| *count);
    name.map_or_else(|| "unknown".into(), |(name, _)| name.to_uppercase())
}

/// # Safety
/// `data` points to `n` elements of the type, aligned or not.
unsafe fn elements<T: Copy + TryInto<u64>>(
    data: *const std::ffi::c_void,
    n: usize,
) -> Option<Vec<u64>> {
    let data = data.cast::<T>();
    (0..n)
        // SAFETY: the caller says that there are `n`.
        .map(|index| unsafe { data.add(index).read_unaligned() }.try_into().ok())
        .collect()
}

fn check_magic(path: &Path) -> Result<(), Error> {
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Error(format!(
            "{shown}: no such file; check the path, or give the path of a .gguf file"
        )),
        _ => Error(format!("{shown}: cannot be read ({error})")),
    })?;
    if !metadata.is_file() {
        return Err(Error(format!(
            "{shown}: is not a file; give the path of a .gguf file"
        )));
    }
    let mut magic = [0; 4];
    let mut file =
        File::open(path).map_err(|error| Error(format!("{shown}: cannot be opened ({error})")))?;
    match file.read_exact(&mut magic) {
        Ok(()) if &magic == b"GGUF" => Ok(()),
        Ok(()) => Err(Error(format!(
            "{shown}: not a GGUF file (it begins with \"{}\"); hanbench measures .gguf files only",
            magic.escape_ascii()
        ))),
        Err(_) => Err(Error(format!(
            "{shown}: not a GGUF file (it has only {} bytes); fetch the file again",
            metadata.len()
        ))),
    }
}

fn check_tensors(path: &Path, tensors: &[TensorInfo], file_bytes: u64) -> Result<(), Error> {
    let shown = path.display();
    let beyond = tensors
        .iter()
        .filter(|tensor| tensor.begin.saturating_add(tensor.n_bytes) > file_bytes)
        .max_by_key(|tensor| tensor.begin);
    match beyond {
        Some(tensor) => Err(Error(format!(
            "{shown}: cut short: tensor {} ends at byte {} but the file has {file_bytes}; fetch the file again",
            log::escape(&tensor.name),
            tensor.begin.saturating_add(tensor.n_bytes),
        ))),
        None => Ok(()),
    }
}

pub(super) fn c_path(path: &Path) -> Result<CString, Error> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| Error(format!("{}: the path holds a NUL byte", path.display())))
}
