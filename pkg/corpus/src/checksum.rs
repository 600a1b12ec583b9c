//! The checksums that the builder fills in.

/// The ones' complement sum of RFC 1071. Every piece but the last has to be of even length.
#[derive(Clone, Copy, Default)]
pub(crate) struct Internet(u64);

impl Internet {
    /// The sum with `bytes` added.
    #[must_use]
    pub(crate) fn add(self, bytes: &[u8]) -> Self {
        let words = bytes.chunks(2).map(|pair| match *pair {
            [high, low] => u64::from(u16::from_be_bytes([high, low])),
            [high] => u64::from(high) << 8,
            _ => 0,
        });
        Self(self.0 + words.sum::<u64>())
    }

    /// The value for the checksum field.
    #[must_use]
    pub(crate) fn finish(self) -> u16 {
        let mut sum = self.0;
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        !(sum as u16)
    }
}

/// CRC-32C (Castagnoli) as SCTP uses it (RFC 9260, appendix A).
#[must_use]
pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    const REFLECTED_POLYNOMIAL: u32 = 0x82f6_3b78;
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ (REFLECTED_POLYNOMIAL * (crc & 1)))
    })
}

#[cfg(test)]
mod tests;
