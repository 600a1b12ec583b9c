//! The agent, which is the plugin's program by another argument: `xdplive agent` starts it so.

/// The argument that asks for it. Options follow, each as one more argument, `--name=value`.
pub const ARGUMENT: &str = "agent";

/// Its configuration file where none is named; there need not be one.
pub const CONFIG: &str = "/etc/xdplive-agent.toml";

/// Where agents listen for who asks what they do: a socket each, named `NAME.sock`. Whoever connects is sent text for people,
/// to its end.
pub const STATUS: &str = "/run/xdplive-agent";

/// Names of options, as they stand in arguments, with the keys of the same meaning in the file.
pub mod option {
    /// The file.
    pub const CONFIG: &str = "config";
    /// Servers, with commas between them; `servers`.
    pub const NATS: &str = "nats";
    /// What subjects begin with; `prefix`.
    pub const PREFIX: &str = "prefix";
    /// The host's name; `name`.
    pub const NAME: &str = "name";
    /// What is said about it, `key=value`; `[labels]`.
    pub const LABEL: &str = "label";
    /// A file with credentials, or a nkey; `credentials`.
    pub const CREDENTIALS: &str = "credentials";
    /// Who may have signed the servers' certificates; `tls_ca`.
    pub const TLS_CA: &str = "tls-ca";
    /// The agent's certificate; `tls_cert`.
    pub const TLS_CERT: &str = "tls-cert";
    /// Its key; `tls_key`.
    pub const TLS_KEY: &str = "tls-key";
    /// TLS before anything else is said, `true` or `false`; `tls_first`.
    pub const TLS_FIRST: &str = "tls-first";
}
