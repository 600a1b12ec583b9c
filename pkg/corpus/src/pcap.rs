//! Classic capture files (draft-ietf-opsawg-pcap), which every tool reads.

use std::{
    io::{self, Write},
    time::Duration,
};

use crate::LinkType;

/// What the fraction of a second is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Microseconds: the format as it began.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

/// Writes frames of one link type to a capture file.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    resolution: Resolution,
}

impl<W: Write> Writer<W> {
    /// A file with its header written.
    ///
    /// # Errors
    /// Where `out` fails.
    pub fn new(mut out: W, link: LinkType, resolution: Resolution) -> io::Result<Self> {
        const VERSION: [u16; 2] = [2, 4];
        // The largest that Wireshark takes.
        const SNAPSHOT_LENGTH: u32 = 262_144;
        let magic: u32 = match resolution {
            Resolution::Microseconds => 0xa1b2_c3d4,
            Resolution::Nanoseconds => 0xa1b2_3c4d,
        };
        let link: u32 = match link {
            LinkType::Ethernet => 1,
            LinkType::RawIp => 101,
        };
        out.write_all(&magic.to_le_bytes())?;
        out.write_all(&VERSION.map(u16::to_le_bytes).concat())?;
        let (zone, accuracy) = (0, 0);
        out.write_all(&[zone, accuracy, SNAPSHOT_LENGTH, link].map(u32::to_le_bytes).concat())?;
        Ok(Self { out, resolution })
    }

    /// Adds a frame that was seen `time` after 1970, all of its bytes captured.
    ///
    /// # Errors
    /// Where `out` fails, or the frame or the time cannot be expressed in the file.
    pub fn frame(&mut self, time: Duration, bytes: &[u8]) -> io::Result<()> {
        let seconds = u32::try_from(time.as_secs()).map_err(io::Error::other)?;
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let fraction = match self.resolution {
            Resolution::Microseconds => time.subsec_micros(),
            Resolution::Nanoseconds => time.subsec_nanos(),
        };
        self.out.write_all(&[seconds, fraction, length, length].map(u32::to_le_bytes).concat())?;
        self.out.write_all(bytes)
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Where `out` fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

#[cfg(test)]
mod tests;
