//! The columns of interfaces: their states, and what kernel and cards have counted in one interval after the other.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use xdplive_source::LinkCounters;

use super::{Cells, Column as _, optional, rounded};

columns! {
    /// A column of interfaces.
    InterfaceColumn of [InterfaceRow], counted by <[InterfaceRow]>::len, written by write_rows;
    Time "time" Time false 14 "End of the interval";
    Interface "interface" String false 18 "Interface";
    State "state" String false 16 "Operational state: up, down, lowerlayerdown, unknown, …; absent where the interface has gone";
    Speed "speed" Count true 20 "Speed of the link in each direction, bits per second; null where nobody knows" in "bps";
    InBits "in_bits" Decimal true 20 "Bits received, per second" in "bps";
    OutBits "out_bits" Decimal true 20 "Bits sent, per second" in "bps";
    InPackets "in_packets" Count true 20 "Packets received in the interval";
    OutPackets "out_packets" Count true 20 "Packets sent in the interval";
    InDropped "in_dropped" Count true 20 "Received packets that kernel or card dropped in the interval";
    OutDropped "out_dropped" Count true 20 "Packets to be sent that the device dropped in the interval";
    InErrors "in_errors" Count true 20 "Received packets with errors in the interval";
    OutErrors "out_errors" Count true 20 "Packets that could not be sent for errors in the interval";
    UtilisationIn "utilisation_in" Decimal true 20 "Bits received, percent of the link's speed; null where that is not known" in "percent";
    UtilisationOut "utilisation_out" Decimal true 20 "Bits sent, percent of the link's speed; null where that is not known" in "percent";
    CarrierChanges "carrier_changes" Count true 20 "How often the link came up or went down in the interval";
    QueueDropped "queue_dropped" Count true 20 "Packets to be sent that a queueing discipline dropped in the interval";
    + InMissed "in_missed" Count true 20 "Those of in_dropped that the card dropped, before anything could see them";
    + Host "host" String false 66 "Name of the machine of the interface; shown where it is asked for by name";
}

/// What an interface is like, and what was counted of it in an interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceRow {
    /// End of the interval, ms since 1970.
    pub time: i64,
    /// The host's name.
    pub host: Arc<str>,
    /// The interface's name.
    pub interface: Arc<str>,
    /// Its operational state, or [`ABSENT`].
    pub state: Arc<str>,
    /// Speed of the link, bits a second.
    pub speed: Option<u64>,
    /// What was counted in an interval of this length; `None` where nobody has looked before, or it is not there.
    pub counted: Option<(Duration, LinkCounters)>,
}

/// The state of an interface that is not there.
pub const ABSENT: &str = "absent";

impl InterfaceRow {
    /// What tells its interface from others, which are of the same host or, `of_several`, of any.
    #[must_use]
    pub fn labels(&self, of_several: bool) -> BTreeMap<&'static str, String> {
        let mut labels = BTreeMap::from([(InterfaceColumn::Interface.name(), self.interface.to_string())]);
        labels.extend(of_several.then(|| (InterfaceColumn::Host.name(), self.host.to_string())));
        labels
    }

    /// Whether these are of more than one host.
    #[must_use]
    pub fn are_of_several_hosts(rows: &[Self]) -> bool {
        rows.first().is_some_and(|first| rows.iter().any(|row| row.host != first.host))
    }

    /// Bits a second of so many bytes.
    fn rate(&self, bytes: impl Fn(&LinkCounters) -> u64) -> Option<f64> {
        let (length, counters) = self.counted.as_ref()?;
        // An interval without length has no packets.
        Some(8.0 * bytes(counters) as f64 / length.as_secs_f64().max(f64::MIN_POSITIVE))
    }

    /// The same as percent of the link's speed, to a millionth: of a fast link a percent is much.
    fn utilisation(&self, bytes: impl Fn(&LinkCounters) -> u64) -> Option<f64> {
        let speed = self.speed.filter(|speed| *speed > 0)?;
        Some((100.0 * self.rate(bytes)? / speed as f64 * 1e6).round() / 1e6)
    }
}

impl InterfaceColumn {
    fn write_rows<C: Cells>(self, rows: &[InterfaceRow], cells: &mut C) {
        for row in rows {
            self.write_row(row, cells);
        }
    }

    fn write_row<C: Cells>(self, row: &InterfaceRow, cells: &mut C) {
        let counted =
            |count: fn(&LinkCounters) -> u64| row.counted.as_ref().map(|(_, counters)| count(counters));
        let (received, sent) =
            (|counters: &LinkCounters| counters.in_bytes, |counters: &LinkCounters| counters.out_bytes);
        let count = |value: Option<u64>, cells: &mut C| match value {
            Some(count) => cells.count(count),
            None => cells.null(),
        };
        let decimal = |value: Option<f64>, cells: &mut C| match value {
            Some(number) => cells.decimal(number),
            None => cells.null(),
        };
        match self {
            Self::Time => cells.time(row.time),
            Self::Interface => cells.text(&row.interface),
            Self::State => optional(Some(&row.state), cells),
            Self::Speed => count(row.speed, cells),
            Self::InBits => decimal(row.rate(received).map(rounded), cells),
            Self::OutBits => decimal(row.rate(sent).map(rounded), cells),
            Self::InPackets => count(counted(|of| of.in_packets), cells),
            Self::OutPackets => count(counted(|of| of.out_packets), cells),
            Self::InDropped => count(counted(|of| of.in_dropped), cells),
            Self::OutDropped => count(counted(|of| of.out_dropped), cells),
            Self::InErrors => count(counted(|of| of.in_errors), cells),
            Self::OutErrors => count(counted(|of| of.out_errors), cells),
            Self::UtilisationIn => decimal(row.utilisation(received), cells),
            Self::UtilisationOut => decimal(row.utilisation(sent), cells),
            Self::CarrierChanges => count(counted(|of| of.carrier_changes), cells),
            Self::QueueDropped => count(counted(|of| of.queue_dropped), cells),
            Self::InMissed => count(counted(|of| of.in_missed), cells),
            Self::Host => cells.text(&row.host),
        }
    }
}

#[cfg(test)]
mod tests;
