//! What is known of a frame besides its bytes.

/// How the frames of an interface begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum LinkType {
    /// A 14-byte Ethernet header (IEEE 802.3); the loopback interface has one too, with zero addresses.
    Ethernet = 0,
    /// The packet starts at its IP header: tun, WireGuard, PPP.
    RawIp = 1,
}

impl LinkType {
    /// The link type of a stored number; anything unknown reads as Ethernet, the only other layout there is.
    #[inline(always)]
    #[must_use]
    pub const fn from_raw(raw: u32) -> Self {
        if raw == Self::RawIp as u32 { Self::RawIp } else { Self::Ethernet }
    }
}

/// The VLAN tag that the card or the kernel took off the frame before the hook saw it, if there was one.
///
/// One number instead of an `Option`, whose inside is undefined where there is no tag: the verifier refuses
/// to see an undefined value moved around.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u32);

impl Tag {
    /// All tags are still in the frame.
    pub const NONE: Self = Self(0);

    const TAKEN_OFF: u32 = 1 << 16;

    /// A tag that was taken off, with its control information: priority (3 bits), drop eligible (1),
    /// VLAN id (12) (IEEE 802.1Q, 9.6).
    #[inline(always)]
    #[must_use]
    pub const fn taken_off(control: u16) -> Self {
        Self(Self::TAKEN_OFF | control as u32)
    }

    /// Bytes that the frame was longer on the wire: 4, or 0 where no tag was taken off.
    #[inline(always)]
    #[must_use]
    pub const fn length(self) -> u32 {
        (self.0 / Self::TAKEN_OFF) * 4
    }

    /// The control information.
    #[inline(always)]
    #[must_use]
    pub const fn control(self) -> Option<u16> {
        if self.0 == 0 { None } else { Some(self.0 as u16) }
    }
}

/// The hook's own knowledge of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    /// How the frame begins.
    pub link: LinkType,
    /// The outermost tag, where it is no longer in the frame.
    pub tag: Tag,
}

impl Wire {
    /// A frame that is all in its bytes.
    #[must_use]
    pub const fn new(link: LinkType) -> Self {
        Self { link, tag: Tag::NONE }
    }
}
