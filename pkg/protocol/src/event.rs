//! Lines of the plugin's log that a person is to see. The line's field `event` names what happened; its message is
//! ready to be printed, names in it are in the text form of [`interface_name`](crate::interface_name).
//!
//! | event | message |
//! |---|---|
//! | `attached` | `attached IF in by xdp-native` |
//! | `refused` | `refused IF in: REASON` |
//! | `gone` | `gone IF` |
//! | `detached` | `detached IF in: REASON` |
//! | `detaching` | `detaching: N of M links left`, at the end of the process |
//! | `hook` | why a hook was chosen |

/// What a line tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A program was attached to an interface, for one direction.
    Attached,
    /// A program could not be attached.
    Refused,
    /// An interface went away, and what was attached to it.
    Gone,
    /// Another process has detached a program of ours.
    Detached,
    /// Programs are being detached.
    Detaching,
    /// Why a hook was chosen.
    Hook,
}

impl Event {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Attached, Self::Refused, Self::Gone, Self::Detached, Self::Detaching, Self::Hook];

    /// Its name in the field `event`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attached => "attached",
            Self::Refused => "refused",
            Self::Gone => "gone",
            Self::Detached => "detached",
            Self::Detaching => "detaching",
            Self::Hook => "hook",
        }
    }

    /// The event with this name. A newer plugin may have others.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }
}

/// The message of [`Event::Attached`]. None of the three has a space in it; the kernel allows none in names.
#[must_use]
pub fn attached(interface: &str, direction: &str, hook: &str) -> String {
    format!("attached {interface} {direction} by {hook}")
}

/// Interface and direction in the message of [`Event::Attached`].
#[must_use]
pub fn attached_link(message: &str) -> Option<(&str, &str)> {
    let mut words = message.strip_prefix("attached ")?.split(' ');
    let link = (words.next()?, words.next()?);
    (words.next()? == "by").then_some(link)
}

/// The message of [`Event::Gone`].
#[must_use]
pub fn gone(interface: &str) -> String {
    format!("gone {interface}")
}

/// The interface in the message of [`Event::Gone`].
#[must_use]
pub fn gone_interface(message: &str) -> Option<&str> {
    message.strip_prefix("gone ")
}

/// The message of [`Event::Detached`].
#[must_use]
pub fn detached(interface: &str, direction: &str, reason: &str) -> String {
    format!("detached {interface} {direction}: {reason}")
}

/// Interface and direction in the message of [`Event::Detached`].
#[must_use]
pub fn detached_link(message: &str) -> Option<(&str, &str)> {
    let (link, _) = message.strip_prefix("detached ")?.split_once(": ")?;
    link.split_once(' ')
}

/// The message of [`Event::Detaching`]: `left` of `all` programs are still attached.
#[must_use]
pub fn detaching(left: u32, all: u32) -> String {
    format!("detaching: {left} of {all} links left")
}

/// How many programs are still attached, in the message of [`Event::Detaching`].
#[must_use]
pub fn links_left(message: &str) -> Option<u32> {
    let (left, rest) = message.strip_prefix("detaching: ")?.split_once(' ')?;
    (rest.starts_with("of ") && rest.ends_with(" links left")).then(|| left.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_in_the_log() {
        let names = ["attached", "refused", "gone", "detached", "detaching", "hook"];
        assert_eq!(Event::ALL.map(Event::name), names);
        assert_eq!(names.map(Event::find), Event::ALL.map(Some));
        assert_eq!(Event::find("Attached"), None);
    }

    #[test]
    fn messages_are_written_and_read() {
        assert_eq!(attached("eth0", "in", "xdp-native"), "attached eth0 in by xdp-native");
        assert_eq!(attached_link("attached eth0 in by xdp-native"), Some(("eth0", "in")));
        assert_eq!(gone("eth0"), "gone eth0");
        assert_eq!(gone_interface("gone eth0"), Some("eth0"));
        assert_eq!(detached("eth0", "in", "tcx: why: so"), "detached eth0 in: tcx: why: so");
        assert_eq!(detached_link("detached eth0 in: tcx: why: so"), Some(("eth0", "in")));
        assert_eq!(detaching(599, 600), "detaching: 599 of 600 links left");
        assert_eq!(links_left("detaching: 599 of 600 links left"), Some(599));
        assert_eq!(links_left("detaching: 0 of 1 links left"), Some(0));
    }

    #[test]
    fn other_messages_are_not_taken_for_these() {
        for message in ["", "attached", "attached eth0", "attached eth0 in", "attached eth0 in xdp-native"] {
            assert_eq!(attached_link(message), None, "{message}");
        }
        for message in ["detached", "detached eth0", "detached eth0 in", "detached eth0: why"] {
            assert_eq!(detached_link(message), None, "{message}");
        }
        for message in ["gone", "went eth0", "gonee eth0"] {
            assert_eq!(gone_interface(message), None, "{message}");
        }
        for message in [
            "detaching: ",
            "detaching: 3",
            "detaching: 3 of 4",
            "detaching: -3 of 4 links left",
            "detaching: x of 4 links left",
            "detaching: 4294967296 of 4294967296 links left",
        ] {
            assert_eq!(links_left(message), None, "{message}");
        }
    }
}
