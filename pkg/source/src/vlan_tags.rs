//! Where VLAN tags are before XDP, and what to do about it.

/// Where the VLAN tag of a received frame is before XDP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VlanTags {
    /// In the frame: every hook sees it.
    InFrame,
    /// Beside the frame: XDP does not see it, TCX does.
    Beside {
        /// The device that puts it there: the interface itself, or the other end of its veth pair.
        device: String,
        /// What to turn off there, by the names that `ethtool -K` takes; empty where that is not possible.
        features: Vec<&'static str>,
    },
}

impl VlanTags {
    /// The command after which tags stay in the frame, such as `ethtool -K eth0 rxvlan off`; it needs root.
    /// `None` where they do already, or where there is none.
    #[must_use]
    pub fn command(&self) -> Option<String> {
        match self {
            Self::Beside { device, features } if !features.is_empty() => {
                Some(format!("ethtool -K {device} {} off", features.join(" off ")))
            }
            _ => None,
        }
    }
}
