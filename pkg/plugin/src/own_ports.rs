//! The ports over which Grafana delivers what is captured.

use tonic::transport::Uri;
use tracing::warn;
use xdplive_capture::own::{self, OwnError};

use crate::settings::ServerSettings;

/// Where Grafana's own traffic is looked for: at the ports that the administrator names, else at those on which it
/// listens, and the one of its address for browsers, behind which a proxy on this machine may listen. With other machines,
/// also at this process's own ends of its connections to their servers.
#[must_use]
pub fn find(server: &ServerSettings, grafana: Result<own::Parent, OwnError>) -> own::Ports {
    let servers = server.nats_servers.iter().map(|server| server.port).collect();
    let datagrams = server.lookups.as_ref().map(|lookups| lookups.ports().clone()).unwrap_or_default();
    if let Some(ports) = &server.own_ports {
        return own::Ports { set: ports.clone(), parent: None, servers, datagrams };
    }
    let parent = match grafana {
        Ok(parent) => Some(parent),
        Err(error) => {
            warn!("{error}; Grafana's own traffic is recognised only by the setting own_ports");
            None
        }
    };
    let set = APP_URL.iter().filter_map(|name| port_of(&std::env::var(name).ok()?)).collect();
    own::Ports { set, parent, servers, datagrams }
}

/// Where Grafana tells a plugin its address for browsers. Grafana 12.4.0 sets the second only.
const APP_URL: [&str; 2] = ["GF_APP_URL", "GF_ENTERPRISE_APP_URL"];

/// The port of a web address.
fn port_of(url: &str) -> Option<u16> {
    let url: Uri = url.parse().ok()?;
    url.port_u16().or(match url.scheme_str()? {
        "http" => Some(80),
        "https" => Some(443),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
