//! Names of hosts being learnt from what passes.

use std::{any::Any, sync::Arc};

/// Names are learnt for as long as somebody has one of these.
#[derive(Clone)]
pub struct Learning {
    _held: Arc<dyn Any + Send + Sync>,
}

impl Learning {
    /// For as long as this is held.
    #[must_use]
    pub fn new(held: Arc<dyn Any + Send + Sync>) -> Self {
        Self { _held: held }
    }
}
