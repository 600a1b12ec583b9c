//! Who wants flows, and of which interface, as the control thread knows it.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::mpsc::{Sender, channel},
    thread,
};

use tracing::error;
use xdplive_source::{Host, InterfaceNumber, StreamId};

use super::flow_server::{Order, Server, Want};

/// What the control thread knows of flows.
pub struct Flows {
    orders: Sender<Order>,
    /// By stream that holds the interfaces.
    pub(super) wants: BTreeMap<StreamId, Want>,
    /// Of those, the ones the thread has been told of.
    pub(super) told: BTreeSet<StreamId>,
    /// The streams that need the flows of each interface.
    pub(super) needs: BTreeMap<InterfaceNumber, BTreeSet<StreamId>>,
}

impl Flows {
    /// Starts the thread, for flows of `host`. It ends with this value.
    ///
    /// # Errors
    /// Where there is no thread to be had.
    pub fn start(host: Host) -> io::Result<Self> {
        let (orders, receiver) = channel();
        thread::Builder::new().name("flows".to_owned()).spawn(move || Server::new(host).run(&receiver))?;
        let (wants, told, needs) = (BTreeMap::new(), BTreeSet::new(), BTreeMap::new());
        Ok(Self { orders, wants, told, needs })
    }

    /// Remembers that a stream wants flows, from the next time on that flows are settled.
    pub fn want(&mut self, stream: StreamId, want: Want) {
        self.wants.insert(stream, want);
    }

    /// Has the thread do this, after all that it has been told before.
    pub(super) fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            error!("the thread that reads flows has ended");
        }
    }
}
