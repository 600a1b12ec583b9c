//! The plugin's log, as Grafana reads it: one JSON object a line (hclog).

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::ChildStderr,
};
use xdplive_protocol::event::Event;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `error`, `warn`, `info`, …; the plugin writes them in capital letters.
    pub level: String,
    /// The text.
    pub message: String,
    /// What it tells of, where it says and that is known here.
    pub event: Option<Event>,
}

impl Line {
    /// Reads a line; what is no JSON is shown as an error, because nobody writes it on purpose.
    pub fn parse(text: &str) -> Self {
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            return Self { level: "error".to_owned(), message: text.to_owned(), event: None };
        };
        let get = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Self {
            level: get("@level").unwrap_or_default().to_lowercase(),
            message: get("@message").or_else(|| get("message")).unwrap_or_default(),
            event: value.get("event").and_then(Value::as_str).and_then(Event::find),
        }
    }

    /// Whether a person should see it.
    pub fn is_problem(&self) -> bool {
        matches!(self.level.as_str(), "error" | "warn")
    }
}

/// Gives every line to `on_line`, until the plugin has closed its standard error.
pub async fn follow(stderr: ChildStderr, mut on_line: impl FnMut(Line) + Send) {
    let mut lines = BufReader::new(stderr).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        on_line(Line::parse(&line));
    }
}
