//! A stream's accounts: what became of the packets while it ran.

/// Names of the accounts in a stream's gRPC trailers, in the order in which they are printed. Each is a whole number
/// in decimal. The first is the sum of the others.
pub const ACCOUNTS: [&str; 5] =
    ["xdplive-seen", "xdplive-unmatched", "xdplive-thinned", "xdplive-lost", "xdplive-delivered"];
