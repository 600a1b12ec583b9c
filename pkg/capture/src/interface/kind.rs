//! What kind of virtual device an interface is.

use rtnetlink::packet_route::link::{InfoKind, LinkAttribute, LinkInfo};

/// The kind that the kernel names among `attributes`; `None` for what is no virtual device.
pub(super) fn kind(attributes: &[LinkAttribute]) -> Option<&InfoKind> {
    attributes.iter().find_map(|attribute| match attribute {
        LinkAttribute::LinkInfo(information) => information.iter().find_map(|one| match one {
            LinkInfo::Kind(kind) => Some(kind),
            _ => None,
        }),
        _ => None,
    })
}
