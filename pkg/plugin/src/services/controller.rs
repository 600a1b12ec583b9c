//! go-plugin's request to end (`plugin.GRPCController`), so that Grafana need not kill the process.

use tonic::{Request, Response, Status, async_trait};

use super::Plugin;
use crate::shutdown::Cause;

#[allow(missing_docs, clippy::all, clippy::pedantic, reason = "generated")]
mod generated {
    tonic::include_proto!("plugin.GRPCController");
}

/// A message without content.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct Empty {}

pub(super) use generated::g_r_p_c_controller_server::GRPCController;
pub use generated::{
    g_r_p_c_controller_client::GRPCControllerClient as ControllerClient,
    g_r_p_c_controller_server::GRPCControllerServer as ControllerServer,
};

#[async_trait]
impl GRPCController for Plugin {
    async fn shutdown(&self, _request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.shutdown.begin(Cause::Asked);
        Ok(Response::new(Empty {}))
    }
}

#[cfg(test)]
mod tests {
    use super::ControllerServer;
    use tonic::server::NamedService as _;

    /// `xdplive watch` asks by this name, as go-plugin does.
    #[test]
    fn the_service_has_go_plugins_name() {
        let name = ControllerServer::<crate::services::Plugin>::NAME;
        assert_eq!(xdplive_protocol::handshake::SHUTDOWN, format!("/{name}/Shutdown"));
    }
}
