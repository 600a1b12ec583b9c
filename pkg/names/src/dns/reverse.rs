//! Asking the DNS for the name of an address (RFC 1035, section 3.5; RFC 3596, section 2.5).

use std::{net::IpAddr, sync::Arc};

use domain::{
    base::{Message, ParsedName, Rtype, ToName as _, iana::Rcode},
    rdata::{Cname, Ptr},
};

use super::{LONGEST, MOST_RECORDS, NoAnswer, host_name, last_alias};

/// Bytes before the question.
const HEADER: usize = 12;
/// Type of a question for the name of an address, and its class.
const POINTER_OF_INTERNET: [u8; 4] = [0, 12, 0, 1];

/// What the DNS says of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// It has a name, which is good for so many seconds.
    As(Arc<str>, u32),
    /// It has none, or none that is a host's.
    Not,
    /// The server that was asked does not know.
    Unknown,
}

/// A message with the number `id` that asks for the name of an address.
#[must_use]
pub fn question(address: &IpAddr, id: u16) -> Vec<u8> {
    let [high, low] = id.to_be_bytes();
    // To be answered by whoever it takes.
    let mut message = vec![high, low, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    message.extend(question_of(address));
    message
}

/// Reads the answer to the question with the number `id` for the name of an address.
///
/// # Errors
/// [`NoAnswer`]: it answers something else, or cannot be read.
pub fn named(message: &[u8], address: &IpAddr, id: u16) -> Result<Named, NoAnswer> {
    if message.len() > LONGEST {
        return Err(NoAnswer::TooLong);
    }
    let asked = question_of(address);
    let of_question = message.get(HEADER..HEADER + asked.len()).ok_or(NoAnswer::Malformed)?;
    let message = Message::from_slice(message).map_err(|_| NoAnswer::Malformed)?;
    let header = message.header();
    // Servers give it back as it was, but for the case of letters, maybe.
    let is_its = header.qr() && header.id() == id && of_question.eq_ignore_ascii_case(&asked);
    if !is_its || message.header_counts().qdcount() != 1 {
        return Err(NoAnswer::Other);
    }
    match header.rcode() {
        Rcode::NOERROR => {}
        Rcode::NXDOMAIN => return Ok(Named::Not),
        _ => return Ok(Named::Unknown),
    }
    let question = message.sole_question().map_err(|_| NoAnswer::Malformed)?;
    let (mut pointers, mut aliases) = (Vec::new(), Vec::new());
    for (number, record) in message.answer().map_err(|_| NoAnswer::Malformed)?.enumerate() {
        if number >= MOST_RECORDS {
            return Err(NoAnswer::TooLong);
        }
        let record = record.map_err(|_| NoAnswer::Malformed)?;
        let (owner, seconds) = (record.owner(), record.ttl().as_secs());
        match record.rtype() {
            Rtype::PTR => {
                let of = record.to_record::<Ptr<ParsedName<&[u8]>>>().map_err(|_| NoAnswer::Malformed)?;
                pointers.extend(of.map(|of| (owner, of.into_data().into_ptrdname(), seconds)));
            }
            // Of parts of a network (RFC 2317).
            Rtype::CNAME => {
                let of = record.to_record::<Cname<ParsedName<&[u8]>>>().map_err(|_| NoAnswer::Malformed)?;
                aliases.extend(of.map(|of| (owner, of.into_data().into_cname())));
            }
            _ => {}
        }
    }
    let owner = last_alias(*question.qname(), &aliases)?;
    let named = pointers.iter().filter(|(of, ..)| of.name_eq(&owner));
    let first = named.filter_map(|(_, name, seconds)| Some((host_name(name)?, *seconds))).next();
    Ok(first.map_or(Named::Not, |(name, seconds)| Named::As(name, seconds)))
}

/// The question, without what is before it.
fn question_of(address: &IpAddr) -> Vec<u8> {
    let mut labels: Vec<String> = match address {
        IpAddr::V4(address) => address.octets().iter().rev().map(u8::to_string).collect(),
        IpAddr::V6(address) => {
            let bytes = address.octets();
            bytes
                .iter()
                .rev()
                .flat_map(|byte| [byte & 15, byte >> 4])
                .map(|half| format!("{half:x}"))
                .collect()
        }
    };
    labels.extend([if address.is_ipv4() { "in-addr" } else { "ip6" }, "arpa"].map(str::to_owned));
    let labels = labels.iter().flat_map(|label| {
        // None is longer than seven letters.
        std::iter::once(label.len() as u8).chain(label.bytes())
    });
    labels.chain([0]).chain(POINTER_OF_INTERNET).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 20));

    fn labels(name: &str) -> Vec<u8> {
        let labels = name.split('.').flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat());
        labels.chain([0]).collect()
    }

    fn record(owner: &[u8], kind: u8, data: &[u8]) -> Vec<u8> {
        [owner, &[0, kind, 0, 1, 0, 0, 1, 44, 0, data.len() as u8], data].concat()
    }

    /// An answer with these records to the question for the name of [`FOUR`].
    fn answer(code: u8, records: &[Vec<u8>]) -> Vec<u8> {
        let question = [&labels("20.2.0.192.in-addr.arpa")[..], &[0, 12, 0, 1]].concat();
        let header = [0x12, 0x34, 0x81, 0x80 | code, 0, 1, 0, records.len() as u8, 0, 0, 0, 0];
        [&header[..], &question, &records.concat()].concat()
    }

    #[test]
    fn questions_are_as_the_rfcs_have_them() {
        let header = [0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        let expected = [&header[..], &labels("20.2.0.192.in-addr.arpa"), &[0, 12, 0, 1]].concat();
        assert_eq!(question(&FOUR, 0x1234), expected);
        // RFC 3596, section 2.5.
        let six: IpAddr = "4321:0:1:2:3:4:567:89ab".parse().unwrap();
        let name = "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa";
        assert_eq!(question(&six, 0x1234), [&header[..], &labels(name), &[0, 12, 0, 1]].concat());
    }

    #[test]
    fn an_address_has_a_name_or_none() {
        let asked = [0xc0, 12];
        let nas = record(&asked, 12, &labels("NAS.example.org"));
        assert_eq!(
            named(&answer(0, std::slice::from_ref(&nas)), &FOUR, 0x1234),
            Ok(Named::As("nas.example.org".into(), 300))
        );
        // RFC 2317.
        let part = labels("20.16-31.2.0.192.in-addr.arpa");
        let of_part = [record(&asked, 5, &part), record(&part, 12, &labels("nas.example"))];
        assert_eq!(named(&answer(0, &of_part), &FOUR, 0x1234), Ok(Named::As("nas.example".into(), 300)));
        // Of what is no host's name, nothing is known.
        let strange = record(&asked, 12, &labels("a b.example"));
        for (code, records, expected) in [
            (0, vec![], Named::Not),
            (3, vec![], Named::Not),
            (0, vec![strange.clone()], Named::Not),
            (0, vec![strange, nas.clone()], Named::As("nas.example.org".into(), 300)),
            (0, vec![record(&labels("other.example"), 12, &labels("nas.example"))], Named::Not),
            (2, vec![], Named::Unknown),
            (5, vec![], Named::Unknown),
        ] {
            assert_eq!(named(&answer(code, &records), &FOUR, 0x1234), Ok(expected));
        }
    }

    #[test]
    fn an_answer_to_another_question_is_none() {
        let right = answer(0, &[record(&[0xc0, 12], 12, &labels("nas.example"))]);
        assert!(named(&right, &FOUR, 0x1234).is_ok());
        assert_eq!(named(&right, &FOUR, 0x1235), Err(NoAnswer::Other));
        assert_eq!(named(&right, &IpAddr::from([192, 0, 2, 21]), 0x1234), Err(NoAnswer::Other));
        assert_eq!(named(&question(&FOUR, 0x1234), &FOUR, 0x1234), Err(NoAnswer::Other));
        for length in 0..right.len() {
            assert!(named(&right[..length], &FOUR, 0x1234).is_err(), "{length}");
        }
    }
}
