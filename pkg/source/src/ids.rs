//! Numbers that name things for as long as the process lives.

/// Names a stream.
pub type StreamId = u64;
/// Names an interface of a source, of whichever host; a freed number is not used again before all others have been.
pub type InterfaceNumber = u16;
/// Stands for all interfaces that have gone, in what is counted by interface. No interface has it.
pub const GONE: InterfaceNumber = InterfaceNumber::MAX;
