mod listed;

use serde_json::Value;

use super::*;

/// Cells as JSON values.
#[derive(Default)]
pub(super) struct Values(pub(super) Vec<Value>);

impl Cells for Values {
    fn null(&mut self) {
        self.0.push(Value::Null);
    }

    fn time(&mut self, milliseconds: i64) {
        self.0.push(milliseconds.into());
    }

    fn number(&mut self, number: u32) {
        self.0.push(number.into());
    }

    fn count(&mut self, count: u64) {
        self.0.push(count.into());
    }

    fn decimal(&mut self, number: f64) {
        self.0.push(number.into());
    }

    fn boolean(&mut self, value: bool) {
        self.0.push(value.into());
    }

    fn text(&mut self, text: &str) {
        self.0.push(text.into());
    }

    fn plain(&mut self, write: impl FnOnce(&mut String)) {
        let mut text = String::new();
        write(&mut text);
        self.0.push(text.into());
    }
}
