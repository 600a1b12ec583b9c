//! Percent of a link's speed: of which link something is, and of which links no speed is known.

use std::sync::Arc;

use xdplive_source::{Group, GroupBy, InterfaceSet, Interfaces, Source};

use crate::query::{Measure, Query};

/// Links that a notice names at most.
const NAMED: usize = 5;

/// The speeds of links as they are now, for what was counted of a query.
#[derive(Clone, Debug, Default)]
pub struct LinkSpeeds {
    /// `None` where nobody asks for them, and of several hosts, whose links may have the same name.
    interfaces: Option<Arc<Interfaces>>,
    /// The link that all packets are of, where there is one.
    only: Option<String>,
}

impl LinkSpeeds {
    /// The speeds that `query` is about; none where it measures something else.
    #[must_use]
    pub fn of(query: &Query, source: &dyn Source) -> Self {
        if query.measure != Measure::Utilisation {
            return Self::default();
        }
        let interfaces = (source.hosts().len() == 1).then(|| source.interfaces());
        Self { interfaces, only: only(query) }
    }

    /// The speed of the link that a group's packets are of, bits a second in each direction; of what is in no group, that of
    /// the query's only link.
    #[must_use]
    pub fn of_group(&self, group: Option<&Group>) -> Option<u64> {
        let name = match group {
            Some(Group::Interface(name)) => name,
            _ => self.only.as_deref()?,
        };
        self.interfaces.as_ref()?.get(name)?.speed
    }
}

/// The link that all packets are of, where there is one.
fn only(query: &Query) -> Option<String> {
    match &query.interfaces {
        InterfaceSet::Named(names) if query.group_by != Some(GroupBy::Interface) && names.len() == 1 => {
            names.first().cloned()
        }
        _ => None,
    }
}

/// Whether of both directions the one is measured that has more bytes.
#[must_use]
pub fn is_of_busier(query: &Query) -> bool {
    query.measure == Measure::Utilisation
        && query.direction.len() > 1
        && matches!(query.group_by, None | Some(GroupBy::Interface))
}

/// Whether what is in none of the groups shown is of no link by itself.
#[must_use]
pub fn has_no_other(query: &Query) -> bool {
    query.measure == Measure::Utilisation && query.group_by == Some(GroupBy::Interface)
}

/// Which links have no series, because their speed is not known. `None` where all are, and where nobody asks.
#[must_use]
pub fn unknown(query: &Query, source: &dyn Source) -> Option<String> {
    if query.measure != Measure::Utilisation {
        return None;
    }
    if source.hosts().len() > 1 {
        return Some("Utilisation is not known where the packets are of several machines.".to_owned());
    }
    let interfaces = source.interfaces();
    let unknown: Vec<&str> = interfaces
        .iter()
        .filter(|one| query.interfaces.contains(&one.name, one.uplink))
        .filter(|one| one.link.layout().is_some() && one.speed.is_none())
        .map(|one| one.name.as_str())
        .collect();
    let (names, more) =
        (unknown.iter().take(NAMED).copied().collect::<Vec<_>>(), unknown.len().saturating_sub(NAMED));
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let why = "the link is down, or the device, as many virtual ones, does not say it";
    (!unknown.is_empty()).then(|| {
        format!("No utilisation of {}{more}: the kernel does not know the speed ({why}).", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use xdplive_source::{Interface, Link};

    use super::*;
    use crate::{settings::LimitCeiling, tests::machine};

    fn query(json: &str) -> Query {
        let json = format!(r#"{{"kind":"rates","measure":"utilisation",{json}}}"#);
        Query::parse(json.as_bytes(), &machine(), LimitCeiling::None).unwrap()
    }

    fn speeds(json: &str) -> LinkSpeeds {
        let query = query(json);
        let link = |name, index, speed| Interface { speed, ..Interface::new(name, index, Link::Ethernet) };
        let all: Interfaces =
            [link("eth0", 1, Some(1_000_000_000)), link("lo", 2, None)].into_iter().collect();
        LinkSpeeds { interfaces: Some(Arc::new(all)), only: only(&query) }
    }

    #[test]
    fn everything_of_one_link_is_measured_by_its_speed() {
        let one = speeds(r#""interfaces":["eth0"],"groupBy":"protocol","direction":"in""#);
        let gigabit = Some(1_000_000_000);
        assert_eq!([one.of_group(None), one.of_group(Some(&Group::Protocol(Some(6))))], [gigabit; 2]);
        let each = speeds(r#""interfaces":["any"],"groupBy":"interface""#);
        let of = |name: &str| each.of_group(Some(&Group::Interface(name.into())));
        assert_eq!([of("eth0"), of("lo"), of("gone"), each.of_group(None)], [gigabit, None, None, None]);
        assert_eq!(LinkSpeeds::default().of_group(None), None);
    }

    #[test]
    fn both_directions_have_the_whole_speed() {
        for (json, expected) in [
            (r#""interfaces":["eth0"]"#, true),
            (r#""interfaces":["eth0"],"direction":"in""#, false),
            (r#""interfaces":["any"],"groupBy":"interface""#, true),
            (r#""interfaces":["eth0"],"groupBy":"direction""#, false),
            (r#""interfaces":["eth0"],"groupBy":"source","direction":"out""#, false),
        ] {
            assert_eq!(is_of_busier(&query(json)), expected, "{json}");
        }
    }
}
