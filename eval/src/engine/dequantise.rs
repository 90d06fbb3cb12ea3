//! Weights as they lie in a file, made f32.

use llama_cpp_sys_2 as sys;

/// How a tensor's bytes become values.
#[derive(Debug, Clone, Copy)]
pub struct Decoder {
    /// Values in a block.
    pub block: usize,
    /// Bytes of a block.
    pub block_bytes: usize,
    /// `None` where the bytes are f32 already.
    to_float: Option<unsafe extern "C" fn(*const std::ffi::c_void, *mut f32, i64)>,
}

impl Decoder {
    /// The decoder of a number format; `None` for one without values in floating point (integers,
    /// doubles).
    pub(super) fn of(ggml_type: sys::ggml_type) -> Option<Self> {
        // SAFETY: the type comes from a GGUF directory that ggml itself checked; the table it
        // points into is static.
        let traits = unsafe { &*sys::ggml_get_type_traits(ggml_type) };
        let is_f32 = ggml_type == sys::GGML_TYPE_F32;
        let decodes = is_f32 || traits.to_float.is_some();
        (decodes && traits.blck_size > 0).then_some(Self {
            block: traits.blck_size as usize,
            block_bytes: traits.type_size,
            to_float: traits.to_float.filter(|_| !is_f32),
        })
    }

    /// Makes `values` of `bytes`, both of whole blocks and as many of one as of the other.
    ///
    /// # Panics
    /// Where they are not.
    pub fn decode(&self, bytes: &[u8], values: &mut [f32]) {
        let n_blocks = bytes.len() / self.block_bytes;
        assert_eq!(bytes.len(), n_blocks * self.block_bytes, "whole blocks");
        assert_eq!(values.len(), n_blocks * self.block, "as many values");
        match self.to_float {
            // SAFETY: `bytes` holds `n_blocks` blocks of this format and `values` has room for what
            // is in them; both were checked above. The row functions of ggml read bytes at the
            // alignment of their blocks' 16-bit fields, which a buffer of the allocator has at the
            // start and blocks of even size keep.
            Some(to_float) => unsafe {
                to_float(
                    bytes.as_ptr().cast(),
                    values.as_mut_ptr(),
                    values.len() as i64,
                );
            },
            None => {
                let (floats, _) = bytes.as_chunks::<4>();
                for (value, bytes) in values.iter_mut().zip(floats) {
                    *value = f32::from_le_bytes(*bytes);
                }
            }
        }
    }
}
