//! What menus ask for, and how.

/// Declares an enum whose values have names in the plugin's resource.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$each])* $variant,)*
        }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Its name in the plugin's resource.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                }
            }
        }
    };
}

named! {
    /// Something of a packet that menus can ask for.
    MenuField {
        /// Either address.
        Host = "host",
        /// The source address.
        SourceHost = "source-host",
        /// The destination address.
        DestinationHost = "destination-host",
        /// The network of either address.
        Net = "net",
        /// Either port.
        Port = "port",
        /// The source port.
        SourcePort = "source-port",
        /// The destination port.
        DestinationPort = "destination-port",
        /// Either port of TCP.
        TcpPort = "tcp-port",
        /// Either port of UDP.
        UdpPort = "udp-port",
        /// The IP protocol, or what has a keyword of its own, such as ARP.
        Protocol = "protocol",
        /// The outer VLAN tag.
        Vlan = "vlan",
        /// Time to live or hop limit.
        Ttl = "ttl",
        /// Code point.
        Dscp = "dscp",
        /// Flags of TCP.
        TcpFlag = "tcp-flag",
        /// EtherType.
        Ethertype = "ethertype",
        /// Either Ethernet address.
        Mac = "mac",
        /// The source's Ethernet address.
        SourceMac = "source-mac",
        /// The destination's Ethernet address.
        DestinationMac = "destination-mac",
        /// Who all receive it: broadcast and multicast.
        Cast = "cast",
        /// Received or sent.
        Direction = "direction",
        /// Bytes of the frame.
        Length = "length",
    }
}

named! {
    /// How menus ask for it.
    Asks {
        /// One of the values.
        Is = "is",
        /// None of the values.
        IsNot = "is-not",
        /// Smaller than one of the values.
        Less = "less",
        /// Larger than one of the values.
        Greater = "greater",
        /// One of the values at most.
        AtMost = "at-most",
        /// One of the values at least.
        AtLeast = "at-least",
        /// With any value.
        Present = "present",
        /// Without it.
        Absent = "absent",
        /// At least one of the values is set.
        Set = "set",
        /// None of the values is set.
        NotSet = "not-set",
    }
}

impl MenuField {
    /// Whether menus have a list of values to choose one from.
    pub(super) const fn has_one_value(self) -> bool {
        matches!(self, Self::Cast | Self::Direction)
    }
}

impl Asks {
    /// The opposite, where menus have it.
    pub(super) const fn opposite(self) -> Option<Self> {
        match self {
            Self::Is => Some(Self::IsNot),
            Self::Present => Some(Self::Absent),
            _ => None,
        }
    }

    /// Whether several values can be asked for at once what can be asked for each of them.
    pub(super) const fn takes_several(self) -> bool {
        matches!(self, Self::Is | Self::Less | Self::Greater | Self::AtMost | Self::AtLeast)
    }
}
