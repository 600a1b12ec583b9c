//! Tunnels and labels: from a packet to the innermost one that it carries.
//!
//! [`Inside`] takes one header a turn. A kernel program has the turns made by a helper, and the verifier follows one of
//! them instead of every combination of all.
//!
//! Followed are VXLAN (RFC 7348), VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe), Geneve (RFC 8926), GRE (RFC 2784, 2890, 2637, 7637)
//! with ERSPAN (draft-foschiano-erspan), IP in IP (RFC 2003, 2473, 4213), MPLS (RFC 3032, 4023), PPPoE sessions (RFC 2516)
//! and GTP-U (3GPP TS 29.281).

mod carrier;
mod inside;
mod kind;

pub use inside::{Inside, MAX_LABELS, MAX_START, TURNS, descend, may_carry};
pub use kind::{MAX_TUNNELS, Tunnel, TunnelKind};
