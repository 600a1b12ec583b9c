//! Service names, from `data/services.tsv`.

use std::{collections::HashMap, sync::LazyLock};

use crate::syntax::Transport;

/// A registered service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Service {
    pub(crate) port: u16,
    /// What it is registered for.
    pub(crate) transports: Vec<Transport>,
}

static SERVICES: LazyLock<HashMap<&str, Service>> =
    LazyLock::new(|| include_str!("../../data/services.tsv").lines().filter_map(entry).collect());

/// The service with this name, in any case.
pub(crate) fn service(name: &str) -> Option<&'static Service> {
    SERVICES.get(name.to_ascii_lowercase().as_str())
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
