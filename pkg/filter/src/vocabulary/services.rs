//! Service names, from `data/services.tsv`.

use std::{collections::HashMap, sync::LazyLock};

use super::protocols::Transport;

/// A registered service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) port: u16,
    /// What it is registered for.
    pub(crate) transports: Vec<Transport>,
}

static LIST: LazyLock<Vec<(&str, Service)>> =
    LazyLock::new(|| include_str!("../../data/services.tsv").lines().filter_map(entry).collect());

static BY_NAME: LazyLock<HashMap<&str, &Service>> =
    LazyLock::new(|| LIST.iter().map(|(name, service)| (*name, service)).collect());

/// The first name of each port and protocol number.
static BY_PORT: LazyLock<HashMap<(u16, u8), &str>> = LazyLock::new(|| {
    let mut names = HashMap::new();
    for (name, service) in LIST.iter() {
        for transport in &service.transports {
            names.entry((service.port, transport.number())).or_insert(*name);
        }
    }
    names
});

/// The service with this name, in any case.
pub(crate) fn service(name: &str) -> Option<&'static Service> {
    BY_NAME.get(name.to_ascii_lowercase().as_str()).copied()
}

/// Every service with its name, in the file's order.
pub(crate) fn all() -> &'static [(&'static str, Service)] {
    &LIST
}

/// The first name of a port, registered for `transport` where there is one.
pub(crate) fn name(port: u16, transport: Option<Transport>) -> Option<&'static str> {
    let fits = |service: &Service| {
        service.port == port && transport.is_none_or(|transport| service.transports.contains(&transport))
    };
    LIST.iter().find(|(_, service)| fits(service)).map(|(name, _)| *name)
}

/// The same for one transport, of which many ports are asked for.
pub(crate) fn name_of(port: u16, transport: Transport) -> Option<&'static str> {
    BY_PORT.get(&(port, transport.number())).copied()
}

/// Name, port, protocols, separated by tabs; nothing of a comment.
fn entry(line: &str) -> Option<(&str, Service)> {
    let mut cells = line.split('\t');
    let (name, port, protocols) = (cells.next()?, cells.next()?.parse().ok()?, cells.next()?);
    let named = |protocol: &str| Transport::ALL.into_iter().find(|transport| transport.name() == protocol);
    let transports = protocols.split(',').map(named).collect::<Option<_>>()?;
    Some((name, Service { port, transports }))
}

#[cfg(test)]
mod tests;
