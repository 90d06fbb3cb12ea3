//! The two tables of an OpenType font that a line of text is laid out by: `cmap` (which glyph a
//! character has) and `hmtx` (how far a glyph moves the pen, and how far from the pen it begins).
//!
//! Read here because plotters tells neither whether a glyph exists nor where it begins. Layouts are
//! those of the OpenType specification 1.9.

/// A font, or the first font of a collection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sfnt<'a> {
    units_per_em: f64,
    /// Pairs of advance and bearing in `hmtx`; further glyphs share the last advance.
    n_pairs: usize,
    hmtx: &'a [u8],
    cmap: Subtable<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Subtable<'a> {
    /// Segments of the Basic Multilingual Plane.
    Format4(&'a [u8]),
    /// Groups of all of Unicode.
    Format12(&'a [u8]),
}

impl<'a> Sfnt<'a> {
    /// Reads a font file; `None` where a table is missing or cut short.
    pub(super) fn parse(data: &'a [u8]) -> Option<Self> {
        let start = if data.get(..4)? == b"ttcf" {
            u32_at(data, 12)? as usize
        } else {
            0
        };
        let table = |tag: &[u8; 4]| {
            let n = usize::from(u16_at(data, start + 4)?);
            let entry = (0..n)
                .map(|i| start + 12 + 16 * i)
                .find(|&at| data.get(at..at + 4) == Some(tag))?;
            let (offset, length) = (
                u32_at(data, entry + 8)? as usize,
                u32_at(data, entry + 12)? as usize,
            );
            data.get(offset..offset.checked_add(length)?)
        };
        let n_pairs = usize::from(u16_at(table(b"hhea")?, 34)?);
        let units_per_em = f64::from(u16_at(table(b"head")?, 18)?);
        let hmtx = table(b"hmtx")?;
        if units_per_em == 0.0 || n_pairs == 0 || hmtx.len() < 4 * n_pairs {
            return None;
        }
        Some(Self {
            units_per_em,
            n_pairs,
            hmtx,
            cmap: unicode_subtable(table(b"cmap")?)?,
        })
    }

    /// The glyph of `c`, if the font has one.
    pub(super) fn glyph(&self, c: char) -> Option<u16> {
        let glyph = match self.cmap {
            Subtable::Format4(table) => format4(table, u16::try_from(u32::from(c)).ok()?),
            Subtable::Format12(table) => format12(table, u32::from(c)),
        };
        glyph.filter(|&glyph| glyph != 0)
    }

    /// How far `glyph` moves the pen, in ems.
    pub(super) fn advance(&self, glyph: u16) -> f64 {
        let pair = usize::from(glyph).min(self.n_pairs - 1);
        u16_at(self.hmtx, 4 * pair).map_or(0.0, f64::from) / self.units_per_em
    }

    /// How far right of the pen `glyph` begins, in ems.
    pub(super) fn bearing(&self, glyph: u16) -> f64 {
        let glyph = usize::from(glyph);
        let at = if glyph < self.n_pairs {
            4 * glyph + 2
        } else {
            2 * (self.n_pairs + glyph)
        };
        u16_at(self.hmtx, at).map_or(0.0, |bits| f64::from(bits.cast_signed())) / self.units_per_em
    }
}

/// The subtable that covers most of Unicode.
fn unicode_subtable(cmap: &[u8]) -> Option<Subtable<'_>> {
    let n = usize::from(u16_at(cmap, 2)?);
    let read = |i: usize| {
        let at = 4 + 8 * i;
        let unicode = matches!(
            (u16_at(cmap, at)?, u16_at(cmap, at + 2)?),
            (0, 0..=6) | (3, 1 | 10)
        );
        let table = cmap.get(u32_at(cmap, at + 4)? as usize..)?;
        match u16_at(table, 0)? {
            4 if unicode => Some(Subtable::Format4(table)),
            12 if unicode => Some(Subtable::Format12(table)),
            _ => None,
        }
    };
    (0..n)
        .filter_map(read)
        .max_by_key(|table| matches!(table, Subtable::Format12(_)))
}

fn format4(table: &[u8], c: u16) -> Option<u16> {
    let n = usize::from(u16_at(table, 6)? / 2);
    let (ends, starts) = (14, 16 + 2 * n);
    let (deltas, offsets) = (starts + 2 * n, starts + 4 * n);
    let at = |base: usize, i: usize| u16_at(table, base + 2 * i);
    let segment = first_of(n, |i| at(ends, i).is_some_and(|end| end >= c));
    let (start, delta, offset) = (
        at(starts, segment)?,
        at(deltas, segment)?,
        at(offsets, segment)?,
    );
    if segment == n || c < start {
        return None;
    }
    if offset == 0 {
        return Some(c.wrapping_add(delta));
    }
    // The offset counts from where it is itself stored.
    let place = offsets + 2 * segment + usize::from(offset) + 2 * usize::from(c - start);
    u16_at(table, place)
        .filter(|&glyph| glyph != 0)
        .map(|glyph| glyph.wrapping_add(delta))
}

fn format12(table: &[u8], c: u32) -> Option<u16> {
    let n = u32_at(table, 12)? as usize;
    let at =
        |i: usize, field: usize| u32_at(table, i.checked_mul(12)?.checked_add(16 + 4 * field)?);
    let group = first_of(n, |i| at(i, 1).is_none_or(|end| end >= c));
    let (start, glyph) = (at(group, 0)?, at(group, 2)?);
    if group == n || c < start {
        return None;
    }
    u16::try_from(glyph.checked_add(c - start)?).ok()
}

/// The first of `0..n` that `holds` is true of, given that it is true of all after it; `n` if of none.
fn first_of(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    let bytes = data.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    let bytes = data.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `cmap` of format 4 that maps A–C to glyphs 5–7 by delta and 가 to glyph 9 by an array.
    fn segments() -> Vec<u8> {
        let words: [u16; 23] = [
            4,
            46,
            0,
            6,
            0,
            0,
            0, // format, length, language, 2·segments, search fields
            0x43,
            0xac00,
            0xffff, // ends
            0,      // padding
            0x41,
            0xac00,
            0xffff, // starts
            0_u16.wrapping_sub(0x41 - 5),
            0,
            1, // deltas
            0,
            4,
            0, // offsets
            9,
            0,
            0, // glyphs
        ];
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn format_4_is_read() {
        let table = segments();
        let glyphs = [0x40, 0x41, 0x43, 0x44, 0xac00, 0xac01].map(|c| format4(&table, c));
        assert_eq!(glyphs, [None, Some(5), Some(7), None, Some(9), None]);
        assert!((0..table.len()).all(|cut| format4(&table[..cut], 0xac00).is_none_or(|g| g == 9)));
    }

    #[test]
    fn format_12_is_read() {
        let longs: [u32; 7] = [0x000c_0000, 40, 0, 1, 0xac00, 0xd7a3, 100];
        let table: Vec<u8> = longs.iter().flat_map(|long| long.to_be_bytes()).collect();
        assert_eq!(format12(&table, 0xac05), Some(105));
        assert_eq!(format12(&table, 0x1f600), None);
        assert_eq!(format12(&table, 0x41), None);
    }

    #[test]
    fn what_is_no_font_is_refused() {
        for data in [
            &b""[..],
            b"ttcf",
            b"\0\x01\0\0\xff\xff",
            b"OTTO and then nothing of use",
        ] {
            assert!(Sfnt::parse(data).is_none());
        }
    }
}
