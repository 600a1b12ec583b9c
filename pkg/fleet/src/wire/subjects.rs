//! Subjects: who says what to whom. The server answers for who may publish and read which, so an agent that may publish
//! below its own `from` only cannot pose as another.
//!
//! | subject | published by | read by |
//! |---|---|---|
//! | `PREFIX.call` | clients | all agents |
//! | `PREFIX.to.HOST` | clients | the agent |
//! | `PREFIX.from.HOST.presence` | the agent | clients |
//! | `PREFIX.from.HOST.CLIENT.answer` | the agent | the client |
//! | `PREFIX.from.HOST.CLIENT.LEASE` | the agent | the client, while it has the lease |

use std::fmt::Write as _;

use thiserror::Error;

/// What subjects begin with where nothing else is set.
pub const DEFAULT_PREFIX: &str = "xdplive";
/// Bytes of a host's name at most: those that a name in the domain name system has (RFC 1035, 2.3.4).
pub const MAX_NAME: usize = 253;

/// Why a name cannot be one in a subject.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NameError {
    /// The prefix.
    #[error(
        "the prefix \"{0}\" cannot begin subjects: letters, digits, - and _ are allowed, in words with dots between them"
    )]
    Prefix(String),
    /// A host's name.
    #[error("a host's name has 1 to {MAX_NAME} bytes; \"{0}\" has not")]
    Host(String),
    /// A client's name.
    #[error(
        "the client's name \"{0}\" cannot be: 1 to 64 letters, digits, - and _ are allowed, and not the word presence"
    )]
    Client(String),
}

/// The subjects below one prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subjects {
    prefix: String,
}

impl Subjects {
    /// Subjects that begin with `prefix`.
    ///
    /// # Errors
    /// [`NameError::Prefix`] where it is no subject.
    pub fn new(prefix: &str) -> Result<Self, NameError> {
        let is_one = prefix.len() <= 128 && prefix.split('.').all(is_plain);
        is_one.then(|| Self { prefix: prefix.to_owned() }).ok_or_else(|| NameError::Prefix(prefix.to_owned()))
    }

    /// What is said to all agents.
    #[must_use]
    pub fn call(&self) -> String {
        format!("{}.call", self.prefix)
    }

    /// What is said to the agent of a host.
    #[must_use]
    pub fn to(&self, host: &str) -> String {
        format!("{}.to.{}", self.prefix, token(host))
    }

    /// Where the agent of a host says that it is there.
    #[must_use]
    pub fn presence(&self, host: &str) -> String {
        format!("{}.from.{}.presence", self.prefix, token(host))
    }

    /// Where all agents say so.
    #[must_use]
    pub fn presences(&self) -> String {
        format!("{}.from.*.presence", self.prefix)
    }

    /// Where the agent of a host answers a client.
    #[must_use]
    pub fn answer(&self, host: &str, client: &str) -> String {
        format!("{}.from.{}.{client}.answer", self.prefix, token(host))
    }

    /// Where all agents answer a client.
    #[must_use]
    pub fn answers(&self, client: &str) -> String {
        format!("{}.from.*.{client}.answer", self.prefix)
    }

    /// Where the agent of a host sends what a client has a lease for.
    #[must_use]
    pub fn lease(&self, host: &str, client: &str, lease: u64) -> String {
        format!("{}.from.{}.{client}.{lease:016x}", self.prefix, token(host))
    }

    /// Where all agents send what a client has a lease for.
    #[must_use]
    pub fn leases(&self, client: &str, lease: u64) -> String {
        format!("{}.from.*.{client}.{lease:016x}", self.prefix)
    }

    /// The host whose agent alone may publish to this subject.
    #[must_use]
    pub fn host_of(&self, subject: &str) -> Option<String> {
        let below = subject.strip_prefix(&self.prefix)?.strip_prefix(".from.")?;
        name(below.split('.').next()?)
    }
}

/// Whether `name` can be a host's.
///
/// # Errors
/// [`NameError::Host`] where it cannot.
pub fn check_host(name: &str) -> Result<(), NameError> {
    let is_one = (1..=MAX_NAME).contains(&name.len()) && !name.chars().any(char::is_control);
    if is_one { Ok(()) } else { Err(NameError::Host(name.chars().take(64).collect())) }
}

/// Whether `name` can be a client's.
///
/// # Errors
/// [`NameError::Client`] where it cannot.
pub fn check_client(name: &str) -> Result<(), NameError> {
    let is_one = name.len() <= 64 && is_plain(name) && name != "presence";
    if is_one { Ok(()) } else { Err(NameError::Client(name.chars().take(64).collect())) }
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A host's name as one word of a subject: bytes that a word had better not have are `=` and two digits (base 16).
#[must_use]
pub fn token(host: &str) -> String {
    let mut token = String::with_capacity(host.len());
    for byte in host.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            token.push(char::from(byte));
        } else {
            // Writing to a text does not fail.
            _ = write!(token, "={byte:02X}");
        }
    }
    token
}

/// The host's name of which [`token`] makes this word; `None` of any other.
#[must_use]
pub fn name(word: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'=' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).ok()?;
    (check_host(&name).is_ok() && token(&name) == word).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn subjects_say_who_may_publish_there() {
        let subjects = Subjects::new("net.xdplive").unwrap();
        assert_eq!(subjects.to("web-1.fra"), "net.xdplive.to.web-1=2Efra");
        assert_eq!(subjects.presence("db_2"), "net.xdplive.from.db_2.presence");
        let lease = subjects.lease("web-1.fra", "grafana", 0xab);
        assert_eq!(lease, "net.xdplive.from.web-1=2Efra.grafana.00000000000000ab");
        assert_eq!(subjects.host_of(&lease).as_deref(), Some("web-1.fra"));
        assert_eq!(subjects.host_of("other.from.a.presence"), None);
        assert_eq!(subjects.host_of("net.xdplive.from.a=2efra.presence"), None, "one spelling only");
    }

    #[test]
    fn names_that_cannot_be_are_refused() {
        for prefix in ["", "a.", "a b", "a.*", ">", "a=b"] {
            assert_eq!(Subjects::new(prefix), Err(NameError::Prefix(prefix.to_owned())));
        }
        assert!(
            check_client("presence").is_err() && check_client("a.b").is_err() && check_client("").is_err()
        );
        assert!(
            check_host("").is_err() && check_host(&"x".repeat(254)).is_err() && check_host("a\nb").is_err()
        );
        assert!(check_client("grafana-1").is_ok() && check_host("höst 1").is_ok());
    }

    proptest! {
        #[test]
        fn a_name_is_read_as_it_was_written(host in "\\PC{1,80}") {
            prop_assume!(check_host(&host).is_ok());
            let word = token(&host);
            prop_assert!(word.bytes().all(|byte| !b".*> \t\r\n".contains(&byte)));
            prop_assert_eq!(name(&word), Some(host));
        }
    }
}
