//! Packets as a pcapng file (draft-ietf-opsawg-pcapng), for Wireshark and its like.
//!
//! The file comes piece by piece: what has been written is [taken](File::take) and sent.

use std::{borrow::Cow, time::Duration};

use pcap_file::{
    DataLink, Endianness,
    pcapng::{
        PcapNgWriteError, PcapNgWriter,
        blocks::{
            enhanced_packet::{EnhancedPacketBlock, EnhancedPacketOption},
            interface_description::{
                InterfaceDescriptionBlock, InterfaceDescriptionOption, InterfaceTsResolution,
            },
            interface_statistics::{InterfaceStatisticsBlock, InterfaceStatisticsOption},
            opt_common::CommonOption,
            section_header::{SectionHeaderBlock, SectionHeaderOption},
        },
    },
};
use thiserror::Error;
use xdplive_packet::{
    Hook, LinkType,
    event::{Direction, MAX_HEADER_BYTES},
};
use xdplive_source::{Batch, Captured, Row, Tally};

use crate::masks::Masks;

/// Bytes of a VLAN tag.
const TAG: usize = 4;
/// Where a VLAN tag stands in an Ethernet frame: behind the addresses.
const TAG_AT: usize = 12;
/// Bytes of a packet in the file at most: what a kernel program reports, and a tag.
const SNAP_LENGTH: u32 = (MAX_HEADER_BYTES + TAG) as u32;
/// Bytes of an enhanced packet block beside the packet: 12 around every block, 20 of fields, 8 for the direction, 4 for
/// the end of options.
const AROUND_PACKET: u64 = 44;
/// Bytes in the file that one packet takes at most.
pub const PACKET_BLOCK_MAX: usize = AROUND_PACKET as usize + (SNAP_LENGTH as usize).next_multiple_of(4);

/// What does not fit the format; it has room for all that can come.
#[derive(Debug, Error)]
#[error("the pcapng file cannot be written: {0}")]
pub struct WriteError(#[from] PcapNgWriteError);

/// Where a file comes from.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The machine's architecture, such as `x86_64`.
    pub hardware: &'a str,
    /// Its kernel, such as `Linux 6.12`.
    pub system: &'a str,
    /// The filter; empty for none.
    pub filter: &'a str,
}

/// A file that is being written.
pub struct File {
    writer: PcapNgWriter<Vec<u8>>,
    filter: String,
    /// By number in the file.
    interfaces: Vec<Described>,
    /// Bytes that the file may have.
    most: Option<u64>,
    /// Bytes that have been taken.
    taken: u64,
    /// The packet at hand, where it has to be put together.
    packet: Vec<u8>,
    masks: Masks,
}

/// An interface that the file speaks of.
struct Described {
    name: String,
    /// Packets in the file.
    packets: u64,
}

impl File {
    /// A file without packets. No packet makes it longer than `most` bytes.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn new(origin: Origin<'_>, most: Option<u64>) -> Result<Self, WriteError> {
        let application = concat!("XDP Live ", env!("CARGO_PKG_VERSION"));
        let section = SectionHeaderBlock {
            endianness: Endianness::Little,
            options: vec![
                SectionHeaderOption::Hardware(Cow::Borrowed(origin.hardware)),
                SectionHeaderOption::OS(Cow::Borrowed(origin.system)),
                SectionHeaderOption::UserApplication(Cow::Borrowed(application)),
            ],
            ..SectionHeaderBlock::default()
        };
        Ok(Self {
            writer: PcapNgWriter::with_section_header(Vec::new(), section)?,
            filter: origin.filter.to_owned(),
            interfaces: Vec::new(),
            most,
            taken: 0,
            packet: Vec::new(),
            masks: Masks::NONE,
        })
    }

    /// The same file, whose packets show so much of their addresses.
    #[must_use]
    pub fn masked(self, masks: Masks) -> Self {
        Self { masks, ..self }
    }

    /// Describes an interface, unless that has been done, and returns its number.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn interface(&mut self, name: &str, link: LinkType) -> Result<usize, WriteError> {
        if let Some(number) = self.interfaces.iter().position(|one| one.name == name) {
            return Ok(number);
        }
        let linktype = match link {
            LinkType::Ethernet => DataLink::ETHERNET,
            LinkType::RawIp => DataLink::RAW,
        };
        let mut options = vec![
            InterfaceDescriptionOption::IfName(Cow::Borrowed(name)),
            InterfaceDescriptionOption::IfTsResol(InterfaceTsResolution::NANO),
        ];
        if !self.filter.is_empty() {
            // The first byte says that it is text in libpcap's language.
            let text = [&[0], self.filter.as_bytes()].concat();
            options.push(InterfaceDescriptionOption::IfFilter(Cow::Owned(text)));
        }
        if link == LinkType::Ethernet {
            // No hook sees the check sequence; without this readers guess.
            options.push(InterfaceDescriptionOption::IfFcsLen(0));
        }
        self.writer.write_pcapng_block(InterfaceDescriptionBlock {
            linktype,
            snaplen: SNAP_LENGTH,
            options,
        })?;
        self.interfaces.push(Described { name: name.to_owned(), packets: 0 });
        Ok(self.interfaces.len() - 1)
    }

    /// Writes the packet of a row of `batch`, from an interface with frames of this kind. Returns whether there was
    /// room.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn packet(&mut self, batch: &Batch, row: &Row, link: LinkType) -> Result<bool, WriteError> {
        let number = self.interface(batch.names.interface(row.origin), link)?;
        let captured = batch.captured(row).unwrap_or(Captured { bytes: &[], tag: None });
        let mut packet = std::mem::take(&mut self.packet);
        on_the_wire(captured, &mut packet);
        self.masks.frame(link, &mut packet);
        let length = AROUND_PACKET + packet.len().next_multiple_of(4) as u64;
        let fits = self.most.is_none_or(|most| self.length() + length <= most);
        if fits {
            self.write(number, batch, row, &packet)?;
        }
        self.packet = packet;
        Ok(fits)
    }

    fn write(&mut self, number: usize, batch: &Batch, row: &Row, packet: &[u8]) -> Result<(), WriteError> {
        let event = &row.event;
        let length = u32::try_from(packet.len()).unwrap_or(SNAP_LENGTH);
        // Bits 0 and 1: 1 is inbound, 2 outbound, 0 unknown.
        let flags = match Hook::from_raw(event.hook).map(Hook::direction) {
            Some(Direction::In) => 1,
            Some(Direction::Out) => 2,
            None => 0,
        };
        self.writer.write_pcapng_block(EnhancedPacketBlock {
            interface_id: u32::try_from(number).unwrap_or_default(),
            timestamp: since_1970(batch.time(row)),
            original_len: event.frame_length.max(length),
            data: Cow::Borrowed(packet),
            options: vec![EnhancedPacketOption::Flags(flags)],
        })?;
        if let Some(interface) = self.interfaces.get_mut(number) {
            interface.packets += 1;
        }
        Ok(())
    }

    /// Writes what became of the packets at an interface between two moments, in nanoseconds since 1970. What was
    /// delivered and is not in the file counts as thinned: it was left out to keep to a bound.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn statistics(
        &mut self,
        name: &str,
        link: LinkType,
        tally: Tally,
        [begin, end]: [i64; 2],
    ) -> Result<(), WriteError> {
        let number = self.interface(name, link)?;
        let written = self.interfaces.get(number).map_or(0, |interface| interface.packets);
        let Tally { seen, unmatched, thinned, lost, delivered } = within(tally, written);
        let comment =
            format!("seen={seen} unmatched={unmatched} thinned={thinned} lost={lost} delivered={delivered}");
        self.writer.write_pcapng_block(InterfaceStatisticsBlock {
            interface_id: u32::try_from(number).unwrap_or_default(),
            timestamp: since_1970(end),
            options: vec![
                InterfaceStatisticsOption::Common(CommonOption::Comment(Cow::Owned(comment))),
                InterfaceStatisticsOption::IsbStartTime(since_1970(begin)),
                InterfaceStatisticsOption::IsbEndTime(since_1970(end)),
                InterfaceStatisticsOption::IsbIfRecv(seen),
                // As dumpcap does, and where Wireshark looks for it.
                InterfaceStatisticsOption::IsbIfDrop(lost),
                InterfaceStatisticsOption::IsbFilterAccept(seen.saturating_sub(unmatched)),
                InterfaceStatisticsOption::IsbUsrDeliv(delivered),
            ],
        })?;
        Ok(())
    }

    /// Packets in the file.
    #[must_use]
    pub fn packets(&self) -> u64 {
        self.interfaces.iter().map(|interface| interface.packets).sum()
    }

    /// What has been written since it was last asked for.
    pub fn take(&mut self) -> Vec<u8> {
        let piece = std::mem::take(self.writer.get_mut());
        self.taken += piece.len() as u64;
        piece
    }

    /// Bytes of the file so far.
    fn length(&self) -> u64 {
        self.taken + self.writer.get_ref().len() as u64
    }
}

/// A tally where only `written` of the packets delivered were kept.
#[must_use]
pub fn within(tally: Tally, written: u64) -> Tally {
    let surplus = tally.delivered.saturating_sub(written);
    Tally { thinned: tally.thinned + surplus, delivered: tally.delivered - surplus, ..tally }
}

/// The packet with the tag that was taken off put back.
fn on_the_wire(captured: Captured<'_>, packet: &mut Vec<u8>) {
    packet.clear();
    match (captured.tag, captured.bytes.split_at_checked(TAG_AT)) {
        (Some(tag), Some((addresses, rest))) => {
            packet.extend_from_slice(addresses);
            packet.extend(tag.into_iter().flat_map(u16::to_be_bytes));
            packet.extend_from_slice(rest);
        }
        _ => packet.extend_from_slice(captured.bytes),
    }
}

fn since_1970(nanoseconds: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or_default())
}

#[cfg(test)]
mod tests;
