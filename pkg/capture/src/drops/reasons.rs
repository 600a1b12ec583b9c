//! What the running kernel calls the reasons for which it drops packets. Their numbers differ from kernel to kernel.

use std::{collections::HashMap, sync::Arc};

use xdplive_loader::kernel_types::{KernelTypes, TypesError};
use xdplive_packet::dropped::{ACTIONS, action_of};

/// The kernel's enumeration of them.
const ENUMERATION: &str = "skb_drop_reason";
/// What the names in it begin with.
const PREFIX: &str = "SKB_DROP_REASON_";
/// What is in it and is no reason.
const NO_REASONS: [&str; 2] = ["MAX", "SUBSYS_MASK"];
/// Where the number of a subsystem begins, from Linux 6.4 on: the names of its reasons are not in this enumeration.
const SUBSYSTEM: u32 = 16;

/// What the names of XDP exceptions begin with; the action follows as the kernel's tracepoint prints it.
const EXCEPTION: &str = "XDP_EXCEPTION_";
/// What is instead of an action that there is not.
const NO_ACTION: &str = "INVALID";

/// The names by number.
#[derive(Debug, Default)]
pub struct Reasons(HashMap<u32, Arc<str>>);

impl Reasons {
    /// Those of the running kernel.
    ///
    /// # Errors
    /// Where it does not describe its types, or has no such reasons.
    pub fn running() -> Result<Self, TypesError> {
        Ok(Self::new(KernelTypes::running()?.values(ENUMERATION)?))
    }

    fn new(values: impl IntoIterator<Item = (String, u32)>) -> Self {
        let reason = |(name, number): (String, u32)| {
            let name = name.strip_prefix(PREFIX).filter(|name| !NO_REASONS.contains(name))?;
            (number >> SUBSYSTEM == 0).then(|| (number, Arc::from(name)))
        };
        Self(values.into_iter().filter_map(reason).collect())
    }

    /// The name of a reason, as the kernel's tracepoint prints it, or of an XDP exception; its number where it has none.
    pub fn name(&mut self, number: u32) -> Arc<str> {
        let other = || match action_of(number) {
            Some(action) => {
                let action = ACTIONS.get(action as usize).copied().unwrap_or(NO_ACTION);
                format!("{EXCEPTION}{action}").into()
            }
            None => number.to_string().into(),
        };
        Arc::clone(self.0.entry(number).or_insert_with(other))
    }
}

#[cfg(test)]
mod tests {
    use xdplive_packet::dropped::exception;

    use super::*;

    #[test]
    fn what_has_no_name_has_its_number() {
        let values = [
            ("SKB_NOT_DROPPED_YET", 0),
            ("SKB_CONSUMED", 1),
            ("SKB_DROP_REASON_NO_SOCKET", 3),
            ("SKB_DROP_REASON_MAX", 90),
            ("SKB_DROP_REASON_SUBSYS_MASK", 0xffff_0000),
        ];
        let mut reasons = Reasons::new(values.map(|(name, number)| (name.to_owned(), number)));
        for (number, expected) in [
            (3, "NO_SOCKET"),
            (0, "0"),
            (1, "1"),
            (90, "90"),
            (0x2_0003, "131075"),
            (0xffff_0000, "4294901760"),
            (exception(0), "XDP_EXCEPTION_ABORTED"),
            (exception(3), "XDP_EXCEPTION_TX"),
            (exception(17), "XDP_EXCEPTION_INVALID"),
        ] {
            assert_eq!(&*reasons.name(number), expected);
        }
    }

    #[test]
    fn the_running_kernel_knows_why_nobody_listens() {
        let Ok(mut reasons) = Reasons::running() else {
            return eprintln!("SKIPPED: this kernel does not tell its reasons");
        };
        let numbers: Vec<u32> = reasons.0.keys().copied().collect();
        assert!(numbers.iter().any(|number| &*reasons.name(*number) == "NO_SOCKET"));
    }
}
