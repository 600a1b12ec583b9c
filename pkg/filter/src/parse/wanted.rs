//! What the parser would take next.

/// Something that could stand where a text ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A word that a condition begins with.
    Condition,
    /// This word.
    Word(&'static str),
    /// A value of this kind.
    Value(ValueKind),
}

/// What a value is of, as far as there are some to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// An IP address, or that of a network.
    Address,
    /// A port, by number or by the name of a service.
    Service,
    /// An IP protocol, by number or name.
    IpProtocol,
    /// An EtherType, by number or name.
    Ethertype,
    /// The id of a VLAN.
    Vlan,
    /// A code point, by number or name.
    CodePoint,
    /// A number that has a name in comparisons, such as `tcp-syn`.
    Number,
}

impl ValueKind {
    /// Its name in the plugin's resource.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Service => "service",
            Self::IpProtocol => "ip-protocol",
            Self::Ethertype => "ethertype",
            Self::Vlan => "vlan",
            Self::CodePoint => "code-point",
            Self::Number => "number",
        }
    }
}
