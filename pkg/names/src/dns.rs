//! Messages of the DNS (RFC 1035), and what is in them: whose addresses an answer has. Whoever sent it may have written anything.

pub mod reverse;

use std::{net::IpAddr, sync::Arc};

use domain::{
    base::{
        Message, ParsedName, Rtype, ToName as _,
        iana::{Class, Opcode, Rcode},
        name::ToLabelIter,
    },
    rdata::{A, Aaaa, Cname},
};
use thiserror::Error;

use crate::host::LONGEST_NAME;

/// Bytes of a message at most.
pub const LONGEST: usize = 1 << 16;
/// Records of an answer that are looked at, at most.
const MOST_RECORDS: usize = 256;
/// Other names that lead from the one that was asked for to the one that has addresses, at most.
const MOST_ALIASES: usize = 16;

/// What an answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The name that was asked for, in lower case and without the dot at its end.
    pub name: Arc<str>,
    /// Its addresses, each with the seconds for which they are good. None where it has none that a host can have.
    pub addresses: Vec<(IpAddr, u32)>,
}

/// Why a message says nothing of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// It is about something else, or says that there is nothing.
    #[error("it is no answer about addresses")]
    Other,
    /// It cannot be read.
    #[error("it is no message of the DNS")]
    Malformed,
    /// What was asked for is no name of a host.
    #[error("what it is about is no name of a host")]
    Name,
    /// Its aliases lead nowhere, or are too many.
    #[error("its aliases lead nowhere")]
    Aliases,
    /// It has more records than answers have.
    #[error("it has too many records")]
    TooLong,
}

impl NoAnswer {
    /// Whether the message is not as those that are meant well.
    #[must_use]
    pub const fn is_refused(self) -> bool {
        !matches!(self, Self::Other)
    }
}

/// Reads the addresses in an answer. Of one that is not whole, `is_whole` being false, those are read that are there.
///
/// Addresses count that belong to the name that was asked for, directly or by aliases (CNAME), which may come in any order. What else
/// is in an answer counts for nothing.
///
/// # Errors
/// [`NoAnswer`].
pub fn answer(message: &[u8], is_whole: bool) -> Result<Answer, NoAnswer> {
    if message.len() > LONGEST {
        return Err(NoAnswer::TooLong);
    }
    let message = Message::from_slice(message).map_err(|_| NoAnswer::Malformed)?;
    let header = message.header();
    if !header.qr() || header.opcode() != Opcode::QUERY || header.rcode() != Rcode::NOERROR {
        return Err(NoAnswer::Other);
    }
    let question = message.sole_question().map_err(|_| NoAnswer::Malformed)?;
    if question.qclass() != Class::IN || !matches!(question.qtype(), Rtype::A | Rtype::AAAA) {
        return Err(NoAnswer::Other);
    }
    let name = host_name(question.qname()).ok_or(NoAnswer::Name)?;
    let mut addresses = Vec::new();
    let mut aliases = Vec::new();
    let records = message.answer().map_err(|_| NoAnswer::Malformed)?;
    for (number, record) in records.enumerate() {
        if number >= MOST_RECORDS {
            return Err(NoAnswer::TooLong);
        }
        let record = match record {
            Ok(record) => record,
            // The rest of it was not captured.
            Err(_) if !is_whole => break,
            Err(_) => return Err(NoAnswer::Malformed),
        };
        if record.class() != Class::IN {
            continue;
        }
        let (owner, seconds) = (record.owner(), record.ttl().as_secs());
        let malformed = |_| NoAnswer::Malformed;
        match record.rtype() {
            Rtype::A => {
                let of = record.to_record::<A>().map_err(malformed)?;
                addresses.extend(of.map(|of| (owner, IpAddr::V4(of.data().addr()), seconds)));
            }
            Rtype::AAAA => {
                let of = record.to_record::<Aaaa>().map_err(malformed)?;
                addresses.extend(of.map(|of| (owner, IpAddr::V6(of.data().addr()), seconds)));
            }
            Rtype::CNAME => {
                let of = record.to_record::<Cname<NameIn<'_>>>().map_err(malformed)?;
                aliases.extend(of.map(|of| (owner, of.into_data().into_cname())));
            }
            _ => {}
        }
    }
    let owner = last_alias(*question.qname(), &aliases)?;
    let found = addresses.into_iter().filter(|(of, address, _)| of.name_eq(&owner) && is_of_a_host(address));
    Ok(Answer { name, addresses: found.map(|(_, address, seconds)| (address, seconds)).collect() })
}

/// A name in a message.
type NameIn<'a> = ParsedName<&'a [u8]>;

/// The name to which aliases lead from `asked`; of each alias, its name and the one that it stands for.
fn last_alias<'a>(asked: NameIn<'a>, aliases: &[(NameIn<'a>, NameIn<'a>)]) -> Result<NameIn<'a>, NoAnswer> {
    let mut at = asked;
    for _ in 0..=MOST_ALIASES {
        match aliases.iter().find(|(of, _)| of.name_eq(&at)) {
            Some((_, next)) => at = *next,
            None => return Ok(at),
        }
    }
    Err(NoAnswer::Aliases)
}

/// A name of the DNS as a host's name: letters, digits, `-` and `_` in labels, of which the last is no number, as it would be in an
/// address.
fn host_name(name: &impl ToLabelIter) -> Option<Arc<str>> {
    let mut text = String::new();
    let mut last = "";
    for label in name.iter_labels().filter(|label| !label.is_root()) {
        let label = std::str::from_utf8(label.as_slice()).ok()?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if !label.bytes().all(is_plain) {
            return None;
        }
        if !text.is_empty() {
            text.push('.');
        }
        last = label;
        text.push_str(label);
    }
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit());
    text.make_ascii_lowercase();
    (!text.is_empty() && text.len() <= LONGEST_NAME && !is_number).then(|| Arc::from(text))
}

/// Whether a host can have an address, and one host alone.
#[must_use]
pub fn is_of_a_host(address: &IpAddr) -> bool {
    let is_broadcast = matches!(address, IpAddr::V4(address) if address.is_broadcast());
    !(address.is_unspecified() || address.is_loopback() || address.is_multicast() || is_broadcast)
}

#[cfg(test)]
mod tests;
