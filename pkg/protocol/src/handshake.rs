//! go-plugin's protocol between a program and the plugin that it starts.
//!
//! The program sets [`COOKIE`] in the plugin's environment. The plugin answers with a line on standard output,
//! `CORE|PLUGIN|unix|SOCKET|grpc`, where the first two are [`VERSIONS`].

/// Name and value of the environment variable by which Grafana shows itself.
pub const COOKIE: (&str, &str) = ("grafana_plugin_type", "datasource");

/// Version of go-plugin's core protocol, and of Grafana's plugin protocol.
pub const VERSIONS: (&str, &str) = ("1", "2");

/// The gRPC method by which go-plugin asks a plugin to end. It takes and gives an empty message.
pub const SHUTDOWN: &str = "/plugin.GRPCController/Shutdown";
