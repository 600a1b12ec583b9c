//! A message of a stream, as it is made and before it is one of Grafana's.

use grafana_plugin_sdk::pluginv2::StreamPacket;

/// A frame in JSON, and how many rows are in it.
#[derive(Debug)]
pub(in crate::services) struct Message {
    pub(super) data: Vec<u8>,
    pub(super) rows: usize,
}

impl From<Message> for StreamPacket {
    fn from(Message { data, .. }: Message) -> Self {
        Self { data }
    }
}
