//! Tunnels: for each frame, what the parser says of the innermost packet and of the tunnels around it against what tshark
//! shows, field by field.

mod columns;
mod pdml;
mod rules;
mod walk;

use columns::{TUNNEL_COLUMNS, TunnelColumn};
use rules::RULES;
use walk::Walk;
use xdplive_corpus::{LinkType, Sample, tunnels};
use xdplive_packet::{
    Headers, Layers, Tunnel, Wire,
    parse::tunnel::{descend, may_carry},
    parse_into,
};

use crate::{
    comparison::{Difference, Tally},
    fields::FIELDS,
};

const SEED: u64 = 20_261_130;
const FRAMES: usize = 10_000;
/// How often at least both sides have a value, for each field.
const VALUES: usize = 100;

/// The headers of the innermost packet, and the tunnels around it.
fn innermost(sample: &Sample) -> (Headers, Tunnel) {
    let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
    let mut frame = sample.bytes.as_slice();
    parse_into(&mut frame, &Wire::new(sample.link), &mut headers, &mut layers);
    if !may_carry(&headers, &layers) {
        return (headers, Tunnel::NONE);
    }
    let inside = descend(&mut frame, &headers, &layers);
    (inside.headers, inside.tunnel)
}

#[test]
fn every_field_of_what_is_carried_is_what_wireshark_says() {
    let (ethernet, raw): (Vec<_>, Vec<_>) =
        tunnels(SEED, FRAMES).partition(|sample| sample.link == LinkType::Ethernet);
    let mut tally = Tally::new(RULES);
    let mut compared = 0;

    for (link, samples) in [(LinkType::Ethernet, ethernet), (LinkType::RawIp, raw)] {
        let dissections = pdml::dissect(link, &samples);
        assert_eq!(samples.len(), dissections.len(), "tshark has to answer for every frame");
        for (sample, layers) in samples.iter().zip(&dissections) {
            compared += 1;
            let (headers, tunnel) = innermost(sample);
            let walk = Walk::through(layers);
            let of_packet =
                FIELDS.iter().map(|field| (field.name, (field.ours)(&headers), walk.field(field.name)));
            let of_tunnels = TUNNEL_COLUMNS
                .iter()
                .map(|TunnelColumn { name, ours, theirs }| (*name, ours(&tunnel), theirs(&walk)));
            for (field, ours, theirs) in of_packet.chain(of_tunnels) {
                let (headers, dissection) = (&headers, layers.as_slice());
                tally.compare(Difference { field, ours, theirs, sample, headers, dissection });
            }
        }
    }

    tally.assert_explained();
    assert_eq!(compared, FRAMES);
    for name in FIELDS.iter().map(|field| field.name).chain(TUNNEL_COLUMNS.iter().map(|column| column.name)) {
        let values = tally.agreed(name);
        // The corpus has no IEEE 802.3 frames in tunnels but by accident.
        assert!(values >= VALUES || name == "length_field", "{name}: only {values} values were compared");
    }
}
