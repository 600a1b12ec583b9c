//! Grafana's plugin protocol (`pluginv2`), implemented on the generated server traits: the SDK's own service
//! traits reject users without a role and fail a whole call for one bad query.

mod controller;
mod data;
mod diagnostics;
mod resource;
mod stream;

use std::sync::Arc;

use xdplive_capture::source::Source;

use crate::{
    settings::{ServerSettingError, ServerSettings},
    shutdown::Shutdown,
};

pub use controller::{ControllerClient, ControllerServer, Empty};
pub use stream::ACCOUNTS;

/// What all services share.
#[derive(Clone)]
pub struct Plugin {
    /// Where packets come from.
    pub source: Arc<dyn Source>,
    /// The administrator's settings.
    pub server: Arc<ServerSettings>,
    /// Which of them could not be used.
    pub setting_errors: Arc<Vec<ServerSettingError>>,
    /// The end of the process.
    pub shutdown: Shutdown,
}
