//! Frames, tables for filters, and that both decide the same.

use xdplive_corpus::{generate, generate::tunnels};
use xdplive_filter::{
    Bytes, Environment, Filter, Packet, Term,
    tables::{self, CapacityError, Own, Slot},
};
use xdplive_packet::{
    Headers, Layers, LinkType, Wire,
    accounting::{Configuration, Limit},
    classify::{self, Computed, Tables, Verdict},
    event::Direction,
    parse::{parse_into, tunnel::descend},
};

/// What tables are built into, and what of a configuration is.
#[derive(Clone, Copy, bytemuck::Zeroable)]
pub(crate) struct Rules {
    pub(crate) configuration: Configuration,
    pub(crate) tables: Tables,
}

/// A packet, and what is read from its bytes.
struct Seen {
    headers: Headers,
    layers: Layers,
    computed: Computed,
}

/// A frame, and the packets in it.
pub(crate) struct Sample {
    bytes: Vec<u8>,
    /// The packet as it is on the wire.
    outer: Seen,
    /// The innermost packet that it carries; itself where it carries none.
    inner: Seen,
    frame_length: u32,
    link: LinkType,
}

impl Sample {
    pub(crate) fn new(link: LinkType, bytes: &[u8]) -> Self {
        let mut frame = bytes;
        let (mut headers, mut layers) = (Headers::EMPTY, Layers::EMPTY);
        parse_into(&mut frame, &Wire::new(link), &mut headers, &mut layers);
        let inside = descend(&mut frame, &headers, &layers);
        let seen = |headers, layers, levels| {
            let mut computed = Computed::NONE;
            computed.fill(&headers, &layers, &inside.tunnel, levels);
            Seen { headers, layers, computed }
        };
        Self {
            bytes: bytes.to_vec(),
            outer: seen(headers, layers, Computed::OUTER),
            inner: seen(inside.headers, inside.layers, Computed::INNER),
            frame_length: u32::try_from(bytes.len()).unwrap(),
            link,
        }
    }

    const fn seen(&self, inner: bool) -> &Seen {
        if inner { &self.inner } else { &self.outer }
    }

    /// As filters see it.
    pub(crate) fn packet(&self, inner: bool, direction: Direction) -> Packet<'_> {
        let Seen { headers, layers, computed } = self.seen(inner);
        let bytes = Some(Bytes { frame: &self.bytes, layers, computed });
        Packet { headers, frame_length: self.frame_length, direction, bytes }
    }

    /// What the tables say of it, as the kernel programs ask them: first with the terms about the packet on the wire, then
    /// with those about the innermost one.
    fn verdict(&self, rules: &Rules, direction: Direction) -> Verdict {
        let live = rules.configuration.live[direction as usize];
        let of_inner = rules.configuration.inner;
        let left = |inner: bool| {
            let asked = [0, 1].map(|half| live[half] & if inner { of_inner[half] } else { !of_inner[half] });
            let Seen { headers, layers, computed } = self.seen(inner);
            let mut left = classify::fields(&rules.tables, headers, self.frame_length, asked);
            if classify::asks_for_more(&rules.tables, left) {
                classify::extracted(&rules.tables, layers, computed, &mut &*self.bytes, &mut left);
                classify::paired(&rules.tables, headers, &mut left);
            }
            left
        };
        let (outer, inner) = (left(false), left(true));
        classify::verdict(&rules.tables, [outer[0] | inner[0], outer[1] | inner[1]])
    }
}

pub(crate) fn corpus() -> Vec<Sample> {
    let ethernet = generate(7, 2400).map(|frame| Sample::new(LinkType::Ethernet, &frame.bytes));
    let raw = generate(8, 300).filter_map(|frame| Some(Sample::new(LinkType::RawIp, frame.bytes.get(14..)?)));
    ethernet.chain(raw).collect()
}

/// Frames of every kind that has to do with tunnels.
pub(crate) fn tunnelled() -> Vec<Sample> {
    tunnels(9, 1200).map(|frame| Sample::new(frame.link, &frame.bytes)).collect()
}

/// A slot of the test: a filter, its terms, and the ways wanted.
pub(crate) struct Wanted {
    pub(crate) filter: Filter,
    pub(crate) terms: Vec<Term>,
    pub(crate) directions: Vec<Direction>,
    /// Whether the filter is about the innermost packet.
    pub(crate) inner: bool,
}

pub(crate) fn wanted(text: &str, directions: &[Direction], environment: &Environment) -> Wanted {
    let filter = Filter::parse(text).unwrap();
    let terms = filter.terms(environment).unwrap();
    Wanted { filter, terms, directions: directions.to_vec(), inner: false }
}

pub(crate) fn build(slots: &[Wanted]) -> Result<Box<Rules>, CapacityError> {
    build_with(slots, None)
}

pub(crate) fn build_with(slots: &[Wanted], own: Option<Own<'_>>) -> Result<Box<Rules>, CapacityError> {
    let mut rules: Box<Rules> = bytemuck::zeroed_box();
    rules.configuration = Configuration::idle(LinkType::Ethernet, 0);
    let slots: Vec<Slot<'_>> = (0..)
        .zip(slots)
        .map(|(number, wanted)| Slot {
            number,
            terms: &wanted.terms,
            directions: &wanted.directions,
            inner: wanted.inner,
            limit: Limit::PerSecond(number),
        })
        .collect();
    let Rules { configuration, tables } = &mut *rules;
    tables::build(&slots, own, configuration, tables)?;
    Ok(rules)
}

/// Requires of each packet that the tables name exactly the slots whose filter wants it.
pub(crate) fn assert_agreement(slots: &[Wanted], samples: &[Sample], environment: &Environment) {
    assert_agreement_with(slots, None, samples, environment);
}

/// The same beside a filter for own traffic, and that exactly its packets are recognised, in the directions that a
/// slot wants. Returns how many are, by direction.
pub(crate) fn assert_agreement_with(
    slots: &[Wanted],
    own: Option<(&Filter, u64)>,
    samples: &[Sample],
    environment: &Environment,
) -> [usize; 2] {
    let terms = own.map(|(filter, _)| filter.terms(environment).unwrap()).unwrap_or_default();
    let rules = build_with(slots, own.map(|(_, hiding)| Own { terms: &terms, hiding })).unwrap();
    assert_eq!(rules.configuration.hiding, own.map_or(0, |(_, hiding)| hiding));
    let mut recognised = [0; 2];
    for sample in samples {
        for direction in Direction::ALL {
            let Verdict { slots: found, own: is_own } = sample.verdict(&rules, direction);
            for (number, wanted) in slots.iter().enumerate() {
                let packet = sample.packet(wanted.inner, direction);
                let expected =
                    wanted.directions.contains(&direction) && wanted.filter.matches(&packet, environment);
                let Sample { link, bytes, .. } = sample;
                assert_eq!(found >> number & 1 == 1, expected, "{} {link:?}: {bytes:02x?}", wanted.filter);
            }
            let packet = sample.packet(false, direction);
            let expected = slots.iter().any(|wanted| wanted.directions.contains(&direction))
                && own.is_some_and(|(filter, _)| filter.matches(&packet, environment));
            assert_eq!(is_own, expected, "own: {direction:?} {:?}: {:?}", sample.link, packet.headers);
            recognised[direction as usize] += usize::from(is_own);
        }
    }
    recognised
}
