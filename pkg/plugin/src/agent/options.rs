//! What an agent is told: by its configuration file, and by arguments, which go before it. Pure.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;
use thiserror::Error;
use xdplive_fleet::{
    ceiling::Ceiling,
    nats::{Access, Credentials},
    wire::{DEFAULT_PREFIX, NameError, Subjects, check_host},
};
use xdplive_protocol::agent::option;

/// Why an agent cannot be started.
#[derive(Debug, Error)]
pub enum OptionError {
    /// The file.
    #[error("the configuration cannot be read: {0}")]
    File(#[from] toml::de::Error),
    /// An argument that is none.
    #[error("\"{0}\" is no option of an agent; `xdplive agent --help` lists them")]
    Unknown(String),
    /// An option without the value that it takes.
    #[error("--{name}={given} is not allowed; {allowed}")]
    Value {
        /// The option.
        name: &'static str,
        /// What was given.
        given: String,
        /// What it takes.
        allowed: &'static str,
    },
    /// No server.
    #[error(
        "no NATS server is named; give --nats nats://HOST:4222, or servers = [\"…\"] in the configuration"
    )]
    NoServer,
    /// A certificate without a key, or the other way.
    #[error("--tls-cert and --tls-key need each other")]
    HalfIdentity,
    /// A name.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// What an agent is told.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    servers: Vec<String>,
    prefix: Option<String>,
    name: Option<String>,
    labels: BTreeMap<String, String>,
    credentials: Option<PathBuf>,
    tls_ca: Option<PathBuf>,
    tls_cert: Option<PathBuf>,
    tls_key: Option<PathBuf>,
    tls_first: bool,
    /// What it lends at most. Only the file says that.
    pub ceiling: Ceiling,
}

/// The file that arguments name, if they do.
#[must_use]
pub fn config_of(arguments: &[String]) -> Option<PathBuf> {
    let prefix = format!("--{}=", option::CONFIG);
    arguments.iter().find_map(|argument| argument.strip_prefix(&prefix)).map(PathBuf::from)
}

impl Options {
    /// What the text of a file says.
    ///
    /// # Errors
    /// [`OptionError::File`].
    pub fn read(text: &str) -> Result<Self, OptionError> {
        Ok(toml::from_str(text)?)
    }

    /// The same with what arguments say instead.
    ///
    /// # Errors
    /// [`OptionError::Unknown`], [`OptionError::Value`].
    pub fn with(mut self, arguments: &[String]) -> Result<Self, OptionError> {
        for argument in arguments {
            let unknown = || OptionError::Unknown(argument.clone());
            let (name, value) =
                argument.strip_prefix("--").and_then(|rest| rest.split_once('=')).ok_or_else(unknown)?;
            let path = || Some(PathBuf::from(value));
            match name {
                option::CONFIG => {}
                option::NATS => self.servers = value.split(',').map(|one| one.trim().to_owned()).collect(),
                option::PREFIX => self.prefix = Some(value.to_owned()),
                option::NAME => self.name = Some(value.to_owned()),
                option::LABEL => {
                    let allowed = "it takes a name and a value, such as site=fra";
                    let pair = value.split_once('=').filter(|(key, _)| !key.is_empty());
                    let (key, value) = pair.ok_or_else(|| OptionError::Value {
                        name: option::LABEL,
                        given: value.to_owned(),
                        allowed,
                    })?;
                    self.labels.insert(key.to_owned(), value.to_owned());
                }
                option::CREDENTIALS => self.credentials = path(),
                option::TLS_CA => self.tls_ca = path(),
                option::TLS_CERT => self.tls_cert = path(),
                option::TLS_KEY => self.tls_key = path(),
                option::TLS_FIRST => {
                    let allowed = "it takes true or false";
                    self.tls_first = value.parse().map_err(|_| OptionError::Value {
                        name: option::TLS_FIRST,
                        given: value.to_owned(),
                        allowed,
                    })?;
                }
                _ => return Err(unknown()),
            }
        }
        Ok(self)
    }

    /// What subjects begin with.
    ///
    /// # Errors
    /// [`OptionError::Name`].
    pub fn subjects(&self) -> Result<Subjects, OptionError> {
        Ok(Subjects::new(self.prefix.as_deref().unwrap_or(DEFAULT_PREFIX))?)
    }

    /// The host's name, which is `hostname` where none is given.
    ///
    /// # Errors
    /// [`OptionError::Name`].
    pub fn name(&self, hostname: &str) -> Result<String, OptionError> {
        let name = self.name.as_deref().unwrap_or(hostname);
        check_host(name)?;
        Ok(name.to_owned())
    }

    /// What is said about the host.
    #[must_use]
    pub const fn labels(&self) -> &BTreeMap<String, String> {
        &self.labels
    }

    /// How to get to the servers, which know the connection by `name`.
    ///
    /// # Errors
    /// [`OptionError::NoServer`], [`OptionError::HalfIdentity`].
    pub fn access(&self, name: &str) -> Result<Access, OptionError> {
        if self.servers.is_empty() {
            return Err(OptionError::NoServer);
        }
        let tls_identity = match (&self.tls_cert, &self.tls_key) {
            (Some(certificate), Some(key)) => Some((certificate.clone(), key.clone())),
            (None, None) => None,
            _ => return Err(OptionError::HalfIdentity),
        };
        Ok(Access {
            servers: self.servers.clone(),
            name: format!("xdplive agent {name}"),
            credentials: self.credentials.as_deref().map_or(Credentials::None, Credentials::file),
            tls_ca: self.tls_ca.clone(),
            tls_identity,
            tls_texts: None,
            tls_first: self.tls_first,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(given: &[&str]) -> Vec<String> {
        given.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn arguments_go_before_the_file() {
        let file = "servers = [\"nats://a\"]\nname = \"x\"\n[labels]\nsite = \"fra\"\nrack = \"1\"\n[ceiling]\n\
                    interfaces = [\"eth*\", \"!eth1\"]\nrows_per_second = 500\n";
        let given = arguments(&["--config=/etc/x", "--nats=nats://b, tls://c", "--label=rack=2"]);
        assert_eq!(config_of(&given), Some(PathBuf::from("/etc/x")));
        let options = Options::read(file).unwrap().with(&given).unwrap();
        assert_eq!(options.access("x").unwrap().servers, ["nats://b", "tls://c"]);
        assert_eq!(options.name("host").unwrap(), "x");
        let labels = [("rack", "2"), ("site", "fra")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(options.labels(), &BTreeMap::from(labels));
        assert_eq!(options.ceiling.in_words(), "interfaces !eth1, eth*; 500 rows a second");
    }

    #[test]
    fn what_is_wrong_is_said() {
        let refused = |given: &[&str]| Options::default().with(&arguments(given)).unwrap_err().to_string();
        assert!(refused(&["--colour=red"]).contains("--colour=red"));
        assert!(refused(&["status"]).contains("\"status\""));
        assert!(refused(&["--label=fra"]).contains("such as site=fra"));
        assert!(refused(&["--tls-first=yes"]).contains("true or false"));
        assert!(Options::default().access("x").unwrap_err().to_string().contains("--nats"));
        assert!(Options::read("[ceiling]\nrows = 5").unwrap_err().to_string().contains("rows"));
        let half = Options::default().with(&arguments(&["--nats=nats://a", "--tls-cert=c.pem"])).unwrap();
        assert!(matches!(half.access("x"), Err(OptionError::HalfIdentity)));
        assert_eq!(Options::default().name("here").unwrap(), "here");
    }
}
