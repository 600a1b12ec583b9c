//! What libpcap is shown of a frame, so that it looks at what we look at.
//!
//! VLAN tags and IPv6 extension headers are looked through on purpose, which libpcap does not do. It gets the
//! frame without them, and has to decide the same. It gets them where the expression asks for them.

/// A way to show a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// As it is: for expressions about lengths.
    Whole,
    /// Without extension headers: for expressions about two tags.
    TwoTags,
    /// Without extension headers, and with the outer tag only: for expressions about one.
    OneTag,
    /// Without extension headers and tags.
    Bare,
    /// Without tags: for expressions about the IPv6 header, which says what follows it and how much.
    Extended,
}

impl View {
    pub(crate) const ALL: [Self; 5] = [Self::Whole, Self::TwoTags, Self::OneTag, Self::Bare, Self::Extended];

    /// The right one for `expression`.
    pub(crate) fn for_expression(expression: &str) -> Self {
        if ["len", "less", "greater"].iter().any(|word| expression.contains(word)) {
            return Self::Whole;
        }
        let of_header = ["ip6[0", "ip6[4", "ip6[5", "ip6[6", "ip6 proto 44", "ip6 proto 0"];
        match expression.matches("vlan").count() {
            0 if of_header.iter().any(|bytes| expression.contains(bytes)) => Self::Extended,
            0 => Self::Bare,
            1 => Self::OneTag,
            _ => Self::TwoTags,
        }
    }

    /// The frame as libpcap gets it.
    pub(crate) fn of(self, frame: &[u8]) -> Vec<u8> {
        match self {
            Self::Whole => frame.to_vec(),
            Self::TwoTags => without_extensions(with_tags(2, frame)),
            Self::OneTag => without_extensions(with_tags(1, frame)),
            Self::Bare => without_extensions(with_tags(0, frame)),
            Self::Extended => with_tags(0, frame),
        }
    }
}

fn is_tag(frame: &[u8], at: usize) -> bool {
    matches!(frame.get(at..at + 6), Some([0x81, 0, ..] | [0x88, 0xa8, ..] | [0x91, 0, ..]))
}

/// Leaves the outermost `kept` of the three tags that we look through; what has more of them we do not read.
fn with_tags(kept: usize, frame: &[u8]) -> Vec<u8> {
    let mut frame = frame.to_vec();
    let at = 12 + 4 * kept;
    for _ in kept..tags(&frame) {
        frame.drain(at..at + 4);
    }
    frame
}

/// Tags at the start of a frame, as far as we read them.
pub(crate) fn tags(frame: &[u8]) -> usize {
    (0..3).take_while(|tag| is_tag(frame, 12 + 4 * tag)).count()
}

/// Takes up to eight extension headers off, as many as we read, but not the fragment header of a later
/// fragment: there, what follows is no header.
fn without_extensions(mut frame: Vec<u8>) -> Vec<u8> {
    const HEADER: usize = 40;
    let packet = 14 + 4 * tags(&frame);
    if frame.get(packet - 2..packet) != Some(&[0x86, 0xdd])
        || frame.get(packet).is_none_or(|first| first >> 4 != 6)
    {
        return frame;
    }
    let start = packet + HEADER;
    let mut whole = frame.clone();
    for _ in 0..8 {
        let (Some(&next), Some(extension)) = (frame.get(packet + 6), frame.get(start..start + 8)) else {
            break;
        };
        let (following, units) = (extension[0], usize::from(extension[1]));
        let length = match next {
            0 | 43 | 60 => (units + 1) * 8,
            51 => (units + 2) * 4,
            44 if u16::from_be_bytes([extension[2], extension[3]]) >> 3 == 0 => 8,
            _ => break,
        };
        let payload = usize::from(u16::from_be_bytes([frame[packet + 4], frame[packet + 5]]));
        // One that is longer than its packet is none.
        if length > payload || frame.len() < start + length {
            return whole;
        }
        frame.drain(start..start + length);
        frame[packet + 4..packet + 6].copy_from_slice(&((payload - length) as u16).to_be_bytes());
        frame[packet + 6] = following;
        whole.clone_from(&frame);
    }
    frame
}
