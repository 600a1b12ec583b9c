//! Names of numbers.

pub(crate) mod constants;
pub(crate) mod ethertypes;
pub(crate) mod llc;
pub(crate) mod protocols;
pub(crate) mod refused;
pub(crate) mod services;
pub(crate) mod tunnels;
pub(crate) mod wireshark;

/// What `table` has under `name`.
fn look_up<V: Copy>(table: &[(&str, V)], name: &str) -> Option<V> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}
