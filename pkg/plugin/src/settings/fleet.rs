//! Other machines: by which servers of NATS a data source reaches their agents, and which of them it has.

use std::{collections::BTreeSet, fmt};

use grafana_plugin_sdk::pluginv2::DataSourceInstanceSettings;

use super::words;

/// The port of NATS where an address names none.
const PORT: u16 = 4222;

/// The address of a server of NATS.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerAddress {
    /// The name or address of its machine, in lower case.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether the connection has to be encrypted.
    pub tls: bool,
}

impl ServerAddress {
    /// Reads `nats://host:4222`, `tls://host`, `host:4222`, `host` and `[2001:db8::1]:4222`.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (tls, rest) = match text.split_once("://") {
            None => (false, text),
            Some(("nats", rest)) => (false, rest),
            Some(("tls", rest)) => (true, rest),
            Some(_) => return None,
        };
        let (host, port) = match rest.strip_prefix('[') {
            Some(rest) => {
                let (address, behind) = rest.split_once(']')?;
                address.parse::<std::net::Ipv6Addr>().ok()?;
                (
                    format!("[{address}]"),
                    behind.strip_prefix(':').map_or((!behind.is_empty()).then_some(""), Some),
                )
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host.to_owned(), Some(port)),
                None => (rest.to_owned(), None),
            },
        };
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-._[]:".contains(c);
        let is_host = !host.is_empty() && host.len() <= 253 && host.chars().all(is_part);
        let port = port.map_or(Some(PORT), |port| port.parse().ok().filter(|port| *port > 0))?;
        is_host.then(|| Self { host: host.to_ascii_lowercase(), port, tls })
    }

    /// Reads addresses separated by commas or white space; `None` where there is none, or one that is wrong.
    #[must_use]
    pub fn read_all(text: &str) -> Option<BTreeSet<Self>> {
        let all: Option<BTreeSet<Self>> = words(text).map(Self::read).collect();
        all.filter(|all| !all.is_empty())
    }

    /// Whether this one, which the administrator allows, is meant by `asked`, which must not be less safe.
    #[must_use]
    pub fn allows(&self, asked: &Self) -> bool {
        self.host == asked.host && self.port == asked.port && (asked.tls || !self.tls)
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", if self.tls { "tls" } else { "nats" }, self.host, self.port)
    }
}

/// The machines of a data source, as far as its `jsonData` says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetSettings {
    /// `natsServers`: each of them has all.
    pub servers: Vec<ServerAddress>,
    /// `natsPrefix`: what subjects begin with.
    pub prefix: String,
    /// `natsClient`: what agents call this data source, as a part of subjects. One that is made up, without any.
    pub client: Option<String>,
    /// `natsTlsFirst`: whether TLS comes before anything else is said.
    pub tls_first: bool,
    /// `allowedHosts`: names, patterns and labels of the machines that it has; all, without any.
    pub hosts: Vec<String>,
}

/// How a data source gets to its machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FleetAccess {
    /// What is no secret.
    pub settings: FleetSettings,
    /// `natsCredentials`: the text of a `.creds` file, or the seed of an nkey.
    pub credentials: Option<Secret>,
    /// `natsTlsCa`: certificates of those who may have signed the servers', in PEM.
    pub tls_ca: Option<Secret>,
    /// `natsTlsCertificate` and `natsTlsKey`: this side's certificate and its key, in PEM.
    pub tls_identity: Option<(Secret, Secret)>,
}

impl FleetAccess {
    /// The settings of a data source with its secrets.
    #[must_use]
    pub fn new(settings: FleetSettings, instance: &DataSourceInstanceSettings) -> Self {
        let secret = |key: &str| {
            let text = instance.decrypted_secure_json_data.get(key)?;
            (!text.trim().is_empty()).then(|| Secret(text.clone()))
        };
        Self {
            settings,
            credentials: secret("natsCredentials"),
            tls_ca: secret("natsTlsCa"),
            tls_identity: secret("natsTlsCertificate").zip(secret("natsTlsKey")),
        }
    }
}

/// What no log may show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[cfg(test)]
mod tests {
    use xdplive_fleet::wire::DEFAULT_PREFIX;

    use super::*;

    fn read(text: &str) -> Option<String> {
        ServerAddress::read(text).map(|address| address.to_string())
    }

    #[test]
    fn an_address_has_a_host_and_a_port() {
        for (text, expected) in [
            ("nats://127.0.0.1:4222", Some("nats://127.0.0.1:4222")),
            ("NATS.example.org", Some("nats://nats.example.org:4222")),
            ("tls://nats.example.org", Some("tls://nats.example.org:4222")),
            ("tls://[2001:db8::1]:4443", Some("tls://[2001:db8::1]:4443")),
            ("[2001:db8::1]", Some("nats://[2001:db8::1]:4222")),
            ("http://host", None),
            ("host:0", None),
            ("host:65536", None),
            ("host:", None),
            ("", None),
            ("user:secret@host", None),
            ("[2001:db8::1]x", None),
            ("[no]", None),
            ("ho st", None),
        ] {
            assert_eq!(read(text).as_deref(), expected, "{text}");
        }
        assert_eq!(ServerAddress::read_all(" a, b:1\n").map(|all| all.len()), Some(2));
        assert_eq!([ServerAddress::read_all(" , "), ServerAddress::read_all("a,b:0")], [None, None]);
    }

    #[test]
    fn what_is_to_be_encrypted_stays_so() {
        let address = |text| ServerAddress::read(text).unwrap();
        assert!(address("a").allows(&address("tls://a")) && address("a").allows(&address("a:4222")));
        assert!(!address("tls://a").allows(&address("a")));
        assert!(!address("a").allows(&address("b")) && !address("a").allows(&address("a:4223")));
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut instance = DataSourceInstanceSettings::default();
        let secrets = [("natsCredentials", "SUAB"), ("natsTlsCertificate", "PEM"), ("natsTlsCa", " ")];
        instance.decrypted_secure_json_data =
            secrets.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let settings = FleetSettings {
            servers: vec![ServerAddress::read("a").unwrap()],
            prefix: DEFAULT_PREFIX.to_owned(),
            client: None,
            tls_first: false,
            hosts: Vec::new(),
        };
        let access = FleetAccess::new(settings, &instance);
        assert_eq!(access.credentials.as_ref().map(Secret::text), Some("SUAB"));
        assert_eq!((&access.tls_ca, &access.tls_identity), (&None, &None));
        assert!(!format!("{access:?}").contains("SUAB"));
    }
}
