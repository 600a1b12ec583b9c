//! Connecting to a server of NATS, and doing so again whenever that is needed.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_nats::{
    Auth, AuthError, Client, ConnectOptions, Event, Message, ServerAddr, Subscriber,
    rustls::{
        ClientConfig, RootCertStore,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    },
};
use futures::StreamExt as _;
use thiserror::Error;
use tokio::sync::watch;
use tracing::{info, warn};

/// Messages that wait to be written at most: 16 MiB of the largest. Who has more to say waits.
const WAITING: usize = 256;
/// Messages that wait to be read at most, of one subscription: 64 MiB of the largest. More are dropped, and counted by
/// their numbers.
const UNREAD: usize = 1024;
/// How often the server is asked whether it is there; two answers may be missing.
const PING: Duration = Duration::from_secs(5);
/// The longest pause between two attempts to connect.
const LONGEST_PAUSE: Duration = Duration::from_secs(4);

/// How to get to the servers.
#[derive(Clone, Debug, Default)]
pub struct Access {
    /// Their addresses, as `nats://127.0.0.1:4222` or `tls://nats.example.org`.
    pub servers: Vec<String>,
    /// What they call this connection.
    pub name: String,
    /// Who this is.
    pub credentials: Credentials,
    /// Certificates of those who may have signed the servers', in a PEM file; those of the machine where there is none.
    pub tls_ca: Option<PathBuf>,
    /// This one's certificate and its key, in PEM files.
    pub tls_identity: Option<(PathBuf, PathBuf)>,
    /// The same where they are no files, which then have no meaning.
    pub tls_texts: Option<TlsTexts>,
    /// Whether TLS comes before anything else is said; the servers have to be set the same way (`handshake_first`).
    pub tls_first: bool,
}

/// Who this is, for the servers.
#[derive(Clone, Debug, Default)]
pub enum Credentials {
    /// Anybody.
    #[default]
    None,
    /// A file with a JWT and its key (`.creds`), or with the seed of a nkey. It is read at each attempt, so that it can be
    /// replaced while this runs. Where it cannot be read any more, what was read before holds.
    File {
        /// The file.
        path: PathBuf,
        /// What was in it when it was last read.
        last: Option<String>,
    },
    /// What is in such a file.
    Text(String),
}

impl Credentials {
    /// Those in a file, which is read for the first time now: later this process may have fewer rights.
    #[must_use]
    pub fn file(path: &Path) -> Self {
        Self::File { path: path.to_owned(), last: std::fs::read_to_string(path).ok() }
    }
}

/// Certificates and keys as texts in PEM.
#[derive(Clone, Default)]
pub struct TlsTexts {
    /// Certificates of those who may have signed the servers'; those of the machine where there is none.
    pub ca: Option<String>,
    /// This one's certificate and its key.
    pub identity: Option<(String, String)>,
}

impl fmt::Debug for TlsTexts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TlsTexts")
    }
}

impl TlsTexts {
    fn config(&self) -> Result<ClientConfig, AccessError> {
        let certificates = |text: &str| -> Result<Vec<CertificateDer<'static>>, _> {
            CertificateDer::pem_slice_iter(text.as_bytes()).collect()
        };
        let mut roots = RootCertStore::empty();
        match &self.ca {
            Some(text) => {
                let found = certificates(text).map_err(|error| wrong("CA certificate", &error))?;
                if found.is_empty() {
                    return Err(wrong("CA certificate", &"there is no certificate in it"));
                }
                for certificate in found {
                    roots.add(certificate).map_err(|error| wrong("CA certificate", &error))?;
                }
            }
            None => {
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
        }
        let builder = ClientConfig::builder().with_root_certificates(roots);
        let Some((certificate, key)) = &self.identity else { return Ok(builder.with_no_client_auth()) };
        let chain = certificates(certificate).map_err(|error| wrong("client certificate", &error))?;
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
            .map_err(|error| wrong("key of the client certificate", &error))?;
        builder.with_client_auth_cert(chain, key).map_err(|error| wrong("client certificate", &error))
    }
}

fn wrong(what: &'static str, reason: &dyn fmt::Display) -> AccessError {
    AccessError::Certificate { what, reason: reason.to_string() }
}

/// Why there is no connection.
#[derive(Debug, Error)]
pub enum AccessError {
    /// No server is named.
    #[error("no server is named; name at least one, as nats://127.0.0.1:4222")]
    NoServer,
    /// A server's address is none.
    #[error("\"{given}\" is no address of a NATS server: {reason}; an example is nats://127.0.0.1:4222")]
    Address {
        /// What was given.
        given: String,
        /// Why not.
        reason: String,
    },
    /// A server's address has a name and a password in it. They are not repeated here, as this gets into logs.
    #[error(
        "the address of {host} has a name or a password in it, which others could read there; use credentials instead: a .creds \
         file, or the seed of a nkey"
    )]
    Login {
        /// The server, without them.
        host: String,
    },
    /// A certificate or a key is none.
    #[error("the {what} cannot be used: {reason}; it takes text in PEM, from -----BEGIN to -----END")]
    Certificate {
        /// Which.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// It ended.
    #[error("there is no connection to {servers}: {reason}")]
    Connect {
        /// The servers.
        servers: String,
        /// Why.
        reason: String,
    },
}

/// A connection that comes back by itself.
#[derive(Clone, Debug)]
pub struct Connection {
    /// What is said and heard goes through it.
    pub client: Client,
    /// How often there has been a connection; counts up with each.
    pub connected: watch::Receiver<u64>,
}

impl Access {
    /// The TCP ports of the servers.
    #[must_use]
    pub fn ports(&self) -> BTreeSet<u16> {
        self.addresses().unwrap_or_default().iter().map(ServerAddr::port).collect()
    }

    /// Begins to connect. The connection may come later, and is tried for as long as this lives.
    ///
    /// # Errors
    /// [`AccessError`] where it can never come.
    pub async fn connect(&self) -> Result<Connection, AccessError> {
        let servers = self.addresses()?;
        let (tell, connected) = watch::channel(0_u64);
        let named = self.servers.join(", ");
        let of_events = (Arc::new(tell), named.clone());
        let mut options = self
            .options()
            .name(&self.name)
            .no_echo()
            .retry_on_initial_connect()
            .max_reconnects(None)
            .client_capacity(WAITING)
            .subscription_capacity(UNREAD)
            .ping_interval(PING)
            .reconnect_delay_callback(pause)
            .event_callback(move |event| {
                note(&event, &of_events.0, &of_events.1);
                async {}
            });
        if let Some(ca) = &self.tls_ca {
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        if let Some((certificate, key)) = &self.tls_identity {
            options = options.add_client_certificate(certificate.clone(), key.clone()).require_tls(true);
        }
        if let Some(texts) = &self.tls_texts {
            options = options.tls_client_config(texts.config()?).require_tls(true);
        }
        if self.tls_first {
            options = options.tls_first();
        }
        let client = options
            .connect(servers)
            .await
            .map_err(|error| AccessError::Connect { servers: named, reason: error.to_string() })?;
        Ok(Connection { client, connected })
    }

    fn addresses(&self) -> Result<Vec<ServerAddr>, AccessError> {
        if self.servers.is_empty() {
            return Err(AccessError::NoServer);
        }
        let address = |given: &String| {
            let address: ServerAddr = given.parse().map_err(|error: std::io::Error| {
                AccessError::Address { given: given.clone(), reason: error.to_string() }
            })?;
            // The library would leave them out, in silence.
            if address.has_user_pass() || address.password().is_some() {
                return Err(AccessError::Login { host: format!("{}:{}", address.host(), address.port()) });
            }
            Ok(address)
        };
        self.servers.iter().map(address).collect()
    }

    fn options(&self) -> ConnectOptions {
        let read = match &self.credentials {
            Credentials::None => return ConnectOptions::new(),
            Credentials::File { path, last } => Secret::File(path.clone(), Mutex::new(last.clone())),
            Credentials::Text(text) => Secret::Text(text.clone()),
        };
        let read = Arc::new(read);
        ConnectOptions::with_auth_callback(move |nonce| {
            let read = Arc::clone(&read);
            async move { read.sign(&nonce) }
        })
    }
}

/// Where credentials are read at each attempt.
enum Secret {
    File(PathBuf, Mutex<Option<String>>),
    Text(String),
}

impl Secret {
    fn sign(&self, nonce: &[u8]) -> Result<Auth, AuthError> {
        match self {
            Self::File(path, last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                // It is small, and read some times a day.
                match std::fs::read_to_string(path) {
                    Ok(text) => *last = Some(text),
                    Err(error) if last.is_none() => {
                        let path = path.display();
                        return Err(AuthError::new(format!(
                            "credentials cannot be read from {path}: {error}"
                        )));
                    }
                    Err(_) => {}
                }
                sign(last.as_deref().unwrap_or_default(), nonce)
            }
            Self::Text(text) => sign(text, nonce),
        }
    }
}

/// Answers the server's question with the key in `text`: that of a `.creds` file, or of a file with a seed alone.
fn sign(text: &str, nonce: &[u8]) -> Result<Auth, AuthError> {
    let block = |name: &str| {
        let mut lines = text.lines().skip_while(|line| !line.contains(&format!("BEGIN {name}")));
        lines.next()?;
        lines.map(str::trim).find(|line| !line.is_empty())
    };
    let jwt = block("NATS USER JWT");
    let seed = block("USER NKEY SEED")
        .or_else(|| text.lines().map(str::trim).find(|line| line.starts_with("SU") && !line.contains(' ')));
    let Some(seed) = seed else {
        return Err(AuthError::new("the credentials have no seed of a user's nkey, which begins with SU"));
    };
    let key = nkeys::KeyPair::from_seed(seed)
        .map_err(|error| AuthError::new(format!("the seed in the credentials is none: {error}")))?;
    let signature =
        key.sign(nonce).map_err(|error| AuthError::new(format!("the key cannot sign: {error}")))?;
    let mut auth = Auth::new();
    auth.signature = Some(signature);
    match jwt {
        Some(jwt) => auth.jwt = Some(jwt.to_owned()),
        None => auth.nkey = Some(key.public_key()),
    }
    Ok(auth)
}

/// The next message. A subscription of a connection that is never given up has no end.
pub(crate) async fn next(messages: &mut Subscriber) -> Message {
    match messages.next().await {
        Some(message) => message,
        None => std::future::pending().await,
    }
}

/// How long to wait before an attempt: longer with each, and never as long as others wait, so that a thousand do not come
/// at once when a server is there again.
fn pause(attempts: usize) -> Duration {
    let most = Duration::from_millis(250).saturating_mul(1 << attempts.saturating_sub(1).min(8));
    most.min(LONGEST_PAUSE).mul_f64(fastrand::f64())
}

fn note(event: &Event, connected: &watch::Sender<u64>, servers: &str) {
    match event {
        Event::Connected => {
            info!("connected to NATS at {servers}");
            connected.send_modify(|times| *times += 1);
        }
        Event::Disconnected => warn!("the connection to NATS at {servers} is gone; it is tried again"),
        Event::ServerError(error) => warn!("NATS at {servers} says: {error}"),
        Event::ClientError(error) => warn!("NATS at {servers}: {error}"),
        Event::SlowConsumer(_) => {
            warn!("messages came faster than they were read; what was dropped is counted as lost")
        }
        Event::LameDuckMode | Event::Draining | Event::Closed => info!("NATS at {servers}: {event}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_a_password_is_refused_and_not_repeated() {
        let access = |server: &str| Access { servers: vec![server.to_owned()], ..Access::default() };
        for given in ["nats://ann:secret@n:4222", "tls://:secret@n:4222", "nats://token@n:4222"] {
            let error = access(given).addresses().unwrap_err().to_string();
            assert!(
                error.contains("n:4222") && !error.contains("secret") && !error.contains("token@"),
                "{error}"
            );
        }
        assert_eq!(access("nats://[::1]:4222").ports(), BTreeSet::from([4222]));
    }
}
