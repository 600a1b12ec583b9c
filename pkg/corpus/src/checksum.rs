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
mod tests {
    use super::{Internet, crc32c};

    /// RFC 1071, 3: the sum of these bytes is ddf2.
    #[test]
    fn internet_checksum_of_the_rfc() {
        let sum = Internet::default().add(&[0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7]);
        assert_eq!(sum.finish(), !0xddf2);
    }

    #[test]
    fn internet_checksum_pads_an_odd_end_with_zero() {
        let odd = Internet::default().add(&[0x12, 0x34, 0x56]);
        let even = Internet::default().add(&[0x12, 0x34, 0x56, 0x00]);
        assert_eq!(odd.finish(), even.finish());
    }

    /// The check value of the CRC catalogues.
    #[test]
    fn crc32c_check_value() {
        assert_eq!(crc32c(b"123456789"), 0xe306_9283);
    }
}
