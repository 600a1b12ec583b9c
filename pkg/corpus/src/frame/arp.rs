//! ARP (RFC 826).

use super::ethertype;

/// An ARP packet. Sizes of addresses follow from the addresses unless said otherwise.
#[derive(Clone, Debug)]
pub struct Arp {
    /// Hardware type: 1 for Ethernet.
    pub hardware: u16,
    /// Protocol type: an EtherType.
    pub protocol: u16,
    /// The size of a hardware address.
    pub hardware_length: Option<u8>,
    /// The size of a protocol address.
    pub protocol_length: Option<u8>,
    /// 1 for a request, 2 for a reply.
    pub operation: u16,
    /// The sender's hardware and protocol address.
    pub sender: (Vec<u8>, Vec<u8>),
    /// The target's hardware and protocol address.
    pub target: (Vec<u8>, Vec<u8>),
}

impl Arp {
    /// Who has `target`? Tell `sender`.
    #[must_use]
    pub fn request(sender_mac: [u8; 6], sender: [u8; 4], target: [u8; 4]) -> Self {
        Self {
            hardware: 1,
            protocol: ethertype::IPV4,
            hardware_length: None,
            protocol_length: None,
            operation: 1,
            sender: (sender_mac.to_vec(), sender.to_vec()),
            target: (vec![0; 6], target.to_vec()),
        }
    }

    /// `sender` is at `sender_mac`, to whoever asked.
    #[must_use]
    pub fn reply(sender_mac: [u8; 6], sender: [u8; 4], target_mac: [u8; 6], target: [u8; 4]) -> Self {
        let request = Self::request(sender_mac, sender, target);
        Self { operation: 2, target: (target_mac.to_vec(), target.to_vec()), ..request }
    }

    /// The packet's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let size = |address: &Vec<u8>| address.len() as u8;
        let mut bytes = [self.hardware.to_be_bytes(), self.protocol.to_be_bytes()].concat();
        bytes.push(self.hardware_length.unwrap_or(size(&self.sender.0)));
        bytes.push(self.protocol_length.unwrap_or(size(&self.sender.1)));
        bytes.extend(self.operation.to_be_bytes());
        for address in [&self.sender.0, &self.sender.1, &self.target.0, &self.target.1] {
            bytes.extend(address);
        }
        bytes
    }
}
