//! Random numbers that are a tensor's own, the same every time.

use crate::engine::random::Random;

pub(super) struct Noise(Random);

impl Noise {
    /// Seeded with a hash of the name (FNV-1a).
    pub fn of(name: &str) -> Self {
        let mix = |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        Self(Random(name.bytes().fold(0xcbf2_9ce4_8422_2325, mix)))
    }

    pub fn next(&mut self) -> u64 {
        self.0.next()
    }

    /// Nearly normal, of mean 0 and deviation 1: the sum of four uniform numbers of 16 bits.
    pub fn normal(&mut self) -> f32 {
        let bits = self.next();
        let sum: f32 = (0..4).map(|i| ((bits >> (16 * i)) & 0xffff) as f32).sum();
        // The variance of the sum is four times 1/12.
        (sum / 65_536.0 - 2.0) * 3.0_f32.sqrt()
    }
}
